"""Subscriptions to changes: by mail or to a program, with the log of what was delivered."""

from collections.abc import Sequence

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms import clock, wording
from lms.accounts.models import Organisation
from lms.errors import Refusal
from lms.i18n import gettext as _
from lms.i18n import language
from lms.permissions import permit
from reporting.partner import actions, queries, webhooks
from reporting.partner.forms import MailForm, WebhookForm
from reporting.partner.models import NewsKind, NewsSubscription
from reporting.partner.views import blueprint, organisation_ids, organisations
from reporting.partner.wording import delivery_error


@blueprint.get("/partner/news")
@permit("partner.edit")
def news() -> ResponseReturnValue:
    """Who hears of changes to the own people's certificates."""
    return _page(*_forms(), organisations("partner.edit"))


def _forms() -> tuple[MailForm, WebhookForm]:
    mail, hook = MailForm(prefix="mail"), WebhookForm(prefix="hook")
    choices = [(row.code, row.name) for row in organisations("partner.edit")]
    mail.organisation.choices = hook.organisation.choices = choices
    return mail, hook


def _page(mail: MailForm, hook: WebhookForm, own: Sequence[Organisation]) -> ResponseReturnValue:
    page = render_template(
        "reporting/partner_news.html", mail=mail, hook=hook, organisations=own,
        names={row.id: row.name for row in own},
        subscriptions=queries.subscriptions([row.id for row in own]), secret=None,
    )  # fmt: skip
    return page, 422 if mail.errors or hook.errors else 200


@blueprint.post("/partner/news/mails")
@permit("partner.edit")
def subscribe_mail() -> ResponseReturnValue:
    """Hear of changes by mail, at most once a day."""
    mail, hook = _forms()
    if mail.validate() and _subscribe(NewsKind.MAIL, mail, mail.email.data or ""):
        flash(_("Changes will be mailed from now on, once a day at most."))
        return redirect(url_for("partner.news"), 303)
    return _page(mail, hook, organisations("partner.edit"))


@blueprint.post("/partner/news/webhooks")
@permit("partner.edit")
def subscribe_webhook() -> ResponseReturnValue:
    """Let a program hear of changes. Its secret is shown on the next page, once."""
    mail, hook = _forms()
    if hook.validate() and (row := _subscribe(NewsKind.WEBHOOK, hook, hook.url.data or "")):
        secret = webhooks.secret_of(current_app.extensions["settings"].secret_key, row.public_id)
        return render_template(
            "reporting/partner_secret.html", title=_("The webhook's secret"),
            secret=webhooks.shown(secret), back=url_for("partner.news"),
        )  # fmt: skip
    return _page(mail, hook, organisations("partner.edit"))


def _subscribe(
    kind: NewsKind, form: MailForm | WebhookForm, target: str
) -> NewsSubscription | None:
    own = organisations("partner.edit")
    chosen = next((row for row in own if row.code == form.organisation.data), None)
    if chosen is None:
        abort(404)
    try:
        return actions.subscribe(
            chosen, kind, target, language=language(), by=current_user.person_id, now=clock.now()
        )
    except Refusal as refusal:
        field = form.email if isinstance(form, MailForm) else form.url
        field.errors = [wording.word(reason) for reason in refusal.reasons]
        return None


def _subscription_or_404(subscription_id: str) -> NewsSubscription:
    found = queries.subscription(subscription_id, organisation_ids("partner.edit"))
    if found is None:
        abort(404)
    return found


@blueprint.get("/partner/news/<subscription_id>")
@permit("partner.edit")
def subscription(subscription_id: str) -> ResponseReturnValue:
    """The log of a subscription: each message with its attempts."""
    found = _subscription_or_404(subscription_id)
    return render_template(
        "reporting/partner_deliveries.html", subscription=found,
        deliveries=queries.deliveries(found.id), error=delivery_error,
    )  # fmt: skip


@blueprint.post("/partner/news/<subscription_id>/end")
@permit("partner.edit")
def unsubscribe(subscription_id: str) -> ResponseReturnValue:
    """End a subscription; what waits is not sent any more."""
    found = _subscription_or_404(subscription_id)
    actions.unsubscribe(found, by=current_user.person_id, now=clock.now())
    flash(_("The subscription is ended."))
    return redirect(url_for("partner.news"), 303)
