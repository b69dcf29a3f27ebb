"""Orders a file of items to be read by a process with limits (`sorter`), never in this one."""

import base64
from datetime import timedelta

import structlog

from certification.items.exchange import carried
from certification.items.exchange.attempts import FAULT
from certification.items.exchange.found import MOST_ITEMS, Found
from lms.confined import Confined, ConfinedFailure
from lms.errors import refuse

KEPT = timedelta(days=1)
"""How long what was sent waits between its preview and the confirmation."""
SECONDS = 8.0
"""By the clock: the process has 5 of CPU, and may wait for it."""
log = structlog.get_logger()
_sorter = Confined("certification.items.sorter", SECONDS)


def read(form: str, content: bytes, language: str) -> list[Found]:
    """Every item of the file; refuses what holds too many (`import_too_many`) or cannot be read
    within the limits (`import_too_hard`), or while others are first (`import_busy`)."""
    order = {"form": form, "content": base64.b64encode(content).decode(), "language": language}
    try:
        answer = _sorter.order(order)
    except ConfinedFailure as failure:
        code = "import_busy" if failure.code == "busy" else "import_too_hard"
        raise refuse(code, status=422) from None
    if not answer:
        raise refuse("import_too_many", status=422, most=MOST_ITEMS)
    found = carried.loaded(answer)
    for reason in (reason for one in found for reason in one.refusals if reason.code == FAULT):
        log.error("item of a file not read", form=form, where=reason.values["where"])
    return found
