"""The lists of people and organisations, by pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.accounts.models import Account, Membership, Organisation, Person, SupportPlan
from lms.accounts.queries import belongs_to
from lms.accounts.rules import email_key
from lms.db import db
from lms.folding import fold
from lms.paging import SIZE, Page, after, page_of

MOST_WORDS = 5
SHORTEST = 3
"""Signs of a word that trigrams can find."""
FEW = 2_000
"""Where more people match, one in some hundreds does: a page is full after a few thousand rows."""
FOLDED = 16_384
"""Names of organisations whose folded form is kept; 4 MB if all have accents."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list of people."""

    id: int
    public_id: str
    name: str
    sort_name: str
    email: str | None
    state: str | None
    organisations: str | None


def people(
    *,
    text: str = "",
    organisation_ids: Sequence[int] | None = None,
    cursor: list[int | str] | None = None,
    size: int = SIZE,
) -> Page[PersonRow]:
    """People by name, one page; each word of `text` must occur in name or address. A whole address
    is its person's alone, also where it is a piece of another."""
    own = aliased(Account)
    first_account = (
        sa.select(sa.func.min(own.id)).where(own.person_id == Person.id).scalar_subquery()
    )
    wanted = (
        sa.select(
            Person.id,
            Person.public_id,
            Person.name,
            Person.sort_name,
            Account.email,
            Account.state,
            _organisation_names(organisation_ids),
        )
        .outerjoin(Account, Account.id == first_account)
        .where(Person.erased_at.is_(None))
        .order_by(Person.sort_name, Person.id)
        .limit(size + 1)
    )
    typed = text.split()[:MOST_WORDS]
    words = fold(" ".join(typed)).split()
    for word in words:
        wanted = wanted.where(Person.search_name.contains(word, autoescape=True))
    if (found := _with_address(typed) or _with_words(words)) is not None:
        wanted = wanted.where(Person.id.in_(found))
    if organisation_ids is not None:
        wanted = wanted.where(belongs_to(organisation_ids))
    if cursor is not None:
        wanted = wanted.where(after([Person.sort_name, Person.id], cursor))
    rows = [PersonRow(*row) for row in db.session.execute(wanted)]
    return page_of(rows, size=size, key=lambda r: (r.sort_name, r.id), is_first=cursor is None)


def _with_address(words: Sequence[str]) -> list[int] | None:
    """Whose address was typed whole, which is what people are looked for by most: nearly all of its
    pieces are in all addresses, so that trigrams say little."""
    keys = [email_key(word) for word in words if "@" in word]
    if not keys:
        return None
    return list(db.session.scalars(sa.select(Account.person_id).where(Account.email_key.in_(keys))))


def _with_words(words: Sequence[str]) -> list[int] | None:
    """People whose names hold all of the words, by SQLite's trigrams; PostgreSQL takes its own
    by itself. None for words that are too short, or so common that the first page of the people
    in their order is found sooner without."""
    wanted = [word for word in words if len(word) >= SHORTEST]
    if not wanted or db.engine.dialect.name != "sqlite":
        return None
    phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in wanted)
    asked = "SELECT rowid FROM person_trigrams WHERE person_trigrams MATCH :words LIMIT :most"
    values = {"words": phrases, "most": FEW + 1}
    found = list(db.session.scalars(sa.text(asked), values))
    return found if len(found) <= FEW else None


def _organisation_names(organisation_ids: Sequence[int] | None) -> sa.ScalarSelect[Any]:
    """An employer does not see for whom else a person works."""
    joined = sa.func.group_concat if db.engine.dialect.name == "sqlite" else sa.func.string_agg
    wanted = (
        sa.select(joined(Organisation.name, ", "))
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == Person.id, Membership.ended_on.is_(None))
    )
    if organisation_ids is not None:
        wanted = wanted.where(Organisation.id.in_(organisation_ids))
    return wanted.scalar_subquery()


def organisation_page(
    *, text: str = "", cursor: list[int | str] | None = None, size: int = SIZE
) -> Page[Any]:
    """Organisations by name with their plan and number of people."""
    members = (
        sa.select(sa.func.count())
        .where(Membership.organisation_id == Organisation.id, Membership.ended_on.is_(None))
        .scalar_subquery()
    )
    wanted = (
        sa.select(
            Organisation.id,
            Organisation.code,
            Organisation.name,
            Organisation.search_name,
            Organisation.is_partner,
            SupportPlan.name.label("plan"),
            members.label("members"),
        )
        .outerjoin(SupportPlan, SupportPlan.id == Organisation.support_plan_id)
        .order_by(Organisation.search_name, Organisation.id)
        .limit(size + 1)
    )
    if text:
        found = organisations_named(text, cursor=cursor, most=size + 1)
        wanted = wanted.where(Organisation.id.in_(found))
    if cursor is not None:
        wanted = wanted.where(after([Organisation.search_name, Organisation.id], cursor))
    rows = db.session.execute(wanted).all()
    return page_of(rows, size=size, key=lambda r: (r.search_name, r.id), is_first=cursor is None)


def organisations_named(
    text: str, *, cursor: list[int | str] | None = None, most: int = SIZE
) -> list[int]:
    """The first by any part of the name, typed with or without its accents. Employers are some
    thousands at most, so their names are folded here, as people's are in their table; each once in
    a process, as folding ten thousand takes longer than all the rest of the page."""
    wanted = fold(" ".join(text.split()))
    names = sa.select(Organisation.id, Organisation.search_name).order_by(
        Organisation.search_name, Organisation.id
    )
    if cursor is not None:
        names = names.where(after([Organisation.search_name, Organisation.id], cursor))
    with db.session.execute(names) as rows:
        bare = ((number, name if name.isascii() else folded(name)) for number, name in rows)
        return list(islice((number for number, name in bare if wanted in name), most))


folded = lru_cache(maxsize=FOLDED)(fold)
"""A name never folds otherwise, so nothing has to be forgotten when one changes."""
