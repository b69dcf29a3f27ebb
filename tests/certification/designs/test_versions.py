"""What was published never changes, and certificates keep the design with which they were made."""

import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from certification.certificates.models import Certificate
from certification.designs import actions, queries
from certification.designs.content import Content
from certification.designs.models import Design, DesignVersion
from lms.db import db, unit
from lms.errors import Refusal
from tests.certification.designs.drafts import content
from tests.factories import Factory


def facts_of(certificate: Certificate) -> dict[str, object]:
    """The frozen facts."""
    found: dict[str, object] = json.loads(certificate.facts["json"])
    return found


def proof_of(version: DesignVersion, *, fits: bool = True) -> actions.Proof:
    """As the review page found it."""
    return actions.Proof(actions.digest_of(Content.model_validate(version.content)), fits)


def refusal(code: str, work: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as refused, unit(writes=True):
        work()
    assert refused.value.reasons[0].code == code


@pytest.mark.parametrize(
    "change",
    [
        sa.update(DesignVersion).values(content={"blocks": []}),
        sa.update(DesignVersion).values(state="draft"),
        sa.update(DesignVersion).values(number=9),
        sa.delete(DesignVersion),
    ],
)
def test_the_database_itself_keeps_a_published_version(make: Factory, change: sa.Update) -> None:
    design = make.published_design()
    before = make.newest_version(design).content
    with pytest.raises(DBAPIError, match="published designs are frozen"), unit(writes=True):
        db.session.execute(change)
    assert make.newest_version(design).content == before


def test_a_draft_may_change_and_go(make: Factory) -> None:
    design = make.design()
    with unit(writes=True):
        db.session.execute(sa.update(DesignVersion).values(content={"blocks": []}))
        db.session.execute(sa.delete(DesignVersion))
    with unit(writes=False):
        assert queries.versions_of(design) == []


def test_nobody_saves_into_a_published_version(make: Factory) -> None:
    design = make.published_design()
    refusal(
        "changed_meanwhile",
        lambda: actions.save_draft(design, content(), revision=1, by=1, now=make.now),
    )


def test_an_older_page_does_not_overwrite_a_newer_draft(make: Factory) -> None:
    design = make.design()
    fresh = content(accent="#403d96")
    with unit(writes=True):
        actions.save_draft(design, fresh, revision=1, by=1, now=make.now)
    refusal(
        "changed_meanwhile",
        lambda: actions.save_draft(design, content(), revision=1, by=1, now=make.now),
    )
    assert make.newest_version(design).content["accent"] == "#403d96"


def test_only_what_was_proved_is_published(make: Factory) -> None:
    design = make.design()
    version = make.newest_version(design)
    stale = actions.Proof("0" * 64, fits=True)

    def publish(proof: actions.Proof, revision: int = 1) -> None:
        actions.publish(design, proof, revision=revision, by=1, now=make.now)

    refusal("preview_outdated", lambda: publish(stale))
    refusal("preview_outdated", lambda: publish(proof_of(version), 2))
    refusal("design_does_not_fit", lambda: publish(proof_of(version, fits=False)))
    with unit(writes=True):
        publish(proof_of(version))
    assert make.newest_version(design).content_sha256 == proof_of(version).content_sha256


def test_a_next_version_begins_as_a_copy_and_there_is_one_draft(make: Factory) -> None:
    design = make.published_design(content=content(accent="#403d96"))
    with unit(writes=True):
        first = actions.start_draft(design, by=1, now=make.now).id
        second = actions.start_draft(design, by=1, now=make.now).id
    version = make.newest_version(design)
    assert first == second == version.id
    assert (version.number, version.content["accent"]) == (2, "#403d96")


def test_a_picture_of_another_design_is_refused(make: Factory) -> None:
    design = make.design()
    foreign = content(logo="a" * 64)
    refusal(
        "image_not_here",
        lambda: actions.save_draft(design, foreign, revision=1, by=1, now=make.now),
    )


def test_a_scheme_takes_only_a_published_design(make: Factory) -> None:
    version = make.scheme(make.programme())
    draft = make.design()
    with pytest.raises(Refusal, match="design_not_published"):
        make.choose_design(version, draft)


def test_a_certificate_keeps_the_version_of_its_day(app: Flask, make: Factory) -> None:
    design = make.published_design(content=content(words={"de": {"lead": "Hiermit"}, "en": {}}))
    version = make.scheme(make.programme())
    make.choose_design(version, design)
    person = make.person("Hanna Muster")
    with unit(writes=True):
        db.session.merge(person).language = "de"
    first = make.certificate(make.award(person, version))
    name = str(facts_of(first)["design"])
    digest = make.newest_version(design).content_sha256
    assert name == f"gala/1/{digest}"
    assert facts_of(first)["locale"] == "de_DE"
    document = app.extensions["storage"].get(first.document_sha256)
    _publish_next(make, design, content(accent="#403d96"))
    assert facts_of(first)["design"] == name
    with unit(writes=False):
        assert queries.named(name).accent == "#0b5a58"
    second = make.certificate(make.award(make.person("Ada Li"), version))
    assert str(facts_of(second)["design"]).startswith("gala/2/")
    assert app.extensions["storage"].get(first.document_sha256) == document


def _publish_next(make: Factory, design: Design, changed: Content) -> None:
    with unit(writes=True):
        draft = actions.start_draft(design, by=1, now=make.now)
        actions.save_draft(design, changed, revision=draft.revision, by=1, now=make.now)
        proof = actions.Proof(actions.digest_of(changed), fits=True)
        actions.publish(design, proof, revision=draft.revision, by=1, now=make.now)


def test_a_scheme_without_a_design_has_the_plain_look(make: Factory) -> None:
    version = make.scheme(make.programme())
    certificate = make.certificate(make.award(make.person("Ada Li"), version))
    assert "design" not in facts_of(certificate)


def test_a_design_that_is_not_what_was_frozen_is_not_used(make: Factory) -> None:
    make.published_design()
    for name in ("gala/1/" + "0" * 64, "gala/7/" + "0" * 64, "gone/1/" + "0" * 64):
        with unit(writes=False), pytest.raises(LookupError):
            queries.named(name)


def test_the_designs_signatories_are_among_the_certified_facts(make: Factory) -> None:
    people = [{"name": "Ada Li", "role": "Dean"}, {"name": "Ben Oz"}]
    design = make.published_design(content=content(signatories=people))
    version = make.scheme(make.programme())
    make.choose_design(version, design)
    certificate = make.certificate(make.award(make.person("Hanna Muster"), version))
    facts = facts_of(certificate)
    assert (facts["signatory_name"], facts["signatory_role"]) == ("Ada Li · Ben Oz", "Dean")


def test_a_data_file_makes_a_version_beside_a_draft_in_work(make: Factory) -> None:
    design = make.published_design()
    with unit(writes=True):
        actions.start_draft(design, by=1, now=make.now)
    with unit(writes=True):
        actions.bring("gala", "Gala", content(accent="#8b2f5c"), loaded="1" * 64, now=make.now)
    with unit(writes=False):
        rows = [(row.number, row.state.value) for row in queries.versions_of(design)]
        assert rows == [(3, "draft"), (2, "published"), (1, "published")]
        newest = queries.newest_published(design.id)
        assert newest is not None
        assert newest.content["accent"] == "#8b2f5c"


def test_pictures_lie_in_the_store(app: Flask, make: Factory) -> None:
    assert current_app.extensions["storage"] is app.extensions["storage"]
    with pytest.raises(FileNotFoundError):
        queries.with_pictures(content(logo="a" * 64), app.extensions["storage"])
