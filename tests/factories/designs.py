"""Designs of certificates."""

from certification.awards.models import SchemeVersion
from certification.designs import actions, queries
from certification.designs.content import Content
from certification.designs.models import Design, DesignVersion
from lms.db import db, unit
from tests.factories.base import FactoryBase


class DesignsFactory(FactoryBase):
    """Makes how certificates look."""

    def design(self, code: str = "gala", *, content: Content | None = None) -> Design:
        """A design with a draft of its first version."""
        with unit(writes=True):
            design = actions.create(code, code.title(), like=None, by=None, now=self.now)
            if content is not None:
                draft = queries.draft_of(design)
                assert draft is not None
                draft.content = content.model_dump(mode="json")
        return design

    def published_design(self, code: str = "gala", *, content: Content | None = None) -> Design:
        """A design whose first version is published."""
        design = self.design(code, content=content)
        with unit(writes=True):
            draft = queries.draft_of(design)
            assert draft is not None
            digest = actions.digest_of(Content.model_validate(draft.content))
            proof = actions.Proof(digest, fits=True)
            actions.publish(design, proof, revision=draft.revision, by=None, now=self.now)
        return design

    def newest_version(self, design: Design) -> DesignVersion:
        """The version with the highest number, as it is now."""
        with unit(writes=False):
            db.session.expire_all()
            return queries.versions_of(design)[0]

    def choose_design(self, version: SchemeVersion, design: Design) -> None:
        """The scheme takes the design."""
        with unit(writes=True):
            scheme = next(row for row, _id in queries.schemes() if row.id == version.scheme_id)
            actions.choose(scheme, design, by=None, now=self.now)
