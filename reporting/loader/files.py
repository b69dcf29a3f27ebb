"""The data folder as one value."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from certification.datafiles import CertificationFile, CompetenciesFile, DesignsFile
from certification.items.datafiles import ItemFile, ItemsFile, size_of
from certification.papers.datafiles import PaperFile
from courses.catalog.datafiles import CatalogFile
from lms.accounts.datafiles import PlansFile
from lms.datafile import DataError, DataFileError, Document, FileModel, read
from support.datafiles import ServicesFile, SupportFile

M = TypeVar("M", bound=FileModel)


@dataclass(frozen=True)
class Folder:
    """All files of a data folder."""

    catalog: Document[CatalogFile]
    plans: Document[PlansFile]
    support: Document[SupportFile]
    services: Document[ServicesFile]
    competencies: Document[CompetenciesFile]
    certification: Document[CertificationFile]
    designs: Document[DesignsFile] | None = None
    """A folder may leave it out: certificates have a plain look without it."""
    items: list[Document[ItemsFile]] = field(default_factory=list)
    """`items-….yaml`, none or several: banks may also be written here."""
    papers: list[Document[PaperFile]] = field(default_factory=list)
    """`exam-….yaml`, for the exams that are delivered here."""
    pictures: dict[str, bytes] = field(default_factory=dict)
    """What items show, by the name that they say: `pictures/….png`."""

    def documents(self) -> Iterator[Document[Any]]:
        """Every file."""
        for part in vars(self).values():
            parts = part if isinstance(part, list) else [part]
            yield from (one for one in parts if isinstance(one, Document))

    def size_of(self, picture: str) -> tuple[int, int] | None:
        """Width and height of a picture by its name; None if there is no such PNG."""
        return size_of(self.pictures.get(picture, b""))

    def content_of(self, item: ItemFile) -> dict[str, Any]:
        """An item's content, its picture named by what it is instead of where it lies."""
        name = item.picture_file()
        size = self.size_of(name) if name else None
        if name is None or size is None:
            return item.content
        sha256 = hashlib.sha256(self.pictures[name]).hexdigest()
        picture = {"sha256": sha256, "width": size[0], "height": size[1]}
        return item.content | {"picture": picture}


def read_files(path: Path) -> Folder:
    """Read every file; raises DataFileError with the flaws of all of them."""
    errors: list[DataError] = []

    def one(name: str, model: type[M]) -> Document[M] | None:
        try:
            return read(path / name, model)
        except DataFileError as error:
            errors.extend(error.errors)
            return None

    catalog = one("catalog.yaml", CatalogFile)
    plans = one("plans.yaml", PlansFile)
    support = one("support.yaml", SupportFile)
    services = one("services.yaml", ServicesFile)
    competencies = one("competencies.yaml", CompetenciesFile)
    certification = one("certification.yaml", CertificationFile)
    designs = one("designs.yaml", DesignsFile) if (path / "designs.yaml").exists() else None
    banks = [one(bank.name, ItemsFile) for bank in sorted(path.glob("items-*.yaml"))]
    papers = [one(paper.name, PaperFile) for paper in sorted(path.glob("exam-*.yaml"))]
    if errors or not (
        catalog and plans and support and services and competencies and certification
    ):
        raise DataFileError(errors)
    return Folder(
        catalog,
        plans,
        support,
        services,
        competencies,
        certification,
        designs,
        items=[bank for bank in banks if bank],
        papers=[paper for paper in papers if paper],
        pictures={f"pictures/{one.name}": one.read_bytes() for one in path.glob("pictures/*.png")},
    )
