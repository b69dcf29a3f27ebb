"""Keeping the score reports that were drawn."""

from datetime import datetime

from certification.scoring.models_work import ScoreReport
from lms.db import insert_once


def keep(run_id: int, digest: str, *, now: datetime) -> None:
    """Note a stored report, once for each run."""
    insert_once(ScoreReport, {"run_id": run_id, "sha256": digest, "at": now}, ["run_id"])
