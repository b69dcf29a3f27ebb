"""The form of a design: choices, blocks, signatories, and words per language side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FileField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Regexp, ValidationError

from certification.designs import rules
from certification.designs.content import Content, Words
from certification.designs.languages import LOCALES
from certification.designs.models import DesignImage
from certification.designs.wording import block_name, tongue
from lms import wording as words
from lms.forms import Form
from lms.i18n import gettext as _
from lms.i18n import lazy as _l

LEFT_OUT = ""
LOOK = ("layout", "edge", "art", "paper", "accent", "typeface", "page_format", "facts")
TEXTS = tuple(Words.model_fields)
SIGNATORIES = range(1, rules.MOST_SIGNATORIES + 1)


def _texts_known(_form: Form, field: Field) -> None:
    reasons = rules.text_flaws(field.data or "")
    if reasons:
        raise ValidationError(" ".join(words.word(reason) for reason in reasons))


class DesignForm(Form):
    """What holds for the whole page; `form_of` adds blocks, signatories and languages."""

    layout = SelectField(
        _l("Layout"), choices=[("side", _l("Words at the side")), ("centre", _l("Centred"))]
    )
    edge = SelectField(
        _l("Edge"),
        choices=[
            ("rail", _l("Rail with the steps")),
            ("band", _l("Band with the steps")),
            ("frame", _l("Fine frame")),
            ("none", _l("None")),
        ],
    )
    art = SelectField(
        _l("Line art"),
        choices=[
            ("side", _l("Beside the words")),
            ("behind", _l("Pale, behind the words")),
            ("none", _l("None")),
        ],
    )
    paper = SelectField(_l("Paper"), choices=[("ivory", _l("Ivory")), ("white", _l("White"))])
    accent = StringField(_l("Accent colour"), [InputRequired(_l("Choose a colour."))])
    typeface = SelectField(
        _l("Typeface of title and holder"), choices=[("serif", _l("Serif")), ("sans", _l("Sans"))]
    )
    page_format = SelectField(
        _l("Page format"), choices=[("A4", "A4"), ("Letter", _l("US Letter"))]
    )
    facts = BooleanField(_l("Table of facts at the foot"))
    languages = SelectMultipleField(
        _l("Languages"),
        [DataRequired(_l("Choose at least one language."))],
        choices=[(tag, tag) for tag in LOCALES],
    )
    logo = SelectField(_l("Logo"))

    def validate_accent(self, field: Field) -> None:
        """Words in this colour can be read on this paper, and white words on it."""
        paper = self.paper.data if self.paper.data in rules.PAPERS else "white"
        for reason in rules.colour_flaws(field.data or "", paper):
            raise ValidationError(words.word(reason))


def form_of(images: Sequence[DesignImage], tags: Sequence[str], data: Mapping[str, Any]) -> Any:
    """The form for these pictures and languages, filled with data or with what was sent."""
    pictures = [("", _("None")), *((image.sha256, image.title) for image in images)]
    fields: dict[str, Any] = {}
    for kind in rules.BLOCKS:
        fields |= _block_fields(kind)
    for number in SIGNATORIES:
        fields |= _signatory_fields(number, pictures)
    for tag in tags:
        fields |= _word_fields(tag)
    form = type("DesignForm", (DesignForm,), fields)(data=dict(data))
    form.logo.choices = pictures
    form.languages.choices = [(tag, tongue(tag)) for tag in LOCALES]
    return form


def _block_fields(kind: str) -> dict[str, Any]:
    places = [(LEFT_OUT, _("left out"))]
    places += [(str(n), str(n)) for n in range(1, len(rules.BLOCKS) + 1)]
    if kind in rules.NEEDED:
        places = places[1:]
    name = block_name(kind)
    sizes = [("s", _("small")), ("m", _("ordinary")), ("l", _("large"))]
    return {
        f"place_{kind}": SelectField(_("Place of “%(block)s”", block=name), choices=places),
        f"size_{kind}": SelectField(_("Size of “%(block)s”", block=name), choices=sizes),
    }


def _signatory_fields(number: int, pictures: Sequence[tuple[str, str]]) -> dict[str, Any]:
    short = Length(max=120)
    return {
        f"name_{number}": StringField(_("Name of signatory %(n)s", n=number), [short]),
        f"role_{number}": StringField(_("Role of signatory %(n)s", n=number), [short]),
        f"image_{number}": SelectField(
            _("Signature of signatory %(n)s", n=number), choices=list(pictures)
        ),
    }


def _word_fields(tag: str) -> dict[str, Any]:
    kinds = {"statement": TextAreaField, "text": TextAreaField}
    most = {"statement": 600, "text": 600}
    names = {**{name: block_name(name) for name in TEXTS}}
    return {
        f"{name}_{tag}": kinds.get(name, StringField)(
            f"{names[name]} ({tongue(tag)})", [Length(max=most.get(name, 200)), _texts_known]
        )
        for name in TEXTS
    }


def data_of(content: Content) -> dict[str, Any]:
    """A content as the form's data."""
    data: dict[str, Any] = {name: getattr(content, name) for name in LOOK}
    data |= {"languages": list(content.languages), "logo": content.logo or ""}
    for kind in rules.BLOCKS:
        data |= {f"place_{kind}": LEFT_OUT, f"size_{kind}": "m"}
    for place, block in enumerate(content.blocks, 1):
        data |= {f"place_{block.kind}": str(place), f"size_{block.kind}": block.size}
    for number, person in enumerate(content.signatories, 1):
        data |= {f"name_{number}": person.name, f"role_{number}": person.role}
        data[f"image_{number}"] = person.image or ""
    for tag, said in content.words.items():
        data |= {f"{name}_{tag}": getattr(said, name) for name in TEXTS}
    return data


def typed(form: Any, tags: Sequence[str]) -> Content:
    """The content of a form that is sound."""
    return Content.model_validate(
        {name: form[name].data for name in LOOK}
        | {
            "logo": form.logo.data or None,
            "blocks": _typed_blocks(form),
            "signatories": _typed_signatories(form),
            "words": {
                tag: {name: form[f"{name}_{tag}"].data or "" for name in TEXTS} for tag in tags
            },
        }
    )


def _typed_blocks(form: Any) -> list[dict[str, str]]:
    """In the order of their places; where two say the same, the usual order decides."""
    places = {kind: form[f"place_{kind}"].data for kind in rules.BLOCKS}
    shown = sorted((kind for kind in rules.BLOCKS if places[kind]), key=lambda k: int(places[k]))
    return [{"kind": kind, "size": form[f"size_{kind}"].data} for kind in shown]


def _typed_signatories(form: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": form[f"name_{number}"].data,
            "role": form[f"role_{number}"].data or "",
            "image": form[f"image_{number}"].data or None,
        }
        for number in SIGNATORIES
        if form[f"name_{number}"].data
    ]


class NewDesignForm(Form):
    """A new design."""

    title = StringField(_l("Title"), [InputRequired(_l("Enter a title.")), Length(max=120)])
    code = StringField(
        _l("Code"),
        [
            InputRequired(_l("Enter a code.")),
            Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", message=_l("Small letters, digits and hyphens.")),
            Length(max=40),
        ],
    )
    like = SelectField(_l("Begin like"))


class ImageForm(Form):
    """A picture to keep with the design."""

    file = FileField(_l("PNG file"))
    title = StringField(
        _l("What it shows"), [InputRequired(_l("Say what it shows.")), Length(max=120)]
    )


class ChoiceForm(Form):
    """Which design a scheme takes."""

    design = SelectField(_l("Design"))
