"""Everything that matches the list's filter, moved at once: first what would happen, then it."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from certification.items import actions_many, queries, wording
from certification.items.models import ItemState
from certification.items.views import banks, blueprint, narrowed, narrowing, state_wanted
from lms import clock
from lms import wording as words
from lms.errors import Refusal
from lms.i18n import ngettext
from lms.permissions import permit

SHOWN = 20
"""Of those that stay, with the reason; the others are counted."""


@blueprint.get("/manage/items/state")
@permit("items.edit")
def review_move() -> ResponseReturnValue:
    """Exactly what moving everything that matches would do."""
    if request.args.get("to") not in list(ItemState):
        abort(404)
    return _review()


def _review(errors: Sequence[str] = ()) -> str:
    wanted, seen = state_wanted(), narrowing(banks("items.edit"))
    found = queries.matching(seen, actions_many.MOST + 1)
    move = actions_many.planned(found[: actions_many.MOST], wanted, by=current_user.person_id)
    return render_template(
        "items/move.html",
        args=_kept(),
        wanted=wanted,
        move=move,
        count=queries.count(seen),
        most=actions_many.MOST,
        shown=move.staying[:SHOWN],
        word=words.word,
        wording=wording,
        errors=errors,
    )


def _kept() -> dict[str, Any]:
    return {name: value for name, value in narrowed().items() if value}


@blueprint.post("/manage/items/state/all")
@permit("items.edit")
def move_matching() -> ResponseReturnValue:
    """Move exactly what the page before showed; if that changed, say so and show it anew."""
    try:
        done = actions_many.move_all(
            narrowing(banks("items.edit")),
            ItemState(state_wanted()),
            fingerprint=request.form.get("fingerprint", "")[:64],
            by=current_user.person_id,
            now=clock.now(),
        )
    except Refusal as refusal:
        return _review([words.word(one) for one in refusal.reasons]), refusal.status
    flash(ngettext("%(num)s item is moved.", "%(num)s items are moved.", done))
    return redirect(url_for("items.index", **_kept()), 303)
