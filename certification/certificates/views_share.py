"""The picture that a shared link shows."""

from urllib.parse import urlsplit

from flask import Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from certification.certificates import card, codes, queries
from certification.certificates.card import CardFacts
from certification.certificates.facts import CertificateFacts
from certification.certificates.queries import Checked
from certification.certificates.rules import Verdict
from certification.certificates.views import blueprint
from lms import clock
from lms.i18n import gettext as _
from lms.i18n import long_date
from lms.permissions import PUBLIC, permit

SHOWN = frozenset({Verdict.VALID, Verdict.EXPIRED})


@blueprint.get("/verify/<code>/card.png")
@permit(PUBLIC)
def card_image(code: str) -> ResponseReturnValue:
    """Drawn from the frozen facts; there is none of what was withdrawn, replaced or erased."""
    settings = current_app.extensions["settings"]
    wanted = codes.normalise(code)
    today = clock.today(clock.now(), settings.issuer_zone)
    checked = queries.with_facts(wanted, today) if wanted else None
    if checked is None or checked.holder is None or checked.verdict not in SHOWN:
        abort(404)
    etag = f"card-{checked.row.facts_sha256[:32]}"
    response = Response(mimetype="image/png")
    response.set_etag(etag)
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["X-Robots-Tag"] = "noindex"
    if not request.if_none_match.contains(etag):
        host = urlsplit(settings.public_url).netloc
        digest = bytes.fromhex(checked.row.facts_sha256)
        response.set_data(card.draw(_facts(checked, host), digest))
    response.make_conditional(request)
    return response


def _facts(checked: Checked, host: str) -> CardFacts:
    facts = CertificateFacts.from_json(checked.row.facts)
    return CardFacts(
        kind=_("Demonstration") if facts.demonstration else facts.kind,
        title=facts.title,
        holder=facts.holder_name if card.can_draw(facts.holder_name) else "",
        awarded=_("Awarded on %(day)s", day=long_date(facts.awarded_on)),
        issuer=facts.issuer,
        address=f"{host}/verify/{codes.grouped(facts.code)}",
    )
