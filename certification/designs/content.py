"""What a design consists of: a value that is validated wherever it comes from, and frozen."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from certification.designs import rules
from certification.designs.languages import LOCALES
from lms.reasons import Reason

BlockKind: TypeAlias = Literal[
    "brand", "kind", "title", "lead", "holder", "statement", "text", "steps"
]
Digest: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def _sound(reasons: Iterable[Reason]) -> None:
    said = [" ".join([reason.code, *map(str, reason.values.values())]) for reason in reasons]
    if said:
        raise ValueError(", ".join(said))


def _checked(text: str) -> str:
    _sound(rules.text_flaws(text))
    return text


ShortText: TypeAlias = Annotated[str, Field(max_length=200), AfterValidator(_checked)]
LongText: TypeAlias = Annotated[str, Field(max_length=600), AfterValidator(_checked)]


class Part(BaseModel):
    """A part of a design."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Block(Part):
    """A block of the main column and how large it is written."""

    kind: BlockKind
    size: Literal["s", "m", "l"] = "m"


class Signatory(Part):
    """Who signs; `image` is the SHA-256 of one of the design's images."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    role: Annotated[str, Field(max_length=120)] = ""
    image: Digest | None = None


class Words(Part):
    """The words around the facts in one language."""

    kind: ShortText = "{kind}"
    lead: ShortText = ""
    title: ShortText = "{title}"
    statement: LongText = "{statement}"
    text: LongText = ""


class Content(Part):
    """A whole design."""

    layout: Literal["side", "centre"] = "side"
    edge: Literal["rail", "band", "frame", "none"] = "rail"
    art: Literal["side", "behind", "none"] = "side"
    paper: Literal["ivory", "white"] = "ivory"
    accent: str = "#0b5a58"
    typeface: Literal["serif", "sans"] = "serif"
    page_format: Literal["A4", "Letter"] = "A4"
    facts: bool = True
    logo: Digest | None = None
    signatories: Annotated[tuple[Signatory, ...], Field(max_length=rules.MOST_SIGNATORIES)] = ()
    blocks: tuple[Block, ...]
    words: Annotated[dict[str, Words], Field(min_length=1)]

    @model_validator(mode="after")
    def can_be_read(self) -> "Content":
        """Colours carry words, blocks are complete, languages are ours."""
        _sound(rules.colour_flaws(self.accent, self.paper))
        _sound(rules.block_flaws([block.kind for block in self.blocks]))
        _sound(
            Reason("language_unknown", {"name": tag}) for tag in self.words if tag not in LOCALES
        )
        return self

    @property
    def languages(self) -> tuple[str, ...]:
        """Its languages in the order of ours, the first being what other readers get."""
        return tuple(tag for tag in LOCALES if tag in self.words)

    def language_for(self, wanted: str) -> str:
        """The language for a reader: their own if the design has it."""
        tag = wanted.replace("_", "-").partition("-")[0]
        return tag if tag in self.words else self.languages[0]

    def images(self) -> list[str]:
        """The SHA-256 of every image that is placed."""
        named = [self.logo, *(signatory.image for signatory in self.signatories)]
        return [digest for digest in dict.fromkeys(named) if digest]


@dataclass(frozen=True)
class Design:
    """A design with its pictures: everything that drawing needs."""

    content: Content
    pictures: dict[str, bytes] = field(default_factory=dict)
    """PNG by its SHA-256."""
