"""Composing a design in the browser, with and without a script, and who may."""

import io

import pytest
from flask.testing import FlaskClient

from certification.designs import queries
from certification.designs.content import Content
from certification.designs.models import Design, DesignState
from lms.db import unit
from lms.permissions import Role
from tests.certification.designs.drafts import content, png
from tests.factories import Factory
from tests.page import Page

pytestmark = pytest.mark.thorough

EDIT = "/manage/designs/gala/draft/edit"
PREVIEW = "/manage/designs/gala/draft/preview"
PUBLICATION = "/manage/designs/gala/draft/publication"
PICTURES = "/manage/designs/gala/images"


@pytest.fixture
def manager(client: FlaskClient, make: Factory) -> FlaskClient:
    return make.sign_in(client, make.person("Mara Manager", Role.CERTIFICATION_MANAGER))


def draft_of(design: Design) -> Content:
    with unit(writes=False):
        draft = queries.draft_of(design)
        assert draft is not None
        return Content.model_validate(draft.content)


def test_a_manager_makes_a_design_and_saves_its_draft(manager: FlaskClient, make: Factory) -> None:
    page = Page(manager.get("/manage/designs"))
    sent = page.form("/manage/designs").submit(manager, title="Gala", code="gala")
    assert sent.location.endswith(EDIT)
    form = Page(manager.get(EDIT)).form("#design")
    saved = form.submit(
        manager,
        edge="band",
        accent="#403d96",
        lead_en="We certify that",
        place_steps="6",
        name_1="Ada Li",
        role_1="Dean",
    )
    assert saved.status_code == 303
    with unit(writes=False):
        design = queries.by_code("gala")
    assert design is not None
    made = draft_of(design)
    assert (made.edge, made.accent, made.words["en"].lead) == ("band", "#403d96", "We certify that")
    assert [person.name for person in made.signatories] == ["Ada Li"]
    assert [block.kind for block in made.blocks][-2:] == ["statement", "steps"]


def test_an_unknown_placeholder_is_an_error_beside_its_field(
    manager: FlaskClient, make: Factory
) -> None:
    design = make.design()
    form = Page(manager.get(EDIT)).form("#design")
    page = Page(form.submit(manager, lead_en="Dear {nobody}"))
    assert page.status == 422
    assert "There is no placeholder {nobody}" in page.error_of("lead_en")
    assert page.title.startswith("Error:")
    assert page.field("lead_en")["value"] == "Dear {nobody}"
    assert draft_of(design).words["en"].lead == "This certifies that"


def test_who_goes_on_to_publish_publishes_what_they_typed(
    manager: FlaskClient, make: Factory
) -> None:
    design = make.design()
    page = Page(manager.get(EDIT))
    assert PUBLICATION not in page.links  # a link would leave the typing behind
    button = page.soup.select_one("#design button[name=then]")
    assert button is not None
    form = page.form("#design")
    form.values["then"] = [str(button["value"])]

    wrong = Page(form.submit(manager, lead_en="Dear {nobody}"))
    assert wrong.status == 422

    sent = form.submit(manager, lead_en="We certify that")
    assert (sent.status_code, sent.location) == (303, PUBLICATION)
    assert draft_of(design).words["en"].lead == "We certify that"
    assert "The draft is saved." in Page(manager.get(PUBLICATION)).response.text


def test_a_pale_colour_is_an_error_beside_its_field(manager: FlaskClient, make: Factory) -> None:
    make.design()
    page = Page(Page(manager.get(EDIT)).form("#design").submit(manager, accent="#ffee00"))
    assert page.status == 422
    assert "Too pale" in page.error_of("accent")


@pytest.mark.sqlite
def test_a_preview_shows_what_was_typed_and_saves_nothing(
    manager: FlaskClient, make: Factory
) -> None:
    design = make.design()
    form = Page(manager.get(EDIT)).form("#design")
    form.tag["action"] = PREVIEW
    page = Page(form.submit(manager, lead_en="Look here", layout="centre"))
    assert page.status == 200
    picture = page.soup.select_one("#preview img")
    assert picture is not None
    assert str(picture["src"]).startswith("data:image/png;base64,iVBOR")
    assert page.field("lead_en")["value"] == "Look here"
    assert draft_of(design).words["en"].lead == "This certifies that"
    saved = page.form("#design").submit(manager)
    assert saved.status_code == 303
    assert draft_of(design).words["en"].lead == "Look here"


def test_a_preview_of_what_is_wrong_says_what(manager: FlaskClient, make: Factory) -> None:
    make.design()
    form = Page(manager.get(EDIT)).form("#design")
    form.tag["action"] = PREVIEW
    page = Page(form.submit(manager, lead_en="{x}"))
    assert page.status == 422
    assert page.soup.select_one("#preview img") is None
    assert page.soup.select_one('#preview a[href="#lead_en"]') is not None
    form.values["live"] = ["1"]
    for _again in range(3):
        assert form.submit(manager).status_code == 200
    form.values["lead_en"] = ["Better"]
    assert Page(form.submit(manager)).soup.select_one("#preview img") is not None


def test_a_language_that_is_added_brings_its_fields(manager: FlaskClient, make: Factory) -> None:
    design = make.design()
    form = Page(manager.get(EDIT)).form("#design")
    form.tag["action"] = PREVIEW
    page = Page(form.submit(manager, languages=["en", "fr"]))
    assert page.field("title_fr")["value"] == "{title}"
    page.form("#design").submit(manager, lead_fr="Il est certifié que")
    assert draft_of(design).words["fr"].lead == "Il est certifié que"


