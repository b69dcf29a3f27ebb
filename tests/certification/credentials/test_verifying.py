"""What must fail, fails, each with its own finding; what is good, is."""

import base64
import json
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.credentials import proofs, tokens, verifying
from certification.credentials.findings import Check, State
from certification.credentials.trust import BadBundle, Trust
from certification.keys.encoding import jwk, multikey, unpadded
from certification.keys.signers import SoftwareSigner
from tests.certification.credentials.issuer import (
    DID,
    LATER,
    NOW,
    PLACE,
    POSITION,
    URL,
    TestIssuer,
)
from tests.conftest import SPARE

Json = dict[str, Any]


@pytest.fixture(scope="module")
def issuer() -> TestIssuer:
    return TestIssuer()


@pytest.fixture
def credential(issuer: TestIssuer) -> Json:
    return issuer.credential()


def codes(credential: Json, trust: Trust, at: datetime = LATER) -> dict[str, str]:
    """The code of each finding by its question."""
    findings = verifying.verify_credential(credential, trust, now=at)
    return {finding.check.value: finding.code for finding in findings}


def states(credential: Json, trust: Trust, at: datetime = LATER) -> dict[str, State]:
    findings = verifying.verify_credential(credential, trust, now=at)
    return {finding.check.value: finding.state for finding in findings}


GOOD = {
    "signature": "proofs_valid",
    "issuer": "issuer_known",
    "dates": "dates_valid",
    "status": "status_good",
}


def test_a_good_credential_is_good(issuer: TestIssuer, credential: Json) -> None:
    assert codes(credential, issuer.trust()) == GOOD
    assert set(states(credential, issuer.trust()).values()) == {State.PASSED}


def test_a_bundle_survives_its_file(issuer: TestIssuer, credential: Json) -> None:
    trust = replace(issuer.trust(), authority=b"PEM", crl=b"\x00\x01", older_crls=(b"\x02",))
    assert Trust.from_json(trust.to_json()) == trust
    assert codes(json.loads(json.dumps(credential)), Trust.from_json(trust.to_json())) == GOOD


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"format": "academy-trust-1"}', '{"format": 2}']
)
def test_another_file_is_no_bundle(text: str) -> None:
    with pytest.raises(BadBundle):
        Trust.from_json(text)


def test_a_name_that_stands_twice_is_in_no_bundle_of_ours(issuer: TestIssuer) -> None:
    twice = issuer.trust().to_json().replace("{", '{"format": "academy-trust-1",', 1)
    assert json.loads(twice) == json.loads(issuer.trust().to_json())
    with pytest.raises(BadBundle, match="stands twice"):
        Trust.from_json(twice)


def other_name(credential: Json) -> None:
    credential["credentialSubject"]["identifier"][1]["identityHash"] = "Eve"


def other_result(credential: Json) -> None:
    credential["credentialSubject"]["result"][0]["value"] = "99"


def other_order(credential: Json) -> None:
    credential["credentialSubject"]["result"].reverse()


def more_words(credential: Json) -> None:
    credential["honours"] = "summa cum laude"


def longer_time(credential: Json) -> None:
    credential["validUntil"] = "2038-11-20T22:59:59Z"


def another_place(credential: Json) -> None:
    credential["credentialStatus"]["statusListIndex"] = "5"


def no_status(credential: Json) -> None:
    del credential["credentialStatus"]


def another_context(credential: Json) -> None:
    credential["@context"].append({"name": "https://evil.example/name"})


def unknown_context(credential: Json) -> None:
    credential["@context"].append("https://evil.example/context")


def graph_proof_only(credential: Json) -> None:
    credential["proof"] = credential["proof"][:1]


def text_proof_only(credential: Json) -> None:
    credential["proof"] = credential["proof"][1:]


def text_proof_twice(credential: Json) -> None:
    credential["proof"] = [credential["proof"][1]] * 2


def proofs_exchanged(credential: Json) -> None:
    first, second = credential["proof"]
    first["proofValue"], second["proofValue"] = second["proofValue"], first["proofValue"]


def proof_backdated(credential: Json) -> None:
    for proof in credential["proof"]:
        proof["created"] = "2020-01-01T00:00:00Z"


def proof_for_another_purpose(credential: Json) -> None:
    for proof in credential["proof"]:
        proof["proofPurpose"] = "authentication"


def proof_of_nothing(credential: Json) -> None:
    for proof in credential["proof"]:
        proof["proofValue"] = "z"


def more_words_in_the_proof(credential: Json) -> None:
    credential["proof"][0]["holderNote"] = "Eve, with honours"


