"""API v1 of certificates: verification, status, lists, checks of lists, and their description."""

import base64
import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from certification.awards import actions as awards
from certification.awards.models import Award, SchemeVersion
from certification.certificates.api_models import CheckedEntry
from certification.certificates.models import Certificate
from certification.keys import actions as key_actions
from certification.keys import queries as keys
from lms import clock
from lms.accounts import actions as accounts
from lms.accounts.models import Organisation, Person
from lms.api import tokens
from lms.api.endpoints import ENDPOINTS, ROOT
from lms.db import db, unit
from tests.factories import Factory
from tests.queries import counted

pytestmark = pytest.mark.thorough

CHECKS, LIST = f"{ROOT}/checks", f"{ROOT}/certificates"


@pytest.fixture
def ada(make: Factory) -> tuple[Person, Award, Certificate]:
    """A certified person at Acme."""
    version = make.scheme(make.programme())
    person = make.person("Ada Lovelace", organisation=make.organisation("acme"))
    award = make.award(person, version)
    return person, award, make.issued(award)


def token_of(organisation: str, make: Factory, *scopes: str) -> str:
    """A token of an organisation."""
    with unit(writes=True):
        row = db.session.query(Organisation).filter_by(code=organisation).one()
        return tokens.make(
            "test", scopes or tokens.SCOPES, days=30, organisation=row, by=1, now=clock.now()
        )


def post(client: FlaskClient, token: str, body: object, key: str = "k1") -> TestResponse:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return client.post(CHECKS, json=body, headers=headers)


def get(client: FlaskClient, path: str, token: str) -> TestResponse:
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def agree(person: Person) -> None:
    """The person may be found by address."""
    with unit(writes=True):
        row = db.session.get_one(Person, person.id)
        accounts.set_consent(row, consents=True, now=clock.now())


def test_anybody_verifies_a_code_and_a_cache_may_ask_again(
    client: FlaskClient, ada: tuple[Person, Award, Certificate]
) -> None:
    code = ada[2].code
    first = client.get(f"{LIST}/{code.lower()}")
    assert first.status_code == 200
    assert first.json is not None
    assert first.json["verdict"] == "valid"
    assert first.json["holder"] == "Ada Lovelace"
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert first.headers["Vary"] == "Accept-Encoding"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first.headers
    again = client.get(f"{LIST}/{code}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_revocation_changes_the_etag_at_once(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate], now: datetime
) -> None:
    tag = client.get(f"{LIST}/{ada[2].code}").headers["ETag"]
    manager = make.person("Mona Manager")
    with unit(writes=True):
        awards.revoke(
            db.session.get_one(Award, ada[1].id), public_reason="Exam withdrawn",
            internal_note="", today=now.date(), by=manager.id, now=now,
        )  # fmt: skip
    answer = client.get(f"{LIST}/{ada[2].code}", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["verdict"], answer.json["reason"]) == ("revoked", "Exam withdrawn")


def test_an_unknown_code_is_a_problem_with_a_code(client: FlaskClient) -> None:
    answer = client.get(f"{LIST}/7F3K9Q2MXR4T0C8VA")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "not_found"
    assert answer.json["request_id"]


@pytest.mark.parametrize("path", ["7F3K9Q2MXR4T0C8VA", "x", "7F3K9Q2MXR4T0C8VA/status?on=x"])
def test_any_site_reads_a_refusal_of_what_is_open_to_everybody(
    client: FlaskClient, path: str
) -> None:
    """Else a browser hides the answer from the site, as if there were no network."""
    answer = client.get(f"{LIST}/{path}")
    assert answer.status_code in {404, 422}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_needs_a_token_is_for_no_other_site(client: FlaskClient) -> None:
    assert "Access-Control-Allow-Origin" not in client.get(LIST).headers


