"""An item of a file is read: taken, refused, or lost by a fault of ours, alone. Pure."""

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from certification.items.content import ItemContent
from certification.items.exchange.found import (
    CannotTake,
    Found,
    Making,
    TooMany,
    refused,
    taken,
)
from lms.reasons import Reason

FAULT = "import_fault"


def attempted(
    number: int,
    making: Making,
    make: Callable[[], dict[str, Any]],
    prove: Callable[[ItemContent], None] | None = None,
) -> Found:
    """The item whose data `make` returns, or refused, as `prove` may still do. A fault in our
    reader costs this item and not the file; what a limit or the whole file ends goes on to whoever
    set it."""
    try:
        making.data = make()
        found = taken(number, making)
        if prove is not None and found.content is not None:
            prove(found.content)
        return replace(found, notes=tuple(making.notes))
    except CannotTake as error:
        return refused(number, making, [error.reason])
    except (MemoryError, TooMany):
        raise
    except Exception as error:
        return refused(number, making, [Reason(FAULT, {"where": _where(error)})])


def _where(error: Exception) -> str:
    """What went wrong and at which line of ours: nothing of the file, whose items are secret."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {PurePath(last.filename).name}:{last.lineno}"
