"""A drawing that harms: the process ends within its limits, and the next drawing is made."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from certification.certificates import studio as drawings
from certification.certificates.easel import LIMITS
from certification.designs.content import Design
from lms.confined import Confined, ConfinedFailure
from lms.errors import Refusal
from tests.certification.designs.drafts import content
from tests.conftest import SPARE

pytestmark = pytest.mark.thorough

HOSTILE = "tests.certification.designs.hostile"
FLEX = "<div style='display:flex'>" * 60 + "x" + "</div>" * 60
"""2 kB of nested flex boxes: the layout doubles its work with each."""


@pytest.fixture
def studio() -> Iterator[Confined]:
    made = Confined(HOSTILE, seconds=8)
    assert made.order({"kind": "nothing"}) == b"fine"
    yield made
    made.close()


def failure(studio: Confined, **order: object) -> tuple[str, float]:
    begun = time.monotonic()
    with pytest.raises(ConfinedFailure) as failed:
        studio.order(dict(order))
    return failed.value.code, time.monotonic() - begun


def test_nested_flex_boxes_end_at_the_limit_of_cpu_time() -> None:
    assert len(FLEX) < 2200
    studio = Confined(HOSTILE, seconds=60)
    code, seconds = failure(studio, kind="page", page=FLEX)
    assert (code, seconds < 40) == ("spent", True)
    assert studio.order({"kind": "nothing"}) == b"fine"
    studio.close()


def test_who_waits_for_a_busy_machine_is_not_told_to_make_the_design_simpler(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """No drawing is done in a twentieth of a second by the clock."""
    monkeypatch.setattr(drawings, "_easel", Confined("certification.certificates.easel", 0.05))
    asked = {"sample": "ordinary", "language": "en", "now": now, "width": 300}
    with pytest.raises(Refusal) as refused:
        drawings.sampled("png", Design(content(), {}), **asked)
    assert [reason.code for reason in refused.value.reasons] == ["drawing_busy"]
    drawings._easel.close()


def test_nested_flex_boxes_do_not_hold_up_the_web_process() -> None:
    studio = Confined(HOSTILE, seconds=1)
    assert studio.order({"kind": "nothing"}) == b"fine"
    code, seconds = failure(studio, kind="page", page=FLEX)
    assert (code, seconds < 10) == ("too_long", True)
    studio.close()


def test_who_takes_too_long_by_the_clock_is_ended() -> None:
    studio = Confined(HOSTILE, seconds=1)
    assert studio.order({"kind": "nothing"}) == b"fine"
    code, seconds = failure(studio, kind="sleep")
    assert code == "too_long"
    assert seconds < 30
    assert studio.order({"kind": "nothing"}) == b"fine"
    studio.close()


def test_memory_has_an_end(studio: Confined) -> None:
    code, _seconds = failure(studio, kind="memory", bytes=LIMITS.data)
    assert code == "failed"
    assert studio.order({"kind": "nothing"}) == b"fine"


def test_a_process_that_falls_is_replaced(studio: Confined) -> None:
    assert failure(studio, kind="crash")[0] == "failed"
    assert studio.order({"kind": "nothing"}) == b"fine"


def test_files_cannot_grow(studio: Confined, tmp_path: Path) -> None:
    failure(studio, kind="write", path=str(tmp_path / "large"))
    assert (tmp_path / "large").stat().st_size <= 1 << 20


def test_the_process_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    monkeypatch.setenv("DATABASE_URL", "postgresql://do-not-tell")
    studio = Confined(HOSTILE, seconds=4)
    assert b"do-not-tell" not in studio.order({"kind": "environment"})
    studio.close()


def test_orders_of_several_threads_wait_for_one_another(studio: Confined) -> None:
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(studio.order({"kind": "nothing"})))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"fine"] * 8


def test_who_waits_for_others_is_told_so_within_its_own_time() -> None:
    """Four orders that never end, then one that would: nobody waits longer than promised."""
    studio = Confined(HOSTILE, seconds=2, restart_seconds=0)
    assert studio.order({"kind": "nothing"}) == b"fine"
    failures: list[tuple[str, float]] = []
    threads = [
        threading.Thread(target=lambda: failures.append(failure(studio, kind="sleep")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    failures.append(failure(studio, kind="nothing"))
    for thread in threads:
        thread.join()
    assert sorted(code for code, _seconds in failures) == ["busy"] * 4 + ["too_long"]
    assert max(seconds for _code, seconds in failures) < 3 * SPARE
    studio.close()


def test_a_replacement_is_started_before_anybody_asks() -> None:
    studio = Confined(HOSTILE, seconds=1, restart_seconds=0)
    assert studio.order({"kind": "nothing"}) == b"fine"
    ended = studio._process
    failure(studio, kind="sleep")
    assert studio._process is not None
    assert studio._process is not ended
    assert studio._process.poll() is None
    studio.close()


def test_a_process_that_still_starts_is_left_to_start() -> None:
    """Else one that takes longer to start than an order may wait would never be there."""
    studio = Confined(HOSTILE, seconds=0.4, restart_seconds=0)
    assert studio.order({"kind": "nothing"}) == b"fine"
    assert failure(studio, kind="sleep")[0] == "too_long"
    ends, codes = time.monotonic() + 20 * SPARE, set()
    while time.monotonic() < ends:
        try:
            assert studio.order({"kind": "nothing"}) == b"fine"
            break
        except ConfinedFailure as failed:
            codes.add(failed.code)
    assert codes <= {"busy"}
    assert time.monotonic() < ends
    studio.close()


def test_an_order_that_is_no_design_is_refused_without_a_fall() -> None:
    studio = Confined("certification.certificates.easel", 4)
    with pytest.raises(ConfinedFailure, match="ValidationError"):
        studio.order({"kind": "png", "content": {"blocks": []}, "facts": "{}", "pictures": {}})
    studio.close()
