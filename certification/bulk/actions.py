"""Mass acts in two phases: the preview is exactly what is run, row by row, each row once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from certification.awards import actions as awards
from certification.awards.models import Award, Scheme
from certification.bulk import earning, queries, rules
from certification.bulk.models import MAKING, BulkAct, BulkItem, BulkKind, BulkState
from certification.certificates import actions as certificates
from certification.certificates.codes import normalise
from certification.certificates.models import Certificate, CertificateState
from lms import audit, jobs
from lms.db import db, locked
from lms.errors import refuse
from lms.reasons import Reason
from lms.settings import Settings

CHUNK = 50
MOST = 10_000


def preview(
    kind: BulkKind,
    listed: Sequence[str],
    *,
    title: str,
    reason: str,
    programmes: Sequence[str] | None,
    by: int,
    today: date,
    now: datetime,
    recalls: BulkAct | None = None,
    scheme: Scheme | None = None,
) -> BulkAct:
    """Store the rows with what each will do; nothing else changes. `scheme` is what is issued."""
    texts = [text.strip()[:300] for text in listed if text.strip()]
    if not texts:
        raise refuse("bulk_empty", status=422)
    if len(texts) > MOST:
        raise refuse("bulk_large", status=422, most=MOST)
    act = BulkAct(
        kind=kind,
        state=BulkState.PREVIEWED,
        title=title,
        reason=reason,
        created_by=by,
        created_at=now,
        recalls_id=recalls.id if recalls else None,
        scheme_id=scheme.id if scheme else None,
    )
    db.session.add(act)
    db.session.flush()
    if scheme:
        rows = earning.rows(scheme, texts, by=by, today=today)
    else:
        rows = _rows(kind, texts, programmes, by=by)
    db.session.execute(sa.insert(BulkItem), [{**row, "bulk_act_id": act.id} for row in rows])
    audit.record("bulk.previewed", "bulk_act", act.id, by=by, now=now, kind=kind, rows=len(rows))
    return act


def _rows(
    kind: BulkKind, texts: Sequence[str], programmes: Sequence[str] | None, *, by: int
) -> list[dict[str, Any]]:
    keys = [normalise(text) or text.upper() for text in texts]
    found, seen, rows = queries.targets(keys, programmes), set[int](), []
    for line, (text, key) in enumerate(zip(texts, keys, strict=True), 1):
        target = found.get(key)
        row = {"line": line, "text": text, "certificate_id": None, "holder": ""}
        row |= {"achievement": "", "flaw": "bulk_unknown", "flaw_values": {}}
        if target is not None and target.id in seen:
            row["flaw"] = "bulk_repeated"
        elif target is not None:
            seen.add(target.id)
            row["certificate_id"] = target.id
            row |= {"holder": target.holder_name, "achievement": target.achievement}
            row["flaw"] = rules.flaw(kind, _standing(target, by))
        rows.append(row)
    return rows


def _standing(target: Any, by: int) -> rules.Target:
    return rules.Target(
        is_issued=target.state == CertificateState.ISSUED,
        is_replaced=target.successor_id is not None,
        is_revoked=target.revocation_id is not None,
        is_suspended=target.suspension_id is not None,
        is_own=target.person_id == by,
    )


def start(act: BulkAct, *, by: int, now: datetime) -> None:
    """Run what was previewed. A revocation is started by somebody who did not prepare it."""
    approver = None
    if act.kind == BulkKind.REVOKE:
        if act.created_by == by:
            raise refuse("bulk_second_person", status=403)
        approver = by
    _move(act, (BulkState.PREVIEWED,), BulkState.RUNNING, by=by, now=now, approved_by=approver)
    _enqueue(act)


def pause(act: BulkAct, *, by: int, now: datetime) -> None:
    """Stop after the rows that are being done right now."""
    _move(act, (BulkState.RUNNING,), BulkState.PAUSED, by=by, now=now)


def resume(act: BulkAct, *, by: int, now: datetime) -> None:
    """Go on with the rows that are left."""
    _move(act, (BulkState.PAUSED,), BulkState.RUNNING, by=by, now=now)
    _enqueue(act)


def cancel(act: BulkAct, *, by: int, now: datetime) -> None:
    """Leave alone what is not done yet, for good."""
    before = (BulkState.PREVIEWED, BulkState.RUNNING, BulkState.PAUSED)
    _move(act, before, BulkState.CANCELLED, by=by, now=now)


def _move(
    act: BulkAct,
    before: Sequence[BulkState],
    after: BulkState,
    *,
    by: int,
    now: datetime,
    **values: int | None,
) -> None:
    wanted = locked(sa.select(BulkAct).where(BulkAct.id == act.id))
    current = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    if current.state not in before:
        raise refuse("changed_meanwhile")
    for name, value in values.items():
        setattr(current, name, value)
    current.state = after
    if after == BulkState.RUNNING:
        current.run, current.run_at = current.run + 1, now
    db.session.flush()
    audit.record(f"bulk.{after}", "bulk_act", act.id, by=by, now=now)


def _enqueue(act: BulkAct) -> None:
    ids = list(db.session.scalars(queries.due(act.id)))
    for place in range(0, max(len(ids), 1), CHUNK):
        jobs.enqueue(
            "bulk.chunk",
            {"act_id": act.id, "run": act.run, "item_ids": ids[place : place + CHUNK]},
            key=f"{act.id}:{act.run}:{place}",
        )


def hold(item_ids: Sequence[int]) -> tuple[BulkAct, Sequence[BulkItem]]:
    """Rows of one act, and the act, for this unit alone: several of them lock the numbers of the
    same years, in the order of their rows, and nobody stops the act meanwhile."""
    act_id = sa.select(BulkItem.bulk_act_id).where(BulkItem.id == item_ids[0]).scalar_subquery()
    act = db.session.scalars(locked(sa.select(BulkAct).where(BulkAct.id == act_id))).one()
    wanted = sa.select(BulkItem).where(BulkItem.id.in_(item_ids)).order_by(BulkItem.id)
    return act, db.session.scalars(locked(wanted)).all()


def apply(
    act: BulkAct, item: BulkItem, run: int, settings: Settings, *, today: date, now: datetime
) -> Certificate | None:
    """Do one row of those that were held, unless it is done or this run of the act was stopped;
    returns the certificate that it made, now or before, and whose document nobody saw stored.

    The row's lock and what it says it did stand in the same unit as the effect: whoever repeats
    it finds that, whoever was killed left nothing behind. A row that made a certificate is done
    (`finish`) once the document is stored, which happens outside any transaction.
    """
    if item.done_at:
        return None
    if item.made_id:
        return certificates.held(item.made_id)
    if item.flaw or act.state != BulkState.RUNNING or act.run != run:
        return None
    if act.kind not in MAKING:
        _do(act, db.session.get_one(Certificate, item.certificate_id), today, now)
        item.done_at = now
        return None
    if act.kind == BulkKind.ISSUE:
        fresh = _issue(act, item, settings, today, now)
    else:
        fresh = _reissue(act, item, settings, now)
    item.made_id = fresh.id
    return fresh


def _issue(
    act: BulkAct, item: BulkItem, settings: Settings, today: date, now: datetime
) -> Certificate:
    """The award, if it is still earned, and its certificate, whose files are made next."""
    if item.person_id is None:
        raise refuse("bulk_nobody")
    made = awards.award_what_is_due(
        item.person_id, today=today, now=now, scheme_id=act.scheme_id, issues=False
    )
    if not made:
        raise earning.missing_now(item.person_id, act.scheme_id or 0, today)
    return certificates.prepare(made[0].id, settings, now=now)


def _reissue(act: BulkAct, item: BulkItem, settings: Settings, now: datetime) -> Certificate:
    return certificates.supersede(
        item.certificate_id or 0,
        settings,
        reason=act.reason,
        by=act.created_by,
        now=now,
        draws=False,
    )


def _do(act: BulkAct, certificate: Certificate, today: date, now: datetime) -> None:
    if certificate.person_id == act.approved_by:
        raise refuse("not_yourself", status=403)
    by, reason = act.created_by, act.reason
    award = db.session.get_one(Award, certificate.award_id)
    if act.kind == BulkKind.LIFT:
        awards.lift(award, reason=reason, today=today, by=by, now=now)
    else:
        act_on = awards.revoke if act.kind == BulkKind.REVOKE else awards.suspend
        note = f"bulk act {act.id}"
        act_on(award, public_reason=reason, internal_note=note, today=today, by=by, now=now)


def finish(item_ids: Sequence[int], *, now: datetime) -> None:
    """The documents of the rows' certificates are stored: they are done, also where the act was
    paused meanwhile."""
    db.session.execute(
        sa.update(BulkItem)
        .where(BulkItem.id.in_(item_ids), BulkItem.done_at.is_(None))
        .values(done_at=now)
    )


def fail(item_id: int, reason: Reason) -> None:
    """The certificate is no longer as the preview showed: the row says so."""
    db.session.execute(
        sa.update(BulkItem)
        .where(BulkItem.id == item_id, BulkItem.done_at.is_(None))
        .values(flaw=reason.code, flaw_values=rules.plain(reason.values))
    )


def finish_if_done(act_id: int, *, now: datetime) -> None:
    """The last chunk to finish closes the act."""
    if db.session.scalar(queries.due(act_id).limit(1)) is not None:
        return
    closed = db.session.execute(
        sa.update(BulkAct)
        .where(BulkAct.id == act_id, BulkAct.state == BulkState.RUNNING)
        .values(state=BulkState.DONE, finished_at=now)
    )
    if getattr(closed, "rowcount", 0):
        audit.record("bulk.done", "bulk_act", act_id, by=None, now=now)


def recall(
    act: BulkAct,
    *,
    title: str,
    programmes: Sequence[str] | None,
    by: int,
    today: date,
    now: datetime,
) -> BulkAct:
    """The preview of the act that takes back what was done: a lifting for a suspension."""
    if act.kind != BulkKind.SUSPEND or act.state not in (BulkState.DONE, BulkState.CANCELLED):
        raise refuse("bulk_no_way_back")
    db.session.execute(locked(sa.select(BulkAct.id).where(BulkAct.id == act.id)))
    if db.session.scalar(sa.select(BulkAct.id).where(BulkAct.recalls_id == act.id)):
        raise refuse("changed_meanwhile")
    return preview(
        BulkKind.LIFT,
        queries.done_numbers(act.id),
        title=title[:100],
        reason=act.reason,
        programmes=programmes,
        by=by,
        today=today,
        now=now,
        recalls=act,
    )
