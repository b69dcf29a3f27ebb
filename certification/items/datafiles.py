"""The shape of a data folder's `items-….yaml`: what the bank of a programme begins with."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from lms.datafile import FileModel

PNG = b"\x89PNG\r\n\x1a\n"


class ShownFile(FileModel):
    """A competency that an item shows, at a level and with a weight in per cent."""

    competency: str
    level: Annotated[int, Field(ge=1, le=9)]
    weight: Annotated[int, Field(ge=1, le=100)] = 100


class SourceFile(FileModel):
    """Where the item's content is taught, and the section of the source document it relies on."""

    course: str
    module: str
    section: Annotated[str, Field(pattern=r"^[0-9.]+$")] | None = None

    def words(self, *, sample: bool) -> str:
        """The source in one line, as the bank shows it."""
        line = f"{self.course}, {self.module}"
        line += f"; source document, section {self.section}" if self.section else ""
        return f"Sample content: {line}" if sample else line


class ItemFile(FileModel):
    """An item with what test development knows of it. `content` is that of
    `certification.items.content`, but the picture of a hotspot is named as {file: pictures/….png}.
    """

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=60)]
    shows: Annotated[list[ShownFile], Field(min_length=1)]
    difficulty: Annotated[int, Field(ge=0, le=100)] | None = None
    pilot: bool = False
    """Asked, but not scored."""
    part: Literal["written", "practical"] = "written"
    source: SourceFile
    enemies: list[str] = []
    content: dict[str, Any]

    @model_validator(mode="after")
    def keeps_the_parts_apart(self) -> "ItemFile":
        """What an assessor marks has no estimate, and so is in no band of a written form."""
        marked = self.content.get("kind") == "essay"
        if marked != (self.part == "practical"):
            raise ValueError("an essay belongs to the practical part, and only an essay does")
        if marked == (self.difficulty is not None):
            raise ValueError("difficulty belongs to an item of the written part, and it needs one")
        return self

    def picture_file(self) -> str | None:
        """The name of its picture's file."""
        picture = self.content.get("picture")
        name = picture.get("file") if isinstance(picture, dict) else None
        return name if isinstance(name, str) else None


class ItemsFile(FileModel):
    """`items-….yaml`: some of a programme's items."""

    version: str
    programme: str
    sample: bool = False
    items: Annotated[list[ItemFile], Field(min_length=1)]


def size_of(png: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG says it has, in pixels; None for anything else."""
    if not png.startswith(PNG) or png[12:16] != b"IHDR" or len(png) < 24:
        return None
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
