"""Items as a content package of QTI 2.1: manifest, items, pictures. Pure.

Beside each item lies what QTI cannot say, as `NAME.json` of our own with the SHA-256 of the item's
XML: whoever reads it here gets exactly our item back, unless somebody changed the XML meanwhile,
which then counts.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from xml.etree.ElementTree import Element, SubElement, tostring

from certification.items.content import ItemContent
from certification.items.exchange.qti_write import identifier, item_xml
from certification.items.reading import as_json

NAMESPACE = "http://www.imsglobal.org/xsd/imscp_v1p1"
SCHEMA = (
    f"{NAMESPACE} http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd "
    "http://www.imsglobal.org/xsd/imsqti_v2p1 "
    "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
)
XSI = "http://www.w3.org/2001/XMLSchema-instance"
MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Exported:
    """An item on its way out."""

    code: str
    title: str
    content: ItemContent


def write(items: Iterable[Exported], picture: Callable[[str], bytes]) -> bytes:
    """The zip; the same items give the same bytes. `picture` answers for a SHA-256."""
    out = io.BytesIO()
    manifest, resources = _manifest()
    pictures: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, one in enumerate(items, 1):
            _add_item(archive, resources, f"items/{number:04d}-{identifier(one.code)}", one)
            pictures |= set(one.content.every_picture())
        for digest in sorted(pictures):
            _add(archive, _picture_name(digest), picture(digest))
        _add(archive, "imsmanifest.xml", tostring(manifest, "utf-8", xml_declaration=True))
    return out.getvalue()


def _manifest() -> tuple[Element, Element]:
    root = Element(
        "manifest",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": XSI,
            "xsi:schemaLocation": SCHEMA,
            "identifier": "MANIFEST-items",
        },
    )
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = "QTIv2.1 Package"
    SubElement(metadata, "schemaversion").text = "1.0.0"
    SubElement(root, "organizations")
    return root, SubElement(root, "resources")


def _add_item(archive: zipfile.ZipFile, resources: Element, name: str, one: Exported) -> None:
    xml = item_xml(one.code, one.title, one.content)
    pictures = {digest: f"../{_picture_name(digest)}" for digest in one.content.every_picture()}
    beside = {
        "xml_sha256": sha256(xml).hexdigest(),
        "name": one.code,
        "content": as_json(one.content),
        "pictures": pictures,
    }
    _add(archive, f"{name}.xml", xml)
    _add(archive, f"{name}.json", json.dumps(beside, ensure_ascii=False).encode())
    number = len(resources) + 1
    said = {"identifier": f"RES-{number}", "type": "imsqti_item_xmlv2p1", "href": f"{name}.xml"}
    resource = SubElement(resources, "resource", said)
    files = [f"{name}.xml", f"{name}.json", *map(_picture_name, one.content.every_picture())]
    for file in files:
        SubElement(resource, "file", {"href": file})


def _picture_name(digest: str) -> str:
    return f"pictures/{digest}.png"


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
