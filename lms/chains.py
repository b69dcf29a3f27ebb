"""Facts that are corrected by newer ones: each names the one that it replaces, the last counts."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased


def stands(fact: Any) -> sa.ColumnElement[bool]:
    """Whether a fact, of a class or an alias of it, is the newest of its chain: none replaces it.
    The name of what is looked for is its own, so a query may ask it of several."""
    later = aliased(sa.inspect(fact).mapper.class_)
    return ~sa.exists().where(later.replaces_id == fact.id)
