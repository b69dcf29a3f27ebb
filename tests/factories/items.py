"""Items of the bank."""

from typing import Any

import sqlalchemy as sa

from certification.competency.models import Competency, Framework
from certification.items import actions, actions_picture
from certification.items.models import ItemState, ItemVersion
from certification.items.reading import content_from
from courses.catalog.models import Programme
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
            for sha256 in draft.content.pictures():
                actions_picture.keep(programme, sha256, (400, 300), by=author, now=self.now)
            return actions.create(programme, code, draft, by=author, now=self.now)

    def active_item(
        self, programme: Programme, code: str, author: Person, approver: Person, **changes: Any
    ) -> ItemVersion:
        """An item that two people made active."""
        version = self.item(programme, code, by=author, **changes)
        self.moved(version, ItemState.REVIEW, by=author)
        return self.moved(version, ItemState.ACTIVE, by=approver)

    def moved(self, version: ItemVersion, state: ItemState, *, by: Person) -> ItemVersion:
        """The version in another state."""
        with unit(writes=True):
            return actions.move(version, state, by=by.id, now=self.now)
