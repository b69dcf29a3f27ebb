"""The offline verifier: neither database nor network, only a file and a trust bundle.

    python -m certification.certificates.verify FILE --bundle BUNDLE

Prints each answer and the verdict; exit 0 when valid, 1 when not, 2 when it could not be checked
or the command was wrong.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from certification.certificates.inspection import inspect
from certification.certificates.reports import LARGEST, Report
from certification.certificates.rules import Verdict
from certification.credentials.findings import State
from certification.credentials.trust import BadBundle, Trust

MARKS = {State.PASSED: "ok     ", State.FAILED: "FAILED ", State.UNKNOWN: "unknown"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    now = datetime.now(UTC)
    try:
        content = options.file.read_bytes()
        trust = Trust.from_json(options.bundle.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadBundle) as error:
        sys.stderr.write(f"{shown(str(error))}\n")
        return 2
    if len(content) > LARGEST:
        sys.stderr.write(f"{options.file} is larger than {LARGEST // 1024**2} MB\n")
        return 2
    report = inspect(content, trust, now=now)
    encoding = sys.stdout.encoding or "ascii"  # which may lack letters of a name
    text = told(report, trust, now).encode(encoding, "backslashreplace")
    sys.stdout.write(text.decode(encoding))
    return {Verdict.VALID: 0, Verdict.COULD_NOT_CHECK: 2}.get(report.verdict, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m certification.certificates.verify",
        description="Check a certificate (PDF, .json or .jwt) against a trust bundle, offline.",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--bundle", type=Path, required=True, help="from /trust-bundle.json")
    return parser


def told(report: Report, trust: Trust, now: datetime) -> str:
    """The report as lines."""
    lines = [
        " ".join([MARKS[f.state], f"{f.check:10}", f.code, *map(shown, f.values.values())])
        for f in report.findings
    ]
    age = now - trust.made_at
    lines.append(f"bundle of {shown(trust.issuer)}, made {trust.made_at:%Y-%m-%d %H:%M} UTC, ")
    lines[-1] += f"{age.days} days {age.seconds // 3600} hours old"
    lines.append(f"verdict: {report.verdict}")
    return "\n".join(lines) + "\n"


def shown(value: str) -> str:
    """What a file says, on one line and without power over the terminal: a file could write a
    verdict of its own, or turn the letters around."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in value)


if __name__ == "__main__":
    sys.exit(main())