def nothing_in_the_proof(credential: Json) -> None:
    credential["proof"][0]["expires"] = None


def the_contexts_in_the_proof(credential: Json) -> None:
    credential["proof"][0]["@context"] = credential["@context"]


def a_context_of_the_proof_s_own(credential: Json) -> None:
    """It gives each signed statement another name, and what is read a meaning that is unsigned."""
    security = "https://w3id.org/security#"
    proof = credential["proof"][0]
    proof["@context"] = {
        "type": "@type",
        "id": "@id",
        "DataIntegrityProof": f"{security}DataIntegrityProof",
        "cryptosuite": {
            "@id": f"{security}cryptosuite",
            "@type": f"{security}cryptosuiteString",
        },
        "signed": {
            "@id": "http://purl.org/dc/terms/created",
            "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
        },
        "verificationMethod": {"@id": f"{security}verificationMethod", "@type": "@id"},
        "proofPurpose": {"@id": f"{security}proofPurpose", "@type": "@vocab"},
        "assertionMethod": f"{security}assertionMethod",
    }
    proof |= {"signed": proof["created"], "created": "1999-01-01T00:00:00Z", "domain": "x.example"}


@pytest.mark.parametrize(
    "edit",
    [
        other_name,
        other_result,
        other_order,
        more_words,
        longer_time,
        another_place,
        no_status,
        another_context,
        unknown_context,
        graph_proof_only,
        text_proof_only,
        text_proof_twice,
        proofs_exchanged,
        proof_backdated,
        proof_for_another_purpose,
        proof_of_nothing,
        more_words_in_the_proof,
        nothing_in_the_proof,
        the_contexts_in_the_proof,
        a_context_of_the_proof_s_own,
    ],
    ids=lambda edit: edit.__name__,
)
def test_an_edited_credential_is_altered(
    issuer: TestIssuer, credential: Json, edit: Callable[[Json], None]
) -> None:
    edited = deepcopy(credential)
    edit(edited)

    assert codes(edited, issuer.trust())["signature"] == "altered"


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("more", [" ", "\n", " \r\n\t", "1"])
def test_a_proof_is_written_in_one_way(
    issuer: TestIssuer, credential: Json, place: int, more: str
) -> None:
    credential["proof"][place]["proofValue"] += more
    assert codes(credential, issuer.trust())["signature"] == "altered"


@pytest.mark.parametrize("place", [0, 1])
def test_a_long_proof_is_refused_unread(issuer: TestIssuer, credential: Json, place: int) -> None:
    """Base58 is read in a time that grows with the square of its length."""
    credential["proof"][place]["proofValue"] = "z" + "2" * 400_000
    began = time.monotonic()
    assert codes(credential, issuer.trust())["signature"] == "altered"
    assert time.monotonic() - began < 0.5 * SPARE


def test_a_proof_s_graph_of_blank_nodes_is_never_drawn(
    issuer: TestIssuer, credential: Json
) -> None:
    """Each is linked to all others: to put them in order takes hours."""
    nodes = range(12)
    credential["proof"][0] |= {
        "@context": [{"p": "urn:p", "@vocab": "urn:v:"}],
        "p": [
            {"@id": f"_:b{one}", "p": [{"@id": f"_:b{other}"} for other in nodes if other != one]}
            for one in nodes
        ],
    }
    began = time.monotonic()
    assert codes(credential, issuer.trust())["signature"] == "altered"
    assert time.monotonic() - began < 0.5 * SPARE


def test_without_proofs_there_is_nothing_to_believe(issuer: TestIssuer, credential: Json) -> None:
    del credential["proof"]
    assert codes(credential, issuer.trust())["signature"] == "proof_missing"


def test_another_issuer_is_not_ours(issuer: TestIssuer) -> None:
    stranger = TestIssuer("did:web:evil.example")
    found = codes(stranger.credential(), issuer.trust())
    assert (found["signature"], found["issuer"]) == ("unchecked", "not_ours")


def test_our_name_with_a_strangers_key_is_altered(issuer: TestIssuer) -> None:
    assert codes(TestIssuer().credential(), issuer.trust())["signature"] == "altered"


def test_a_key_id_that_carries_its_own_key_is_no_key_of_ours(issuer: TestIssuer) -> None:
    forger = SoftwareSigner("x", Ed25519PrivateKey.generate())
    carried = SoftwareSigner(multikey(forger.public_key()), forger.key)
    forged = proofs.sign(issuer.bare(), carried, issuer=DID, created=NOW)

    found = codes(forged, issuer.trust())

    assert (found["signature"], found["issuer"]) == ("unchecked", "key_unknown")


