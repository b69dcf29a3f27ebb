"""Mails to people: at their address, in their language and zone, by their name."""

from datetime import datetime
from typing import Any

from lms import mail
from lms.accounts.queries import Address, mail_address


def write(
    template: str,
    person_id: int,
    *,
    key: str,
    now: datetime,
    delivers: bool = True,
    **facts: Any,
) -> None:
    """Note a mail to a person, once per `key` (`lms.mail.send`); none to whoever has no account in
    use."""
    to = mail_address(person_id)
    if to is not None:
        write_to(to, template, person_id, key=key, now=now, delivers=delivers, **facts)


def write_to(
    to: Address,
    template: str,
    person_id: int,
    *,
    key: str,
    now: datetime,
    delivers: bool = True,
    **facts: Any,
) -> None:
    """As `write`, to an address that was read with others (`queries.mail_addresses`)."""
    mail.send(
        template,
        to.email,
        key=key,
        now=now,
        language=to.language,
        zone=to.time_zone,
        person_id=person_id,
        delivers=delivers,
        name=to.name,
        **facts,
    )
