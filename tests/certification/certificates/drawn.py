"""A certificate's document as its readers have it: words, their places, pixels, tags."""

import io
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from certification.certificates.document import CertificateFacts, Labels, render


@dataclass(frozen=True)
class Words:
    """A run of words and its edges in points, y upwards."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    def covers(self, other: "Words", slack: float) -> bool:
        """Whether both lie over each other by more than `slack` in both directions."""
        across = min(self.right, other.right) - max(self.left, other.left)
        up = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across > slack and up > slack


class Drawn:
    """The document of some facts."""

    def __init__(self, facts: CertificateFacts, labels: Labels | None = None) -> None:
        self.content = render(facts, labels)
        self.pages = pypdfium2.PdfDocument(self.content)
        self.file = pikepdf.open(io.BytesIO(self.content))

    @property
    def text(self) -> str:
        """The page's words as a reader copies them."""
        return " ".join(str(self.pages[0].get_textpage().get_text_range()).split())

    def words(self) -> list[Words]:
        """Runs of words with their places."""
        page = self.pages[0].get_textpage()
        found = []
        for index in range(page.count_rects()):
            edges = page.get_rect(index)
            text = page.get_text_bounded(*edges).strip()
            if text:
                found.append(Words(text, *edges))
        return found

    def image(self, scale: float = 2) -> Image.Image:
        """The page's pixels."""
        drawn: Image.Image = self.pages[0].render(scale=scale).to_pil()
        return drawn

    def elements(self, role: str) -> list[Any]:
        """The structure elements of a role, in reading order."""
        found: list[Any] = []

        def walk(element: Any) -> None:
            if not isinstance(element, pikepdf.Dictionary):
                return
            if element.get("/S") == f"/{role}":
                found.append(element)
            kids = element.get("/K", [])
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                walk(kid)

        walk(self.file.Root.StructTreeRoot.K[0])
        return found
