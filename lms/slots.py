"""Named slots: a lower page shows upper data only through a function that `app.py` fills in."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app


def fill(app: Flask, name: str, function: Callable[..., Any]) -> None:
    """Let `function` answer for the slot; one slot has one function."""
    slots: dict[str, Callable[..., Any]] = app.extensions.setdefault("slots", {})
    if name in slots:
        raise LookupError(f"slot {name} is filled twice")
    slots[name] = function


def ask(name: str, default: Any, **values: Any) -> Any:
    """What the slot's function says for these values, or the default of an empty slot."""
    function = current_app.extensions.get("slots", {}).get(name)
    return default if function is None else function(**values)