def test_an_older_page_is_told_that_somebody_was_faster(
    manager: FlaskClient, make: Factory
) -> None:
    design = make.design()
    first, second = (Page(manager.get(EDIT)).form("#design") for _ in range(2))
    assert first.submit(manager, lead_en="First").status_code == 303
    late = Page(second.submit(manager, lead_en="Second"))
    assert late.status == 409
    assert "Somebody changed this" in late.errors[0]
    assert draft_of(design).words["en"].lead == "First"


def test_publishing_freezes_and_leads_to_the_design(manager: FlaskClient, make: Factory) -> None:
    design = make.design()
    page = Page(manager.get(PUBLICATION))
    assert len(page.soup.select("main img.drawn")) == 3
    sent = page.form(PUBLICATION).submit(manager)
    assert sent.status_code == 303
    version = make.newest_version(design)
    assert version.state == DesignState.PUBLISHED
    assert "It never changes again" in Page(manager.get(sent.location)).text
    assert manager.get(EDIT).status_code == 404


def test_a_design_that_does_not_fit_is_not_published(manager: FlaskClient, make: Factory) -> None:
    blocks = [{"kind": kind, "size": "l"} for kind in ("title", "holder", "text")]
    design = make.design(content=content(blocks=blocks, words={"en": {"text": "long\n" * 120}}))
    page = Page(Page(manager.get(PUBLICATION)).form(PUBLICATION).submit(manager))
    assert page.status == 422
    assert "do not fit on one page" in page.text
    assert make.newest_version(design).state == DesignState.DRAFT


def test_a_logo_is_kept_and_chosen(manager: FlaskClient, make: Factory) -> None:
    design = make.design()
    form = Page(manager.get("/manage/designs/gala")).form(PICTURES)
    form.fill("file", (io.BytesIO(png(300, 90)), "logo.png"))
    assert form.submit(manager, title="Logo").status_code == 303
    with unit(writes=False):
        (kept,) = queries.images_of(design)
    shown = manager.get(f"{PICTURES}/{kept.sha256}.png")
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    edit = Page(manager.get(EDIT)).form("#design")
    assert edit.submit(manager, logo=kept.sha256).status_code == 303
    assert draft_of(design).logo == kept.sha256
    assert manager.get("/manage/designs/gala/1.png").data.startswith(b"\x89PNG")


@pytest.mark.parametrize("sent", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"GIF89a.."])
def test_what_is_no_picture_is_an_error_beside_the_field(
    manager: FlaskClient, make: Factory, sent: bytes
) -> None:
    design = make.design()
    form = Page(manager.get("/manage/designs/gala")).form(PICTURES)
    form.fill("file", (io.BytesIO(sent), "logo.png"))
    page = Page(form.submit(manager, title="Logo"))
    assert page.status == 422
    assert "no PNG" in page.error_of("file")
    with unit(writes=False):
        assert not queries.images_of(design)


def test_a_logo_that_belongs_elsewhere_cannot_be_chosen(
    manager: FlaskClient, make: Factory
) -> None:
    make.design()
    form = Page(manager.get(EDIT)).form("#design")
    assert form.submit(manager, logo="a" * 64).status_code == 422


def test_a_scheme_takes_a_design_on_the_page(manager: FlaskClient, make: Factory) -> None:
    version = make.scheme(make.programme())
    design = make.published_design()
    choice = "/manage/designs/choices/ADM-C"
    form = Page(manager.get("/manage/designs")).form(choice)
    assert form.submit(manager, design="gala").status_code == 303
    with unit(writes=False):
        assert queries.for_scheme(version.scheme_id) is not None
        assert queries.schemes_of() == {design.id: ["Certified Administrator"]}


def test_the_document_of_a_version_is_a_pdf(manager: FlaskClient, make: Factory) -> None:
    make.published_design()
    answer = manager.get("/manage/designs/gala/1.pdf?sample=fullest")
    assert answer.data.startswith(b"%PDF-1.7")
    assert "max-age=3600" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/manage/designs/gone",
        "/manage/designs/gone/1.png",
        "/manage/designs/gala/7.png",
        "/manage/designs/gala/7.pdf",
        f"/manage/designs/gala/images/{'0' * 64}.png",
        "/manage/designs/gala/images/..%2f..%2fsecret.png",
        "/manage/designs/gone/draft/edit",
    ],
)
def test_what_is_not_there_is_not_found(manager: FlaskClient, make: Factory, path: str) -> None:
    make.design()
    assert manager.get(path).status_code == 404


def test_an_auditor_reads_and_changes_nothing(client: FlaskClient, make: Factory) -> None:
    make.design()
    auditor = make.sign_in(client, make.person("Otto Auditor", Role.AUDITOR))
    assert auditor.get("/manage/designs/gala").status_code == 200
    assert auditor.get("/manage/designs/gala/1.png").status_code == 200
    for path in (EDIT, PUBLICATION):
        assert auditor.get(path).status_code == 403
    assert not Page(auditor.get("/manage/designs")).has_form("/manage/designs")


@pytest.mark.parametrize("role", [None, Role.TRAINER, Role.PARTNER, Role.CATALOGUE_MANAGER])
def test_others_see_no_design(client: FlaskClient, make: Factory, role: Role | None) -> None:
    make.design()
    person = make.person("Lea Learner", role) if role else make.person("Lea Learner")
    reader = make.sign_in(client, person)
    for path in ("/manage/designs", "/manage/designs/gala", "/manage/designs/gala/1.png", EDIT):
        assert reader.get(path).status_code == 403