def test_a_key_that_may_not_assert_is_no_key_for_credentials(
    issuer: TestIssuer, credential: Json
) -> None:
    trust = issuer.trust()
    trust.did["assertionMethod"] = []
    assert codes(credential, trust)["issuer"] == "key_unknown"


def test_dates(issuer: TestIssuer, credential: Json) -> None:
    trust = issuer.trust()
    assert codes(credential, trust, NOW - timedelta(seconds=1))["dates"] == "not_yet_valid"
    last = datetime.fromisoformat("2028-11-20T22:59:59Z")
    assert codes(credential, trust, last)["dates"] == "dates_valid"
    within = last + timedelta(microseconds=999_999)
    assert codes(credential, trust, within)["dates"] == "dates_valid"
    assert codes(credential, trust, last + timedelta(seconds=1))["dates"] == "expired"


def test_revoked_and_suspended(issuer: TestIssuer, credential: Json) -> None:
    assert codes(credential, issuer.trust([POSITION]))["status"] == "revoked"
    assert codes(credential, issuer.trust([POSITION], [POSITION]))["status"] == "suspended"
    assert codes(credential, issuer.trust([POSITION - 1, POSITION + 1]))["status"] == "status_good"


def missing(trust: Trust, issuer: TestIssuer) -> None:
    trust.status_lists.clear()


def old(trust: Trust, issuer: TestIssuer) -> None:
    trust.status_lists[PLACE.revocation] = issuer.list_of(
        "revocation", start=NOW - timedelta(days=8)
    )


def forged(trust: Trust, issuer: TestIssuer) -> None:
    trust.status_lists[PLACE.revocation] = TestIssuer().list_of("revocation")


def edited(trust: Trust, issuer: TestIssuer) -> None:
    encoded = issuer.list_of("revocation", [1])["credentialSubject"]["encodedList"]
    trust.status_lists[PLACE.revocation]["credentialSubject"]["encodedList"] = encoded


def of_another_purpose(trust: Trust, issuer: TestIssuer) -> None:
    trust.status_lists[PLACE.revocation] = trust.status_lists[PLACE.suspension]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (missing, "status_missing"),
        (old, "status_expired"),
        (forged, "status_forged"),
        (edited, "status_forged"),
        (of_another_purpose, "status_forged"),
    ],
    ids=lambda it: getattr(it, "__name__", it),
)
def test_a_list_that_says_nothing_leaves_the_status_unknown(
    issuer: TestIssuer, credential: Json, spoil: Callable[[Trust, TestIssuer], None], code: str
) -> None:
    trust = issuer.trust()
    spoil(trust, issuer)

    assert codes(credential, trust)["status"] == code
    assert states(credential, trust)["status"] == State.UNKNOWN


def token_codes(token: str, trust: Trust) -> dict[str, str]:
    findings = verifying.verify_token(token, trust, now=LATER)
    return {finding.check.value: finding.code for finding in findings}


def test_a_good_token_is_good(issuer: TestIssuer) -> None:
    token = issuer.files().token.decode()
    assert token_codes(token, issuer.trust()) == GOOD | {"signature": "token_valid"}
    assert verifying.read_token(token, issuer.trust()) == issuer.bare()


def test_a_token_has_its_status_and_dates_checked(issuer: TestIssuer) -> None:
    token = issuer.files().token.decode()
    assert token_codes(token, issuer.trust([POSITION]))["status"] == "revoked"


def test_a_token_without_the_algorithm_is_malformed(issuer: TestIssuer) -> None:
    head, body, _ = issuer.files().token.decode().split(".")
    for header in ({"alg": "none"}, {"alg": "HS256", "kid": f"{URL}/keys/t-2026-11.json"}):
        bad = unpadded(json.dumps(header).encode())
        assert token_codes(f"{bad}.{body}.", issuer.trust())["signature"] == "malformed"
    assert head


def test_a_name_that_stands_twice_makes_a_token_malformed(issuer: TestIssuer) -> None:
    _, body, signature = issuer.files().token.decode().split(".")
    kid = f"{URL}/keys/t-2026-11.json"
    head = unpadded(f'{{"alg":"none","alg":"ES256","kid":"{kid}","typ":"JWT"}}'.encode())
    assert token_codes(f"{head}.{body}.{signature}", issuer.trust())["signature"] == "malformed"


