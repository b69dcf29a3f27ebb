"""Taking items of a file over: what each becomes, then exactly that."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from certification.items import actions, actions_picture, queries
from certification.items.actions import Draft, Link
from certification.items.exchange.found import Found
from courses.catalog.models import Programme
from lms import audit
from lms.errors import refuse
from lms.reasons import Reason
from lms.storage import Storage


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one item of a file: a draft of this code, or nothing, for the reasons of
    `found` or because the bank or the file has it already (`same_as`, a code)."""

    found: Found
    code: str
    same_as: str | None = None

    @property
    def is_new(self) -> bool:
        """Whether it becomes a draft."""
        return self.found.content is not None and self.same_as is None


def plan(programme: Programme, found: Sequence[Found], *, prefix: str) -> list[Planned]:
    """What becomes of each item that was found in a file."""
    known = queries.known_pictures(programme.id, _pictures(found))
    planned: list[Planned] = []
    seen: dict[str, str] = {}
    for one in (_with_pictures(one, known) for one in found):
        code = f"{prefix}-{one.number:03d}"
        same = None
        if one.content is not None:
            digest = actions.digest_of(one.content)
            same = seen.get(digest) or _same(digest, code, programme)
            seen.setdefault(digest, code)
        planned.append(Planned(one, code, same))
    return planned


def _pictures(found: Iterable[Found]) -> list[str]:
    """Every picture that is named and does not come with the file."""
    return [
        digest
        for one in found
        if one.content is not None
        for digest in one.content.every_picture()
        if digest not in {image.sha256 for image in one.pictures}
    ]


def _with_pictures(found: Found, known: frozenset[str]) -> Found:
    """An item whose pictures are neither in the file nor in the bank stays behind."""
    if set(_pictures([found])) <= known:
        return found
    missing = Reason("import_picture_unknown")
    return replace(found, content=None, refusals=(*found.refusals, missing))


def _same(digest: str, code: str, programme: Programme) -> str | None:
    row = queries.same_content(digest, programme.id) or queries.by_code(programme.id, code)
    return row.code if row else None


def digest_of(planned: Sequence[Planned]) -> str:
    """What was seen in a preview, as one name."""
    seen = [
        [one.code, one.same_as, actions.digest_of(one.found.content) if one.found.content else None]
        for one in planned
    ]
    return hashlib.sha256(audit.canonical(seen)).hexdigest()


def apply(
    programme: Programme,
    planned: Sequence[Planned],
    links: Sequence[Link],
    *,
    seen: str,
    storage: Storage,
    by: int,
    now: datetime,
) -> int:
    """Make drafts of what is new, exactly as the preview `seen` said; how many were made."""
    if digest_of(planned) != seen:
        raise refuse("preview_outdated")
    new = [one for one in planned if one.is_new]
    for one in new:
        for image in one.found.pictures:
            size = (image.width, image.height)
            actions_picture.keep(programme, storage.put(image.content), size, by=by, now=now)
        if one.found.content is not None:
            draft = Draft(one.found.content, links, source=one.found.name)
            actions.create(programme, one.code, draft, by=by, now=now)
    return len(new)
