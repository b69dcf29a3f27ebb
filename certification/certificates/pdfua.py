"""The finisher: what WeasyPrint 70 leaves to be said so that a PDF/A-3a is PDF/UA-1 as well."""

import zlib

import pydyf

PX = 0.75
"""Points in a CSS pixel."""
EXTENSION = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Indicates which part of ISO 14289 is followed</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


def draw_behind(pdf: pydyf.PDF, operators: str) -> None:
    """Put path operators behind everything on the page, marked as decoration. A stream of their
    own, packed quickly: WeasyPrint's level 9 takes five times as long for three per cent."""
    packed = zlib.compress(f"/Artifact BMC\nq\n{operators}\nQ\nEMC".encode(), 4)
    stream = pydyf.Stream([packed], {"Filter": "/FlateDecode"})
    pdf.add_object(stream)
    page = _page(pdf)
    page["Contents"] = pydyf.Array([stream.reference, page["Contents"]])


def fill_figure(pdf: pydyf.PDF, operators: str) -> None:
    """Draw into the last figure, which the layout left empty: operators for a square of 1, y
    downwards. Bounding boxes come in points then, not in the layout's own units."""
    figures = [o for o in pdf.objects if isinstance(o, dict) and o.get("S") == "/Figure"]
    x1, y1, x2, y2 = figures[-1]["A"]["BBox"]
    drawing = f"q {x2 - x1} 0 0 {y2 - y1} {x1} {y1} cm\n{operators}\nQ".encode()
    content = pdf.objects[_number(_page(pdf)["Contents"])]
    if not isinstance(content, pydyf.Stream):
        raise TypeError("the page's content is no stream")
    begin = max(place for place, part in enumerate(content.stream) if part == "/Figure")
    content.stream.insert(content.stream.index(b"EMC", begin), drawing)
    height = _page(pdf)["MediaBox"][3]
    for figure in figures:
        x1, y1, x2, y2 = figure["A"]["BBox"]
        box = (x1 * PX, height - y2 * PX, x2 * PX, height - y1 * PX)
        figure["A"]["BBox"] = pydyf.Array(round(edge, 2) for edge in box)


def _page(pdf: pydyf.PDF) -> pydyf.Dictionary:
    """The first page."""
    return next(
        o for o in pdf.objects if isinstance(o, pydyf.Dictionary) and o.get("Type") == "/Page"
    )


def _number(reference: bytes) -> int:
    return int(bytes(reference).split()[0])


def say_name(pdf: pydyf.PDF, place: int, name: str, language: str) -> None:
    """Have the element at a place within the main part spoken as it was written, in its language.
    Glyphs do not tell: those of Devanagari stand in another order than its letters."""
    part = next(o for o in pdf.objects if isinstance(o, dict) and o.get("S") == "/Part")
    element = pdf.objects[_number(part["K"][place])]
    if not isinstance(element, pydyf.Dictionary):
        raise TypeError("the part holds something that is no element")
    element["Lang"] = pydyf.String(language)
    element["ActualText"] = pydyf.String(name)


NO_WORDS, NO_WIDTH = b" <>", b" <200b>"


def map_every_glyph(pdf: pydyf.PDF) -> None:
    """Say which character each glyph stands for (PDF/A-3a, PDF/UA-1). Where several glyphs draw one
    syllable, as in Devanagari, WeasyPrint gives the whole syllable to the last of them and nothing
    to the others: they get the space without width."""
    for stream in pdf.objects:
        if isinstance(stream, pydyf.Stream) and b"begincmap" in stream.stream:
            stream.stream = [
                line.removesuffix(NO_WORDS) + NO_WIDTH if line.endswith(NO_WORDS) else line
                for line in map(bytes, stream.stream)
            ]


SIGNATURE_FIELD = "IssuerSignature"
HIDDEN_BOX = (-20, -20, -20, -20)
"""Outside the CropBox: the signature covers the file and is no picture on the page."""


