"""Items of the bank."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from certification.competency.models import Competency, Framework
from certification.items import actions, actions_picture
from certification.items.content import ItemContent
from certification.items.models import Item, ItemCompetency, ItemEvent, ItemState, ItemVersion
from certification.items.reading import as_json, content_from
from certification.items.rules import title_of
from courses.catalog.models import Programme
from lms import search
from lms.accounts.models import Person
from lms.db import db, unit
from tests.certification.items.contents import KINDS
from tests.factories.base import FactoryBase


class ItemsFactory(FactoryBase):
    """Makes what exams ask."""

    def shown_competency(self, programme: Programme, code: str = "SEC-1") -> Competency:
        """A competency of the programme's framework, both made when they are not there."""
        with unit(writes=False):
            found = db.session.scalar(sa.select(Competency).where(Competency.code == code))
            framework = db.session.scalar(
                sa.select(Framework).where(Framework.programme_id == programme.id)
            )
        if found is not None:
            return found
        if framework is None:
            framework = self.save(
                Framework(
                    code=f"{programme.code}-F", programme_id=programme.id, title="F", levels=[]
                )
            )
        return self.save(
            Competency(
                framework_id=framework.id, code=code, title=code, statement="Can.", position=1
            )
        )

    def item_draft(self, programme: Programme, kind: str = "choice", **changes: Any) -> Any:
        """What an author writes, linked to one competency."""
        link = actions.Link(self.shown_competency(programme).id, level=2)
        content = content_from({**KINDS[kind], **changes})
        return actions.Draft(content, [link], difficulty=65, source="Handbook")

    def item(
        self,
        programme: Programme,
        code: str = "ADM-Q1",
        *,
        kind: str = "choice",
        by: Person | None = None,
        **changes: Any,
    ) -> ItemVersion:
        """An item whose first version is a draft."""
        draft = self.item_draft(programme, kind, **changes)
        with unit(writes=True):
            author = by.id if by else None
            for sha256 in draft.content.every_picture():
                actions_picture.keep(programme, sha256, (400, 300), by=author, now=self.now)
            return actions.create(programme, code, draft, by=author, now=self.now)

    def active_item(
        self, programme: Programme, code: str, author: Person, approver: Person, **changes: Any
    ) -> ItemVersion:
        """An item that two people made active."""
        version = self.item(programme, code, by=author, **changes)
        self.moved(version, ItemState.REVIEW, by=author)
        return self.moved(version, ItemState.ACTIVE, by=approver)

    def active_items(
        self,
        programme: Programme,
        contents: Mapping[str, Mapping[str, Any]],
        author: Person,
        approver: Person,
    ) -> list[ItemVersion]:
        """Many by their codes, as `active_item` leaves each, without entries in the audit log:
        in a tenth of the time (`test_bank` holds the two together)."""
        competency = self.shown_competency(programme)
        read = [content_from(dict(content)) for content in contents.values()]
        with unit(writes=True):
            for content in read:
                for sha256 in content.every_picture():
                    actions_picture.keep(programme, sha256, (400, 300), by=author.id, now=self.now)
            items = [
                Item(
                    programme_id=programme.id, code=code, created_at=self.now, created_by=author.id
                )
                for code in contents
            ]  # fmt: skip
            db.session.add_all(items)
            db.session.flush()
            versions = [
                self._drafted(item, content, author)
                for item, content in zip(items, read, strict=True)
            ]
            db.session.add_all(versions)
            db.session.flush()
            for item, content, version in zip(items, read, versions, strict=True):
                self._led_to_use(version, competency, author, approver)
                _index(item, version, content)
            db.session.flush()
            for version in versions:
                version.state = ItemState.ACTIVE
                version.approved_by, version.approved_at = approver.id, self.now
        return versions

    def _drafted(self, item: Item, content: ItemContent, author: Person) -> ItemVersion:
        return ItemVersion(
            item_id=item.id, number=1, state=ItemState.DRAFT, kind=content.kind,
            title=title_of(content), content=as_json(content),
            content_sha256=actions.digest_of(content), difficulty=65, source="Handbook",
            created_at=self.now, created_by=author.id, edited_by=author.id,
        )  # fmt: skip

    def _led_to_use(
        self, version: ItemVersion, competency: Competency, author: Person, approver: Person
    ) -> None:
        steps: Sequence[tuple[str, ItemState | None, Person]] = (
            ("created", None, author),
            ("moved", ItemState.REVIEW, author),
            ("moved", ItemState.ACTIVE, approver),
        )
        db.session.add(
            ItemCompetency(version_id=version.id, competency_id=competency.id, weight=100, level=2)
        )
        for kind, state, person in steps:
            db.session.add(
                ItemEvent(version_id=version.id, kind=kind, state=state, at=self.now, by=person.id)
            )

    def moved(self, version: ItemVersion, state: ItemState, *, by: Person) -> ItemVersion:
        """The version in another state."""
        with unit(writes=True):
            return actions.move(version, state, by=by.id, now=self.now)


def _index(item: Item, version: ItemVersion, content: ItemContent) -> None:
    texts = content.texts.values()
    words = " ".join(" ".join([one.body, *one.options.values()]) for one in texts)
    search.put("item", str(item.id), f"{item.code} {version.title}", words)