def test_the_status_on_a_day_is_what_it_was_then(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    code = ada[2].code
    with clock.frozen_at(datetime(2029, 1, 1, tzinfo=UTC)):
        later = client.get(f"{LIST}/{code}/status").json
        then = client.get(f"{LIST}/{code}/status?on=2027-01-01").json
        before = client.get(f"{LIST}/{code}/status?on=2026-01-01")
        nonsense = client.get(f"{LIST}/{code}/status?on=yesterday")
    assert later is not None
    assert then is not None
    assert (later["verdict"], then["verdict"]) == ("expired", "valid")
    assert before.status_code == nonsense.status_code == 422


def test_a_list_holds_the_owners_certificates_page_by_page(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    version = db.session.get_one(SchemeVersion, ada[1].scheme_version_id)
    acme = db.session.query(Organisation).filter_by(code="acme").one()
    other = make.issued(make.award(make.person("Bob", organisation=acme), version))
    stranger = make.issued(make.award(make.person("Eve"), version))
    token = token_of("acme", make)
    page = get(client, f"{LIST}?limit=1", token).json
    assert page is not None
    assert [item["code"] for item in page["items"]] == [other.code]
    rest = get(client, f"{LIST}?limit=1&cursor={page['next_cursor']}", token).json
    assert rest is not None
    assert [item["code"] for item in rest["items"]] == [ada[2].code]
    assert rest["next_cursor"] is None
    assert stranger.code not in json.dumps([page, rest])
    with unit(writes=True):
        own = tokens.make("own", [tokens.READ], days=30, person_id=ada[0].id, by=ada[0].id,
                          now=clock.now())  # fmt: skip
    mine = get(client, LIST, own).json
    assert mine is not None
    assert [item["code"] for item in mine["items"]] == [ada[2].code]


def test_a_list_needs_a_token_that_works_and_has_the_scope(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    assert client.get(LIST).status_code == 401
    assert "Bearer" in client.get(LIST).headers["WWW-Authenticate"]
    assert get(client, LIST, "tsa_nonsense").status_code == 401
    reader = token_of("acme", make, tokens.READ)
    assert post(client, reader, {"entries": ["x"]}).status_code == 403
    signed_in = make.sign_in(client, ada[0])
    assert signed_in.get(LIST).status_code == 401
    with unit(writes=True):
        row = db.session.query(tokens.ApiToken).one()
        assert tokens.revoke(row.id, person_id=None, organisation_id=row.organisation_id, by=1,
                             now=clock.now())  # fmt: skip
    assert get(client, LIST, reader).status_code == 401


def test_a_token_stops_working_on_its_day_and_is_stored_as_a_hash(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    token = token_of("acme", make)
    assert get(client, LIST, token).status_code == 200
    with clock.frozen_at(datetime(2040, 1, 1, tzinfo=UTC)):
        assert get(client, LIST, token).status_code == 401
    row = db.session.query(tokens.ApiToken).one()
    assert token not in (row.token_hash, row.shown)
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()


def test_a_list_is_checked_with_a_file_and_a_receipt_that_verifies(
    app: Flask, client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    settings = app.extensions["settings"]
    with unit(writes=True):
        key_actions.ensure(settings, now=clock.now())
    token, code = token_of("acme", make), ada[2].code
    answer = post(client, token, {"entries": [code, f"https://x.example/verify/{code}", "nope"]})
    assert answer.status_code == 201
    found = answer.json
    assert found is not None
    assert found["counts"] == {"entries": 2, "not_found": 1, "repeated": 1, "valid": 1}
    assert [row["verdict"] for row in found["rows"]] == ["valid", "not_found"]
    assert set(found["rows"][0]) <= set(CheckedEntry.model_fields)
    content = get(client, answer.headers["Location"] + "/result.csv", token).data
    assert hashlib.sha256(content).hexdigest() == found["result_sha256"]
    with unit(writes=False):
        jwk = keys.jwks(settings)["keys"][0]
    receipt = jws.deserialize_compact(found["receipt"], ECKey.import_key(jwk))
    claims = json.loads(receipt.payload)
    assert claims["result_sha256"] == found["result_sha256"]
    assert claims["counts"] == found["counts"]
    assert receipt.headers()["kid"].endswith(".json")
    head, body, mark = found["receipt"].split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged["counts"]["valid"] = 2
    other = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    with pytest.raises(Exception, match="bad_signature"):
        jws.deserialize_compact(f"{head}.{other}.{mark}", ECKey.import_key(jwk))


def test_a_check_belongs_to_its_organisation(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    make.organisation("other")
    answer = post(client, token_of("acme", make), {"entries": [ada[2].code]})
    stranger = token_of("other", make)
    assert get(client, answer.headers["Location"], stranger).status_code == 404
    assert get(client, answer.headers["Location"] + "/result.csv", stranger).status_code == 404


def test_who_did_not_agree_looks_like_who_does_not_exist(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    token, address = token_of("acme", make), make.account(ada[0]).email
    silent = post(client, token, {"entries": [address]}, "k1").json
    nobody = post(client, token, {"entries": ["nobody@people.example"]}, "k2").json
    assert silent is not None
    assert nobody is not None
    for answer in (silent, nobody):
        del answer["rows"][0]["entry"]
    assert silent["rows"] == nobody["rows"]
    assert silent["counts"] == nobody["counts"] == {"entries": 1, "not_found": 1}
    agree(ada[0])
    found = post(client, token, {"entries": [address.upper()]}, "k3").json
    assert found is not None
    assert (found["rows"][0]["holder"], found["rows"][0]["verdict"]) == ("Ada Lovelace", "valid")


def test_the_work_for_who_did_not_agree_is_the_same(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    """Timing: the same statements, whoever exists; repeated entries are looked up once."""
    token, address = token_of("acme", make), make.account(ada[0]).email
    post(client, token, {"entries": ["warm@people.example"]}, "k0")
    with counted() as silent:
        post(client, token, {"entries": [address, address.upper()]}, "k1")
    with counted() as nobody:
        post(client, token, {"entries": ["nobody@people.example"]}, "k2")
    assert silent == nobody


def test_the_number_of_queries_does_not_grow_with_the_list(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    token, code = token_of("acme", make), ada[2].code
    post(client, token, {"entries": ["warm"]}, "k0")
    with counted() as short:
        post(client, token, {"entries": [code, "a@b.example"]}, "k1")
    many = [f"nobody{n}@b.example" for n in range(5000)] + [f"code{n}" for n in range(4999)]
    with counted() as long:
        answer = post(client, token, {"entries": [code, *many]}, "k2")
    assert answer.status_code == 201
    assert len(long) == len(short)
    assert len([text for text in long if "FROM certificate" in text]) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"entries": []}, {"entries": ["x"] * 10_001}, {"entries": [1]}, {"entries": ["x" * 301]},
     {"entries": ["x"], "more": 1}, [], "text"],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_refused_with_pointers(
    client: FlaskClient, make: Factory, body: Any
) -> None:
    make.organisation("acme")
    answer = post(client, token_of("acme", make), body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"].startswith("#")


def test_cells_of_the_result_file_are_no_formulas(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    token = token_of("acme", make)
    answer = post(client, token, {"entries": ["=HYPERLINK(1)", "+1", "@SUM(A1)"]})
    content = get(client, answer.headers["Location"] + "/result.csv", token).data
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert all(row[0].startswith("'") for row in rows[1:])
    assert len(rows) == 4


def schema_of(model: str, document: dict[str, Any]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model}", "components": document["components"]}


def test_every_api_route_is_described(app: Flask, client: FlaskClient) -> None:
    document = client.get(f"{ROOT}/openapi.json").json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    described = {
        (method.upper(), path.replace("{", "<").replace("}", ">"))
        for path, methods in document["paths"].items()
        for method in methods
    }
    routes = {
        (method, rule.rule.removeprefix(ROOT))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routes
    for found in ENDPOINTS:
        if found.method == "POST":
            path = found.path.replace("<", "{").replace(">", "}")
            names = [p["name"] for p in document["paths"][path]["post"]["parameters"]]
            assert "Idempotency-Key" in names


def test_answers_match_their_description(
    client: FlaskClient, make: Factory, ada: tuple[Person, Award, Certificate]
) -> None:
    document = client.get(f"{ROOT}/openapi.json").json
    assert document is not None
    token, code = token_of("acme", make), ada[2].code
    made = post(client, token, {"entries": [code, "nope"]})
    answers = {
        "Verified": client.get(f"{LIST}/{code}"),
        "Status": client.get(f"{LIST}/{code}/status"),
        "CertificateList": get(client, LIST, token),
        "CheckResult": made,
        "CheckSummary": get(client, made.headers["Location"], token),
        "ProblemDetails": client.get(LIST),
    }
    assert {e.answer.__name__ for e in ENDPOINTS if e.answer} <= set(answers)
    for model, answer in answers.items():
        jsonschema.validate(answer.json, schema_of(model, document))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"code": 1}, schema_of("Verified", document))


@pytest.mark.parametrize("text", ["a\0@b.example", "\0", "\u202e@b.example", "a@b\n@c", "@" * 300])
def test_odd_entries_are_not_found_and_nothing_breaks(
    client: FlaskClient, make: Factory, text: str
) -> None:
    make.organisation("acme")
    answer = post(client, token_of("acme", make), {"entries": [text]})
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["rows"][0]["verdict"] == "not_found"
