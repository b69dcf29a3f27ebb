"""Names, places and organisations of the bench data set. Standard library only.

The n-th person and the n-th organisation are the same at every load: strides that share no factor
with a list's length walk through all combinations before one comes twice.
"""

from dataclasses import dataclass

GIVEN = (
    "Ada", "Adwoa", "Aiko", "Alejandro", "Amara", "Anders", "Aoife", "Arjun", "Astrid", "Ayşe",
    "Beatriz", "Björn", "Camille", "Chidi", "Chloé", "Daniel", "Dimitra", "Elena", "Emeka",
    "Emma", "Farah", "Fatima", "Felix", "Gabriela", "Giulia", "Hana", "Hugo", "Ines", "Ivan",
    "Jan", "Jin", "João", "Jürgen", "Kamala", "Katarzyna", "Kofi", "Lars", "Leila", "Lena",
    "Linh", "Lucía", "Mads", "Marco", "María", "Mateo", "Mei", "Mina", "Nadia", "Nguyễn",
    "Noah", "Nora", "Olga", "Omar", "Paula", "Priya", "Rafael", "Renée", "Sanjay", "Sara",
    "Sofia", "Søren", "Tariq", "Thandiwe", "Tomás", "Véronique", "Wanjiru", "Wei", "Xavier",
    "Yara", "Yuki", "Zoë",
)  # fmt: skip
FAMILY = (
    "Abara", "Almeida", "Andersson", "Banerjee", "Bauer", "Bianchi", "Brown", "Castillo", "Chen",
    "Costa", "Cruz", "Dąbrowski", "Demir", "Diallo", "Dubois", "Eriksen", "Fernández", "Fischer",
    "Fontaine", "Fujimoto", "García", "Gupta", "Haddad", "Hansen", "Hernández", "Hoffmann",
    "Horvat", "Ibrahim", "Ito", "Ivanova", "Jansen", "Johnson", "Jovanović", "Kamau", "Kaplan",
    "Kim", "Kowalska", "Kumar", "Laurent", "Lee", "Lindqvist", "López", "Mbeki", "Meyer",
    "Moreau", "Müller", "Nakamura", "Nielsen", "Novák", "Nowak", "Okafor", "O’Brien", "Oliveira",
    "Papadopoulos", "Park", "Patel", "Pérez", "Petrov", "Popescu", "Rahman", "Ricci", "Rossi",
    "Salonen", "Santos", "Sato", "Schmidt", "Silva", "Singh", "Smith", "Suzuki", "Takahashi",
    "Tanaka", "Torres", "Tran", "van Dijk", "Virtanen", "Wagner", "Weber", "Williams", "Wójcik",
    "Yılmaz", "Zhang", "Zieliński",
)  # fmt: skip
FIRMS = (
    "Aldgate", "Bergström", "Bluefin", "Calder", "Castellan", "Corvus", "Dalton", "Eastmark",
    "Everline", "Fairholm", "Gransden", "Halden", "Harborview", "Ironbridge", "Juniper", "Kestrel",
    "Lakeshore", "Lindqvist", "Meridian", "Northgate", "Oakfield", "Palisade", "Quayside",
    "Redwood", "Silverton", "Stonebridge", "Summit", "Tavistock", "Umbria", "Vantage", "Westerly",
)  # fmt: skip
TRADES = (
    "Assurance", "Bank", "Clinics", "Energy", "Foods", "Freight", "Health", "Insurance",
    "Logistics", "Manufacturing", "Media", "Pharma", "Rail", "Retail", "Robotics", "Shipping",
    "Systems", "Telecom", "University",
)  # fmt: skip
TONGUES = ("en", "en", "en", "de", "fr", "es", "en", "nl", "ja", "zh")


@dataclass(frozen=True, slots=True)
class Venue:
    """Where class sessions are held and the zone of its clocks."""

    city: str
    zone: str


VENUES = (
    Venue("Amsterdam", "Europe/Amsterdam"),
    Venue("New York", "America/New_York"),
    Venue("Singapore", "Asia/Singapore"),
    Venue("London", "Europe/London"),
    Venue("São Paulo", "America/Sao_Paulo"),
    Venue("Berlin", "Europe/Berlin"),
    Venue("Tokyo", "Asia/Tokyo"),
    Venue("San Francisco", "America/Los_Angeles"),
    Venue("Sydney", "Australia/Sydney"),
)


def person_name(number: int) -> str:
    """The n-th person's name; 5,893 different ones, shared as in life beyond that."""
    return f"{GIVEN[number * 29 % len(GIVEN)]} {FAMILY[number * 31 % len(FAMILY)]}"


def married_name(number: int) -> str:
    """The same given name with another family name."""
    return f"{GIVEN[number * 29 % len(GIVEN)]} {FAMILY[(number * 31 + 17) % len(FAMILY)]}"


def organisation_name(number: int) -> str:
    """The n-th organisation's name; a numeral tells later namesakes apart."""
    name = f"{FIRMS[number * 7 % len(FIRMS)]} {TRADES[number * 5 % len(TRADES)]}"
    turn = number // (len(FIRMS) * len(TRADES))
    return f"{name} {turn + 1}" if turn else name
