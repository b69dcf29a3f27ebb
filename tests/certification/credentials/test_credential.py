"""The credential's text: valid for the standard's schema, lossless, never fetched."""

from datetime import date
from typing import Any

import pytest

from certification.credentials import bitstring, canonical, contexts, proofs, schema
from certification.credentials.credential import CONTEXTS, SCHEMA, Issuer
from certification.credentials.signing import Signers, Statement, sign
from tests.certification.credentials.issuer import DID, NOW, PLACE, URL, TestIssuer, claims


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"requirements": ()},
        {"valid_until": None},
        {"hours_minutes": None},
        {"statement": ""},
        {"hours_minutes": 100},
        {"title": 'Zertifizierte Verwalterin – «Größe» 漢字 \\ " \n'},
    ],
)
def test_every_certificate_makes_a_valid_credential(changes: dict[str, Any]) -> None:
    issuer = TestIssuer()
    credential = issuer.credential(**changes)
    schema.require_valid(credential)
    proofs.verify(credential, lambda _: issuer.key.key.public_key())  # type: ignore[return-value]


def test_the_schema_refuses_before_anything_is_signed() -> None:
    issuer = TestIssuer()
    bare = issuer.bare()
    bare["credentialSubject"]["achievement"]["criteria"] = "just text"
    with pytest.raises(schema.NotValid, match="criteria"):
        schema.require_valid(bare)
    with pytest.raises(schema.NotValid):
        schema.require_valid({**issuer.bare(), "credentialStatus": [{}, {}]})


def test_a_term_that_no_context_defines_stops_the_signature() -> None:
    issuer = TestIssuer()
    for place in ("", "credentialSubject"):
        bare = issuer.bare()
        (bare[place] if place else bare)["favouriteColour"] = "blue"
        with pytest.raises(contexts.UndefinedTerm, match="favouriteColour"):
            proofs.sign(bare, issuer.key, issuer=DID, created=NOW)


def test_what_is_kept_of_contexts_changes_nothing_of_what_is_signed() -> None:
    others = [TestIssuer().bare(), TestIssuer().bare(hours_minutes=600)]
    del others[0]["credentialStatus"]
    for bare in others * 2:
        assert canonical.lossless(bare) == canonical.canonical(bare)


def test_contexts_are_bundled_and_pinned_and_nothing_is_fetched() -> None:
    assert set(CONTEXTS) == set(contexts.FILES)
    assert SCHEMA["type"] == schema.TYPE
    assert SCHEMA["id"] == schema.ID
    for name in contexts.PINS:
        contexts.bundled(name)
    with pytest.raises(contexts.Unreadable):
        canonical.canonical({"@context": "https://www.w3.org/ns/did/v1", "id": "urn:x"})


def test_a_changed_context_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    contexts.bundled.cache_clear()
    monkeypatch.setitem(contexts.PINS, "credentials-v2.jsonld", "0" * 64)
    with pytest.raises(contexts.Changed):
        contexts.bundled("credentials-v2.jsonld")
    contexts.bundled.cache_clear()


def test_whole_hours_are_whole_numbers() -> None:
    credits = "creditsAvailable"
    achievement = TestIssuer().bare(hours_minutes=600)["credentialSubject"]["achievement"]
    assert str(achievement[credits]) == "10"
    achievement = TestIssuer().bare(hours_minutes=1470)["credentialSubject"]["achievement"]
    assert achievement[credits] == 24.5


def test_days_are_meant_where_the_issuer_is() -> None:
    bare = TestIssuer().bare(valid_until=date(2028, 7, 1), awarded_on=date(2026, 7, 1))
    assert bare["validUntil"] == "2028-07-01T21:59:59Z"
    assert bare["awardedDate"] == "2026-07-01T10:00:00Z"


@pytest.mark.parametrize(
    ("zone", "day", "last"),
    [
        ("Africa/Cairo", date(2026, 10, 29), "2026-10-29T21:59:59Z"),
        ("America/Santiago", date(2026, 4, 4), "2026-04-05T03:59:59Z"),
        ("America/Havana", date(2026, 10, 31), "2026-11-01T03:59:59Z"),
        ("Africa/Cairo", date(2026, 4, 23), "2026-04-23T21:59:59Z"),
    ],
)
def test_the_last_day_ends_at_midnight_where_clocks_change_then(
    zone: str, day: date, last: str
) -> None:
    """The hour before midnight comes twice, or midnight never."""
    issuer = TestIssuer()
    issuer.issuer = Issuer(DID, URL, "Academy", zone)
    assert issuer.bare(valid_until=day)["validUntil"] == last


def test_the_same_statement_is_the_same_file() -> None:
    issuer = TestIssuer()
    statement = Statement(claims(), issuer.holder, issuer.issuer, PLACE)
    by = Signers(issuer.key, issuer.token_key)
    first, second = (sign(statement, by, now=NOW) for _ in range(2))
    assert first.credential == second.credential


def test_bits_go_in_and_come_out() -> None:
    bits = bitstring.decode(bitstring.encode([0, 7, 8, 131_071]))
    assert [i for i in range(131_072) if bitstring.is_set(bits, i)] == [0, 7, 8, 131_071]
    assert bits[:2] == b"\x81\x80"


@pytest.mark.parametrize(
    "text", ["", "x", "uAAAA", "u!!", "H4sI", bitstring.encode([], 1024), "u" + "A" * 1000]
)
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(bitstring.BadList):
        bitstring.decode(text)


def test_a_list_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(bitstring.BadList):
        bitstring.decode(bitstring.encode([], (bitstring.LARGEST + 1024) * 8))


def test_a_place_outside_the_list_is_refused() -> None:
    bits = bitstring.decode(bitstring.encode([]))
    for place in (-1, 131_072):
        with pytest.raises(bitstring.BadList):
            bitstring.is_set(bits, place)
