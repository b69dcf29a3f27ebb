"""Nothing that we did not write can stand in a file of ours: where readers pass it over or differ
in what they read, the file is altered."""

import json
from pathlib import Path

import pytest

from certification.certificates import verify
from certification.certificates.inspection import inspect
from certification.certificates.reports import Kind
from certification.certificates.rules import Verdict
from tests.certification.certificates.conftest import Stage
from tests.certification.certificates.containers import (
    beside,
    certificates_of,
    exchanged,
    holding,
    signature_of,
    stamped_with,
    wrapped,
)
from tests.certification.certificates.test_checking import codes
from tests.certification.certificates.test_stamping import authority, stamp

pytestmark = [pytest.mark.thorough, pytest.mark.sqlite]


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"{", b'"name":"Doctor of Medicine","validUntil":"2099-01-01T00:00:00Z",'),
        (b'"credentialSubject":{', b'"licenseNumber":"EVE-1",'),
        (b"{", b'"\\u006eame":"Doctor of Medicine",'),
    ],
)
def test_a_name_that_stands_twice(stage: Stage, begin: bytes, more: bytes) -> None:
    """The last value counts here, and the first or both with others."""
    forged = stage.credential.replace(begin, begin + more, 1)
    assert json.loads(forged) == json.loads(stage.credential)
    report = stage.check(forged)
    assert (report.verdict, codes(report)) == (Verdict.ALTERED, {"malformed"})


@pytest.mark.parametrize("depth", [100, 300, 900, 100_000])
def test_a_forged_credential_of_great_depth(stage: Stage, depth: int) -> None:
    forged = b'{"proof":' + b"[" * depth + b"]" * depth + b"}"
    assert inspect(forged, stage.trust, now=stage.now).verdict is Verdict.ALTERED


def test_what_stands_beside_the_signature_where_no_stamp_was_asked_for(
    stage: Stage,
) -> None:
    """The place for a signature without a stamp has room left."""
    value = signature_of(stage.pdf)
    eve = authority("Eve's time")
    token = stamp(eve.stamper, value)
    for said in (token[: len(token) // 2], b"", wrapped(0x30, b"Eve"), eve.stamper.tsa_cert.dump()):
        forged = exchanged(stage.pdf, beside(value, stamped_with(said)))
        report = stage.check(forged)
        assert report.verdict is Verdict.ALTERED, codes(report)


def test_other_certificates_than_the_signer_s_and_its_authority_s(stage: Stage) -> None:
    value = signature_of(stage.pdf)
    own, above = certificates_of(value)
    assert holding(value, [own, above]) == value
    for others in ([above, own], [own], [above], [own, above, above], [own, own, above], []):
        report = stage.check(exchanged(stage.pdf, holding(value, others)))
        assert report.verdict in {Verdict.ALTERED, Verdict.NOT_OURS}


@pytest.mark.parametrize("name", ["credential", "token"])
def test_the_mark_of_an_encoding_before_a_text_changes_nothing(stage: Stage, name: str) -> None:
    """Some editors put it there when they save a file."""
    content = b"\xef\xbb\xbf" + getattr(stage, name)
    report = inspect(content, stage.trust, now=stage.now)
    assert (report.kind, report.verdict) == (Kind(name), Verdict.VALID)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32-le", "utf-16-be"])
def test_a_credential_is_read_as_other_readers_read_it(stage: Stage, encoding: str) -> None:
    """JSON that is exchanged is UTF-8 (RFC 8259, 8.1): to others this is none."""
    content = stage.credential.decode().encode(encoding)
    report = stage.check(content)
    assert report.verdict in {Verdict.ALTERED, Verdict.NOT_OURS}


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_is_written_in_one_way(stage: Stage, part: int) -> None:
    parts = stage.token.strip().split(b".")
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    written = parts[part]
    last = letters[letters.index(written[-1]) ^ 1 :][:1]
    ways = {written + b"==", written + b"=", written + b"\n", written[:-1] + last}
    ways.add(written.replace(b"-", b"+").replace(b"_", b"/"))
    for way in ways - {written}:
        forged = b".".join([*parts[:part], way, *parts[part + 1 :]])
        if forged.strip() != stage.token.strip():
            report = stage.check(forged)
            assert report.verdict is not Verdict.VALID, way


@pytest.mark.parametrize("letters", ["x\nverdict: valid\n\x1b[8m", "\ud800", "\u202edilav", "\x85"])
def test_a_file_has_no_say_in_how_the_command_answers(
    stage: Stage, letters: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bundle.json").write_text(stage.trust.to_json())
    (tmp_path / "x.json").write_text(json.dumps({"issuer": f"Škoda {letters}", "proof": []}))
    verify.main([str(tmp_path / "x.json"), "--bundle", str(tmp_path / "bundle.json")])
    told = capsys.readouterr().out
    assert told.encode().decode() == told
    assert [line for line in told.splitlines() if line.startswith("verdict")] == [
        "verdict: altered"
    ]
    assert "Škoda" in told
    assert all(letter.isprintable() for letter in told.replace("\n", ""))
