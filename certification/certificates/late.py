"""Documents that nobody made although their job is long over: a time-stamp server or a hardware
module may have been away for longer than a job tries. Each is tried again once an hour."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from certification.certificates.models import Certificate, CertificateState
from lms import jobs
from lms.db import db

LATE = timedelta(minutes=15)
AT_ONCE = 100


def overdue(now: datetime) -> sa.Select[int]:
    """Certificates that should have their documents by now."""
    return sa.select(Certificate.id).where(
        Certificate.state == CertificateState.PENDING, Certificate.created_at < now - LATE
    )


@jobs.tick
def look(now: datetime) -> None:
    """Enqueue the drawing of late certificates, the oldest first."""
    late = overdue(now).order_by(Certificate.created_at, Certificate.id).limit(AT_ONCE)
    for certificate_id in db.session.scalars(late):
        args = {"certificate_id": certificate_id}
        jobs.enqueue("certificates.render", args, key=f"{certificate_id}:late:{now:%Y-%m-%dT%H}")
