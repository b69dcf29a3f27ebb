"""Certificates by a design: everything placed, nothing over anything, nothing fetched."""

import hashlib
import http.server
import io
import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import yaml
import zxingcpp
from weasyprint import HTML

from certification.certificates.document import CertificateFacts, fits, render
from certification.certificates.samples import KINDS, sample
from certification.datafiles import DesignsFile
from certification.designs.content import Content, Design
from lms.datafile import read
from lms.desk import OwnAssets
from tests.certification.designs.drafts import content, png
from tests.factories.documents import certificate_facts, fullest_facts

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = read(ROOT / "data" / "truststram-v4.4" / "designs.yaml", DesignsFile).value.designs
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ORDINARY_DIGEST = "04639cd3243b76d0885142742ef060b9c15ba9fc829d2f990112739369cc774a"
FULLEST_DIGEST = "2ece97a7e3b35e48c0f5a9651bb3279016d5279ee028cf09da08e6958a869183"
THREE = [{"name": f"Signatory {n}", "role": "Director"} for n in (1, 2, 3)]


def drawn(design: Design, facts: CertificateFacts) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(render(facts, None, design))


def words(document: pypdfium2.PdfDocument) -> str:
    return " ".join(document[0].get_textpage().get_text_range().split())


def overlaps(document: pypdfium2.PdfDocument) -> list[tuple[str, str]]:
    """Runs of words that lie over one another by more than two points both ways."""
    page = document[0].get_textpage()
    boxes = [page.get_rect(index) for index in range(page.count_rects())]
    return [
        (page.get_text_bounded(*a), page.get_text_bounded(*b))
        for a, b in itertools.combinations(boxes, 2)
        if min(a[2], b[2]) - max(a[0], b[0]) > 2 and min(a[3], b[3]) - max(a[1], b[1]) > 2
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("design", SHIPPED, ids=lambda design: design.code)
def test_shipped_designs_hold_much_and_little_in_every_language(design: Any, kind: str) -> None:
    for language in design.content.languages:
        facts = sample(kind, design.content, language, now=NOW)
        assert fits(facts, Design(design.content)), language
        document = drawn(Design(design.content), facts)
        assert len(document) == 1
        assert facts.number in words(document)
        assert not overlaps(document), language


@pytest.mark.parametrize("layout", ["side", "centre"])
@pytest.mark.parametrize("edge", ["rail", "band", "frame", "none"])
@pytest.mark.parametrize("page_format", ["A4", "Letter"])
def test_every_layout_holds_three_signatories_and_the_longest_facts(
    layout: str, edge: str, page_format: str
) -> None:
    made = content(layout=layout, edge=edge, page_format=page_format, signatories=THREE)
    for kind in KINDS:
        facts = sample(kind, made, "en", now=NOW)
        assert fits(facts, Design(made))
        document = drawn(Design(made), facts)
        assert all(person["name"] in words(document) for person in THREE)
        assert not overlaps(document)


def test_a_design_with_too_much_to_say_does_not_fit() -> None:
    blocks = [{"kind": kind, "size": "l"} for kind in ("brand", "title", "holder", "text")]
    made = content(blocks=blocks, words={"en": {"text": "long\n" * 120}})
    assert not fits(certificate_facts(), Design(made))
    assert fits(certificate_facts(), Design(content()))


@pytest.mark.parametrize("design", SHIPPED, ids=lambda design: design.code)
def test_the_code_is_read_from_the_drawn_page(design: Any) -> None:
    facts = certificate_facts(page_format=design.content.page_format)
    image = drawn(Design(design.content), facts)[0].render(scale=2.5).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [facts.verify_url]


def test_logo_and_signatures_are_placed_and_spoken() -> None:
    logo, ink = png(300, 100), png(200, 60, (20, 20, 90, 255))
    digests = [hashlib.sha256(picture).hexdigest() for picture in (logo, ink)]
    made = content(logo=digests[0], signatories=[{"name": "Ada Li", "image": digests[1]}])
    design = Design(made, dict(zip(digests, (logo, ink), strict=True)))
    facts = certificate_facts()
    pdf = pikepdf.open(io.BytesIO(render(facts, None, design)))
    figures = [
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
    ]
    assert sorted(str(figure["/Alt"]) for figure in figures) == sorted(
        [facts.issuer, "Ada Li", f"Check this certificate: {facts.verify_url}"]
    )
    for figure in figures:
        left, bottom, right, top = (float(edge) for edge in figure["/A"]["/BBox"])
        assert 0 <= left < right <= 842
        assert 0 <= bottom < top <= 596
    image = drawn(design, facts)[0].render(scale=2.5).to_pil()
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [facts.verify_url]


def test_the_same_facts_and_design_give_the_same_bytes() -> None:
    design = Design(SHIPPED[0].content)
    assert render(certificate_facts(), None, design) == render(certificate_facts(), None, design)


def test_a_holder_reads_their_own_language() -> None:
    text = words(drawn(Design(SHIPPED[0].content), certificate_facts(locale="de_DE")))
    assert "Hiermit wird bestätigt" in text
    assert "20. November 2026" in text
    assert "Gültig bis" in text


def test_facts_from_before_designs_keep_their_json_and_their_digest() -> None:
    assert "design" not in certificate_facts().to_json()
    assert certificate_facts().digest().hex() == ORDINARY_DIGEST
    assert fullest_facts().digest().hex() == FULLEST_DIGEST
    named = certificate_facts(design="pathway/1/" + "0" * 64)
    assert CertificateFacts.from_json(named.to_json()) == named
    assert named.digest() != certificate_facts().digest()


class Counter(http.server.BaseHTTPRequestHandler):
    """Notes who comes."""

    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(302 if self.path.startswith("/redirect") else 200)
        self.send_header("Location", "/inside")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Counter)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


ATTACKS = yaml.safe_load((Path(__file__).parent / "attacks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ATTACKS)
def test_an_address_in_a_page_is_not_followed(name: str, base: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET-FLAG")
    Counter.seen.clear()
    page = ATTACKS[name].replace("BASE", base).replace("FILE", secret.as_uri())
    try:
        pdf = HTML(string=page, url_fetcher=OwnAssets()).write_pdf(uncompressed_pdf=True)
    except ValueError:
        pdf = b""
    assert Counter.seen == []
    assert b"TOPSECRET" not in (pdf or b"")


@pytest.mark.parametrize("name", ATTACKS)
def test_a_page_in_a_designs_words_is_nothing_but_words(name: str, base: str) -> None:
    Counter.seen.clear()
    attack = ATTACKS[name].replace("BASE", base).replace("FILE", "file:///etc/passwd")
    text = attack.replace("{", "(").replace("}", ")")[:200]
    made = Content.model_validate(content().model_dump() | {"words": {"en": {"lead": text}}})
    document = drawn(Design(made), certificate_facts(holder_name=text[:120], statement=text))
    assert Counter.seen == []
    shown = words(document).replace(" ", "")
    assert text[:30].replace(" ", "") in shown