def test_a_token_with_its_own_key_is_not_believed(issuer: TestIssuer) -> None:
    forger = TestIssuer()
    forged = tokens.sign(issuer.bare(), forger.token_key, key_url=f"{URL}/keys/t-2026-11.json")
    head, body, signature = forged.split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    header["jwk"] = jwk(forger.token_key.public_key(), header["kid"])
    with_key = f"{unpadded(json.dumps(header).encode())}.{body}.{signature}"

    assert token_codes(forged, issuer.trust())["signature"] == "altered"
    assert token_codes(with_key, issuer.trust())["signature"] == "altered"
    assert verifying.read_token(forged, issuer.trust()) is None


def signed_token(issuer: TestIssuer, header: Json, payload: Json) -> str:
    """Whatever else the issuer's token key may have signed."""
    signed = ".".join(unpadded(json.dumps(part).encode()) for part in (header, payload))
    return f"{signed}.{unpadded(issuer.token_key.sign(signed.encode()))}"


def parts(token: str) -> tuple[Json, Json]:
    head, body, _ = token.split(".")
    read = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (head, body))
    header, payload = map(json.loads, read)
    return header, payload


@pytest.mark.parametrize("kind", ["certificate-check+jwt", "", None])
def test_another_kind_of_token_of_ours_is_no_credential(
    issuer: TestIssuer, kind: str | None
) -> None:
    """The key signs receipts too (RFC 8725, 3.11)."""
    header, payload = parts(issuer.files().token.decode())
    assert token_codes(signed_token(issuer, header, payload), issuer.trust()) == GOOD | {
        "signature": "token_valid"
    }
    token = signed_token(issuer, {**header, "typ": kind}, payload)
    assert token_codes(token, issuer.trust())["signature"] == "malformed"


@pytest.mark.parametrize("changes", [{"exp": 4_000_000_000}, {"iat": 1}, {"nbf": 1}, {"sub": None}])
def test_a_token_claims_what_its_credential_says_and_no_more(
    issuer: TestIssuer, changes: Json
) -> None:
    """Readers of tokens believe the claims, readers of credentials the credential."""
    header, payload = parts(issuer.files(valid_until=None).token.decode())
    assert "exp" not in payload
    token = signed_token(issuer, header, payload | changes)
    assert token_codes(token, issuer.trust())["signature"] == "altered"


def test_an_edited_token_is_altered(issuer: TestIssuer) -> None:
    head, body, signature = issuer.files().token.decode().split(".")
    payload = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    payload["credentialSubject"]["licenseNumber"] = "ACA-2026-000001"
    edited = f"{head}.{unpadded(json.dumps(payload).encode())}.{signature}"
    assert token_codes(edited, issuer.trust())["signature"] == "altered"


@settings(max_examples=150)
@given(position=st.integers(0, 10_000), replacement=st.binary(min_size=1, max_size=1))
def test_no_changed_byte_of_a_credential_goes_unnoticed(position: int, replacement: bytes) -> None:
    content = bytearray(FILE)
    place = position % len(content)
    if content[place : place + 1] == replacement:
        return
    content[place : place + 1] = replacement
    try:
        edited = json.loads(content)
    except ValueError:
        return
    findings = verifying.verify_credential(edited, TRUST, now=LATER)
    assert any(finding.state != State.PASSED for finding in findings)


_FIXED = TestIssuer()
FILE = _FIXED.files().credential
TRUST = _FIXED.trust()

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@context",
                    "proof",
                    "issuer",
                    "id",
                    "credentialStatus",
                    "credentialSubject",
                    "validFrom",
                    "verificationMethod",
                    "cryptosuite",
                    "proofValue",
                    "statusListIndex",
                    "statusListCredential",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=15,
)


@pytest.mark.thorough
@settings(max_examples=200)
@given(junk=st.dictionaries(st.sampled_from(["proof", "issuer", "credentialStatus"]), JUNK))
def test_junk_gets_findings_and_never_a_crash(junk: Json) -> None:
    for document in (junk, json.loads(FILE) | junk):
        findings = verifying.verify_credential(document, TRUST, now=LATER)
        assert [finding.check for finding in findings] == [
            Check.SIGNATURE,
            Check.ISSUER,
            Check.DATES,
            Check.STATUS,
        ]


@settings(max_examples=200)
@given(text=st.text(alphabet=st.sampled_from("ab.{}_-=é "), max_size=40))
def test_junk_instead_of_a_token_is_malformed(text: str) -> None:
    assert token_codes(text, TRUST)["signature"] == "malformed"
