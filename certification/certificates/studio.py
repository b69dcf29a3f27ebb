"""Drawing that cannot harm: by a process with limits, which is replaced when it runs into one."""

import base64
from datetime import datetime

from certification.certificates import samples
from certification.certificates.facts import CertificateFacts
from certification.designs.content import Design
from lms.confined import Confined, ConfinedFailure
from lms.errors import refuse

SECONDS = 12.0
"""By the clock, for one drawing and the wait for others; starting comes on top. What may be drawn
is limited by CPU time (`easel`): the clock only bounds how long a page waits for a busy machine."""
REASONS = {"spent": "drawing_too_long", "too_long": "drawing_busy"}
_easel = Confined("certification.certificates.easel", SECONDS)


def drawing(kind: str, design: Design, facts: CertificateFacts, *, width: int = 1200) -> bytes:
    """A `png` or `pdf` of a design with some facts, or for `fits` whether everything has a place
    (`yes` or `no`); raises ConfinedFailure."""
    pictures = {name: base64.b64encode(b).decode() for name, b in design.pictures.items()}
    return _easel.order(
        {
            "kind": kind,
            "content": design.content.model_dump(mode="json"),
            "facts": facts.to_json(),
            "pictures": pictures,
            "width": width,
        }
    )


def sampled(
    kind: str, design: Design, *, sample: str, language: str, now: datetime, width: int
) -> bytes:
    """A drawing with invented facts, for the pages of designs; refuses (`drawing_too_long`,
    `drawing_busy`, `drawing_failed`) what cannot be drawn."""
    facts = samples.sample(sample, design.content, language, now=now)
    try:
        return drawing(kind, design, facts, width=width)
    except ConfinedFailure as failure:
        code = REASONS.get(failure.code, f"drawing_{failure.code}")
        raise refuse(code, status=422) from failure
