"""Jobs: short functions that take ids, may run twice without harm, and live on four named queues."""

from app.core.jobs.periodic import PERIODIC, Periodic, periodic
from app.core.jobs.queues import QUEUES, Job, enqueue, job, nudge_once, redis_client, run

__all__ = ["PERIODIC", "QUEUES", "Job", "Periodic", "enqueue", "job", "nudge_once", "periodic", "redis_client", "run"]
