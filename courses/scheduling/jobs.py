"""What becomes due by the clock alone: queues end when their class session begins."""

from datetime import datetime

from courses.scheduling.actions.queue import close_begun
from courses.scheduling.queries.log import begun_queues
from lms import clock, jobs
from lms.db import run


@jobs.tick
def see_begun_queues(now: datetime) -> None:
    """Have each queue closed whose class session has begun. The key names the newest entry, so
    that a class session that is moved and begins again is swept again."""
    for class_session_id, newest in begun_queues(now=now):
        args = {"class_session_id": class_session_id}
        jobs.enqueue("scheduling.close_queue", args, key=f"{class_session_id}:{newest}")


@jobs.job("scheduling.close_queue")
def close_queue(args: jobs.Args) -> None:
    """End the waiting of everybody who got no seat, each with a mail."""
    run(lambda: close_begun(args["class_session_id"], now=clock.now()))