def list_attachments_once(pdf: pydyf.PDF) -> None:
    """WeasyPrint 70 names each attached file twice in /AF."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def add_signature_field(pdf: pydyf.PDF, words: str) -> None:
    """An empty signature field in a /Form element of its own, so that signing adds no object that
    a screen reader would miss (PDF/UA-1, ISO 14289-1:2014, 7.18)."""
    page = _page(pdf)
    widget = pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Widget",
            "FT": "/Sig",
            "T": pydyf.String(SIGNATURE_FIELD),
            "TU": pydyf.String(words),
            "F": 4 + 128,  # Print and Locked
            "Rect": pydyf.Array(HIDDEN_BOX),
            "P": page.reference,
        }
    )
    pdf.add_object(widget)
    page.setdefault("Annots", pydyf.Array()).append(widget.reference)
    page["CropBox"] = pydyf.Array(page["MediaBox"])
    _tag_widget(pdf, page, widget, words)
    form = pydyf.Dictionary({"Fields": pydyf.Array([widget.reference]), "SigFlags": 3})
    pdf.add_object(form)
    pdf.catalog["AcroForm"] = form.reference


def _tag_widget(
    pdf: pydyf.PDF, page: pydyf.Dictionary, widget: pydyf.Dictionary, words: str
) -> None:
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    document, tree = _object(pdf, root["K"][0]), _object(pdf, root["ParentTree"])
    key = tree["Nums"][-2] + 1
    place = pydyf.Dictionary({"Type": "/OBJR", "Obj": widget.reference, "Pg": page.reference})
    element = pydyf.Dictionary(
        {
            "Type": "/StructElem",
            "S": "/Form",
            "P": document.reference,
            "Pg": page.reference,
            "Alt": pydyf.String(words),
            "K": pydyf.Array([place]),
        }
    )
    pdf.add_object(element)
    document["K"].append(element.reference)
    tree["Nums"].extend([key, element.reference])
    widget["StructParent"] = key


def _object(pdf: pydyf.PDF, reference: bytes) -> pydyf.Dictionary:
    found = pdf.objects[_number(reference)]
    if not isinstance(found, pydyf.Dictionary):
        raise TypeError("the PDF holds something else there")
    return found


def mark(pdf: pydyf.PDF) -> None:
    """Add the PDF/UA mark and its extension schema inside the same `rdf:RDF`, uncompressed, so
    that a reader without filters finds it."""
    number = _number(pdf.catalog["Metadata"])
    metadata = pdf.objects[number]
    if not isinstance(metadata, pydyf.Stream):
        raise TypeError("the PDF's metadata is no stream")
    metadata.stream = [bytes(metadata.stream[0]).replace(b"</rdf:RDF>", EXTENSION)]
    metadata.compress = False


READ_TO_SIGN = ("/Catalog", "/Pages", "/Page", "/Annot")


def _is_read_to_sign(of: pydyf.Object) -> bool:
    """Whether who signs the file looks at this object. Among the packed ones it would have to read
    where each of them begins."""
    return isinstance(of, pydyf.Dictionary) and (of.get("Type") in READ_TO_SIGN or "Fields" in of)


class Written(pydyf.Object):
    """An object as it stands in the file."""

    def __init__(self, of: pydyf.Object) -> None:
        super().__init__()
        self.number, self.generation, self.free = of.number, of.generation, of.free
        self._compressible = of.compressible and not _is_read_to_sign(of)
        self._data = of.data

    @property
    def data(self) -> bytes:
        return self._data

    @property
    def compressible(self) -> bool:
        return self._compressible


def write_once(pdf: pydyf.PDF) -> None:
    """Write out and pack each object now: pydyf does it a second time for the hash of the file,
    which takes as long again. The last step, since nothing can be changed afterwards."""
    pdf.objects = [o if o.free == "f" else Written(o) for o in pdf.objects]
