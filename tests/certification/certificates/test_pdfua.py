"""What the finisher does to a drawn document."""

import io

import pikepdf
import pydyf
import pytest

from certification.certificates.pdfua import write_once


class Counted(pydyf.Dictionary):
    """An object that counts how often it is written out."""

    asked = 0

    @property
    def data(self) -> bytes:
        self.asked += 1
        return super().data


def composed() -> tuple[pydyf.PDF, Counted]:
    pdf = pydyf.PDF()
    content = pydyf.Stream([b"0 0 m", b"9 9 l S"] * 50, {"Kind": "/Lines"}, compress=True)
    pdf.add_object(content)
    page = pydyf.Dictionary(
        {
            "Type": "/Page",
            "Parent": pdf.pages.reference,
            "MediaBox": pydyf.Array([0, 0, 100, 100]),
            "Resources": pydyf.Dictionary(),
            "Contents": content.reference,
        }
    )
    pdf.add_page(page)
    counted = Counted({"Words": pydyf.String("(words)")})
    pdf.add_object(counted)
    pdf.catalog["Extra"] = counted.reference
    pdf.info["Title"] = pydyf.String("Title")
    return pdf, counted


def written(pdf: pydyf.PDF, *, packed: bool) -> bytes:
    file = io.BytesIO()
    pdf.write(file, b"1.7", b"identifier", packed)
    return file.getvalue()


def test_what_is_written_once_is_what_would_be_written_twice() -> None:
    (plain, twice), (finished, once) = composed(), composed()
    write_once(finished)
    assert written(finished, packed=False) == written(plain, packed=False)
    assert (once.asked, twice.asked) == (1, 2)


def test_what_a_signer_reads_stands_outside_of_the_packed_objects() -> None:
    finished, _counted = composed()
    write_once(finished)
    content = written(finished, packed=True)
    for name in (b"/Catalog", b"/Pages", b"/Page"):
        assert b"/Type " + name in content
    file = pikepdf.open(io.BytesIO(content))
    assert str(file.Root.Extra.Words) == "(words)"
    assert file.pages[0].Contents.read_bytes().startswith(b"0 0 m")
    assert file.check_pdf_syntax() == []


@pytest.mark.parametrize("packed", [True, False])
def test_the_same_objects_give_the_same_file(packed: bool) -> None:
    (one, _), (other, _) = composed(), composed()
    write_once(one)
    write_once(other)
    assert written(one, packed=packed) == written(other, packed=packed)
