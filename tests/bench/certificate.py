"""A certificate's milliseconds: in a fresh process (imports included) and warm.

python -m tests.bench.certificate COUNT      draws COUNT certificates, writes what it took
"""

import json
import statistics
import subprocess
import sys
import time
from datetime import UTC, date, datetime

from certification.certificates.codes import new_code
from certification.certificates.document import CertificateFacts, render
from tests.bench.figures import Sheet, Target
from tests.bench.servers import ROOT

LATIN = ("Ada Lovelace", "Jürgen Größmann", "Zoë Wójcik", "Maria de los Ángeles Fernández")
CHINESE = ("欧阳明华", "陈伟")


def facts(holder_name: str) -> CertificateFacts:
    """A certificate of ordinary length."""
    code = new_code()
    return CertificateFacts(
        code=code, number="ACA-2026-000042", holder_name=holder_name, holder_lang="en",
        title="Certified Administrator", kind="Certification",
        statement="completed the programme and passed the certification exam.",
        awarded_on=date(2026, 11, 23), valid_until=date(2028, 11, 23), scheme_code="CA",
        scheme_version=1, cycle=1, hours_minutes=3360, score=86, full_marks=100, required=70,
        steps=(("Foundation", "course"), ("Advanced", "course"), ("Exam", "exam")),
        issuer="Academy", signatory_name="Emily Rodriguez", signatory_role="Director",
        verify_url=f"http://127.0.0.1:8000/verify/{code}", demonstration=True, locale="en_GB",
        page_format="A4", issued_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    )  # fmt: skip


def draw(names: tuple[str, ...], count: int) -> dict[str, float]:
    """Median milliseconds and the largest size of so many certificates."""
    took, size = [], 0
    for number in range(count):
        paper = facts(names[number % len(names)])
        began = time.perf_counter()
        size = max(size, len(render(paper)))
        took.append((time.perf_counter() - began) * 1000)
    return {"median": statistics.median(took), "size": size}


def measure(sheet: Sheet, *, count: int) -> None:
    """Cold by the clock of the one who starts the process, warm by its own."""
    sheet.heading("Certificate (tagged PDF/A, one core)")
    began = time.perf_counter()
    _run(0)
    sheet.add("first one in a fresh process", (time.perf_counter() - began) * 1000, "ms")
    warm = json.loads(_run(count))
    sheet.add("warm, Latin", warm["latin"]["median"], "ms", Target(60, "ms"))
    sheet.add("warm, Chinese", warm["chinese"]["median"], "ms")
    sheet.add("size, Latin", warm["latin"]["size"] / 1000, "kB", Target(60, "kB"))
    sheet.add("size, Chinese", warm["chinese"]["size"] / 1000, "kB")


def _run(count: int) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.certificate", str(count)], cwd=ROOT, check=True,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout


def main(count: int) -> None:
    """Draw one; then, if asked for more, warm ones."""
    render(facts(LATIN[0]))
    if count:
        render(facts(CHINESE[0]))
        answer = {"latin": draw(LATIN, count), "chinese": draw(CHINESE, max(count // 3, 1))}
        sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(int(sys.argv[1]))
