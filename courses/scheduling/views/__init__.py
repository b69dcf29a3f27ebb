"""Pages of class sessions: for everybody, for trainers, for administrators."""

from courses.scheduling.views import (
    changes,
    classes,
    groups,
    manage,
    seats,
    self_paced,
    teach,
    waiting_groups,
)
from courses.scheduling.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "changes",
    "classes",
    "groups",
    "manage",
    "seats",
    "self_paced",
    "teach",
    "waiting_groups",
]
