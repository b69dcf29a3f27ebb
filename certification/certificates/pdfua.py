"""The finisher: what WeasyPrint 70 leaves to be said so that a PDF/A-3a is PDF/UA-1 as well."""

import pydyf

EXTENSION = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Indicates which part of ISO 14289 is followed</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


def draw_behind(pdf: pydyf.PDF, operators: str) -> None:
    """Put path operators behind everything on the first page, marked as decoration."""
    page = next(o for o in pdf.objects if isinstance(o, dict) and o.get("Type") == "/Page")
    number = int(bytes(page["Contents"]).split()[0])
    stream = pdf.objects[number]
    if not isinstance(stream, pydyf.Stream):
        raise TypeError("the page's content is no stream")
    stream.stream.insert(0, f"/Artifact BMC\nq\n{operators}\nQ\nEMC".encode())


def mark(pdf: pydyf.PDF) -> None:
    """Add the PDF/UA mark and its extension schema inside the same `rdf:RDF`, uncompressed, so
    that a reader without filters finds it."""
    number = int(bytes(pdf.catalog["Metadata"]).split()[0])
    metadata = pdf.objects[number]
    if not isinstance(metadata, pydyf.Stream):
        raise TypeError("the PDF's metadata is no stream")
    metadata.stream = [bytes(metadata.stream[0]).replace(b"</rdf:RDF>", EXTENSION)]
    metadata.compress = False
