"""Checking a list: the answer, its file, its receipt, and a note that it was asked."""

import hashlib
import uuid
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import structlog

from certification.certificates import lists, queries_lists
from certification.certificates.lists import Given, Row
from certification.certificates.models_checks import CertificateCheck
from certification.certificates.receipts import claims_of, receipt
from certification.keys import queries as keys
from certification.keys.models import Purpose
from certification.keys.vault import KeyTrouble
from lms import audit, clock
from lms.db import db
from lms.errors import refuse
from lms.settings import Settings

log = structlog.get_logger()
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom a list is checked, and by which person or token."""

    organisation_id: int | None
    organisation_code: str | None
    person_id: int | None = None
    token_id: int | None = None


def run(
    asked: Given, asker: Asker, settings: Settings, *, now: datetime
) -> tuple[CertificateCheck, list[Row]]:
    """Check a list as of today; returns the answers to its entries, each entry once. Refuses (422)
    `list_empty` and `list_long`."""
    if not asked.entries:
        raise refuse("list_empty", status=422)
    if len(asked.entries) > lists.MOST:
        raise lists.too_long()
    answers = queries_lists.answers(asked.entries, clock.today(now, settings.issuer_zone))
    rows = list(chain.from_iterable(answers))
    content, counts = lists.written(asked, answers), lists.counted(rows, asked)
    name = str(uuid.uuid4())
    claims = claims_of(
        content,
        counts,
        issuer=keys.issuer(settings),
        check=name,
        organisation=asker.organisation_code,
        now=now,
    )
    check = CertificateCheck(
        public_id=name,
        organisation_id=asker.organisation_id,
        person_id=asker.person_id,
        token_id=asker.token_id,
        checked_at=now,
        counts=counts,
        slips=lists.slips(rows),
        result_sha256=hashlib.sha256(content).hexdigest(),
        result=zlib.compress(content, 1),
        receipt=_receipt(claims, settings),
    )
    db.session.add(check)
    audit.record(
        "certificates.checked", "certificate_check", name, by=asker.person_id, now=now,
        token=asker.token_id, entries=len(asked.entries), result_sha256=check.result_sha256,
    )  # fmt: skip
    db.session.flush()
    return check, rows


def _receipt(claims: dict[str, Any], settings: Settings) -> str | None:
    """The claims, signed; None, and a loud line in the log, while there is no key."""
    try:
        signer = keys.signer(Purpose.TOKEN, settings)
    except KeyTrouble as trouble:
        log.error("receipt not signed", trouble=str(trouble))
        return None
    return receipt(claims, signer, keys.key_url(settings, signer.kid))


def forget_old_results(*, now: datetime) -> int:
    """Drop result files after a month; returns how many."""
    done = db.session.execute(queries_lists.forgettable(now - KEPT))
    return int(getattr(done, "rowcount", 0))
