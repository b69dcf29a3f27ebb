"""Mail: noted in the business transaction, sent by a job, once.

`send` writes a row (unique by key) and enqueues its delivery. The delivery renders the template
in the reader's language and hands it to SMTP, or, in the embedded default, to a file under
DATA_DIR/mail. A worker killed between handing over and noting it repeats the same Message-ID.
"""

import re
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import current_app, g, render_template
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock, jobs
from lms.columns import Words, where
from lms.db import Base, db, insert_once, run, unit
from lms.settings import Settings

TIMEOUT_SECONDS = 20
PARAGRAPHS = re.compile(r"\n(?:[ \t]*\n){2,}")
"""More than one empty line, which the conditions of a template leave behind."""


class MailMessage(Base):
    """A mail that is due or was sent. Its values are gone once it was sent (they may be secret)."""

    __tablename__ = "mail_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Words(200), unique=True)
    template: Mapped[str] = mapped_column(Words(60))
    to_address: Mapped[str] = mapped_column(Words(254))
    language: Mapped[str] = mapped_column(Words(16))
    zone: Mapped[str] = mapped_column(Words(64))
    facts: Mapped[dict[str, Any]]
    person_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "ix_mail_message_due",
            "id",
            **where("sent_at IS NULL"),
        ),
    )


def send(
    template: str,
    to_address: str,
    *,
    key: str,
    now: datetime,
    language: str = "en",
    zone: str = "UTC",
    person_id: int | None = None,
    delivers: bool = True,
    **facts: Any,
) -> None:
    """Note a mail in this unit; `key` names it, a second note with that key sends nothing.

    A job delivers it, unless (`delivers`) the caller has many delivered by `deliver_later`.
    `facts` are JSON values for `templates/emails/<template>.txt`; instants as ISO text.
    """
    values = {
        "key": key,
        "template": template,
        "to_address": to_address,
        "language": language,
        "zone": zone,
        "facts": facts,
        "person_id": person_id,
        "created_at": now,
    }
    if insert_once(MailMessage, values, ["key"]) and delivers:
        jobs.enqueue("mail.deliver", {"key": key}, key=key)


def was_noted(keys: Sequence[str]) -> bool:
    """Whether one of these mails was noted, sent or not."""
    noted = sa.select(MailMessage.id).where(MailMessage.key.in_(keys)).limit(1)
    return db.session.scalar(noted) is not None


def deliver_later(keys: Sequence[str], *, key: str) -> None:
    """Have noted mails delivered by one job, which `key` names."""
    jobs.enqueue("mail.deliver_many", {"keys": list(keys)}, key=key)


@jobs.job("mail.deliver_many", queue=jobs.MAIL_QUEUE)
def deliver_many(args: jobs.Args) -> None:
    """Deliver one after the other. A mail that cannot be delivered now gets a job of its own,
    with its own repeats, and holds up no other."""
    for message in _due(args["keys"]):
        try:
            _deliver(message)
        except (OSError, smtplib.SMTPException):
            run(partial(jobs.enqueue, "mail.deliver", {"key": message.key}, key=message.key))


@jobs.job("mail.deliver", queue=jobs.MAIL_QUEUE)
def deliver(args: jobs.Args) -> None:
    """Render and hand over one mail, outside any transaction, then note it as sent."""
    for message in _due([args["key"]]):
        _deliver(message)


def _due(keys: Sequence[str]) -> Sequence[MailMessage]:
    """Those of these mails that were not sent yet."""
    wanted = sa.select(MailMessage).where(MailMessage.key.in_(keys), MailMessage.sent_at.is_(None))
    with unit(writes=False):
        return db.session.scalars(wanted.order_by(MailMessage.id)).all()


def _deliver(message: MailMessage) -> None:
    settings: Settings = current_app.extensions["settings"]
    hand_over(compose(message, settings), settings, name=f"{message.id:08d}")
    run(lambda: _note_sent(message.id, now=clock.now()))


def _note_sent(message_id: int, *, now: datetime) -> None:
    db.session.execute(
        sa.update(MailMessage)
        .where(MailMessage.id == message_id, MailMessage.sent_at.is_(None))
        .values(sent_at=now, facts={})
    )


def compose(message: MailMessage, settings: Settings) -> EmailMessage:
    """The mail as text: the template's first line is the subject, the rest the body."""
    g.language, g.zone = message.language, message.zone
    text = render_template(
        f"emails/{message.template}.txt", base=settings.public_url, **message.facts
    )
    subject, _, body = text.strip().partition("\n")
    mail = EmailMessage()
    mail["Subject"] = " ".join(subject.split())
    mail["From"] = settings.mail_from
    mail["To"] = message.to_address
    mail["Date"] = formatdate(message.created_at.timestamp())
    mail["Message-ID"] = (
        f"<academy-{message.id}-{message.created_at.timestamp():.0f}@{_host(settings)}>"
    )
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(PARAGRAPHS.sub("\n\n", body.strip()) + "\n")
    return mail


def _host(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or "localhost"


def hand_over(mail: EmailMessage, settings: Settings, *, name: str) -> None:
    """To SMTP when SMTP_URL is set (smtp://user:password@host:587?starttls), else to a file."""
    if not settings.smtp_url:
        _to_file(mail, settings.data_dir / "mail", name)
        return
    url = urlsplit(settings.smtp_url)
    make: Callable[..., smtplib.SMTP] = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with make(url.hostname or "localhost", url.port or 25, timeout=TIMEOUT_SECONDS) as server:
        if url.query == "starttls":
            server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(mail)


def _to_file(mail: EmailMessage, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{name}.tmp"
    temporary.write_bytes(bytes(mail))
    temporary.replace(folder / f"{name}.eml")
