"""What a question of QTI asks for beyond what we can hold, by name. Pure."""

from xml.etree.ElementTree import Element

from certification.items.exchange.qti_item import QtiItem

KEPT = frozenset(
    [
        "id",
        "class",
        "label",
        "dir",
        "xml:lang",
        "xml:base",
        "responseIdentifier",
        "identifier",
        "shuffle",
        "orientation",
        "shape",
        "coords",
        "maxChoices",
        "minChoices",
        "maxAssociations",
        "maxStrings",
        "matchMax",
        "expectedLength",
        "expectedLines",
        "templateIdentifier",
        "showHide",
    ]
)
"""Attributes that are read, or refused, elsewhere, and those that tell of looks alone."""
UNSAID = ("", "0", "false", "plain", "10")
"""Values that ask for nothing, or for what is so without them (`format="plain"`, `base="10"`)."""
AT_LEAST_ONE = ("minAssociations", "minStrings", "matchMin")
"""An answer that is there at all has one."""
CHOICES = frozenset(
    ["simpleChoice", "simpleAssociableChoice", "inlineChoice", "gapText", "gap", "hotspotChoice"]
)


def note_unread(item: QtiItem) -> None:
    """Name the attributes of the interactions and of their choices that are left behind."""
    names = sorted({name for one in item.interactions for name in _left(one)})
    if names:
        item.making.note("import_attributes", names=", ".join(names)[:200])


def _left(interaction: Element) -> set[str]:
    parts = [one for one in interaction.iter() if one is interaction or one.tag in CHOICES]
    return {
        name
        for one in parts
        for name, value in one.attrib.items()
        if _counts(name, value) and not (name == "fixed" and _is_fixed_anyway(interaction))
    }


def _counts(name: str, value: str) -> bool:
    if name in KEPT or name.startswith(("data-", "aria-")):
        return False
    return value not in UNSAID and not (name in AT_LEAST_ONE and value == "1")


def _is_fixed_anyway(interaction: Element) -> bool:
    """Whether an option's fixed place is kept, or means nothing where nothing is shuffled."""
    return interaction.tag == "choiceInteraction" or interaction.get("shuffle") != "true"
