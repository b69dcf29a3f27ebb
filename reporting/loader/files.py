"""The data folder as one value."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from certification.datafiles import CertificationFile, CompetenciesFile, DesignsFile
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
    """The one file that a folder may leave out: certificates have a plain look without it."""

    def documents(self) -> list[Document[FileModel]]:
        """Every file."""
        return [document for document in vars(self).values() if document is not None]


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
    if errors or not (
        catalog and plans and support and services and competencies and certification
    ):
        raise DataFileError(errors)
    return Folder(catalog, plans, support, services, competencies, certification, designs)
