"""Jobs on the wire."""

from hq.api.models import Answer, Moment


class JobAnswer(Answer):
    """A job: `done` of `total` (0: not known yet), and a sentence about how it goes."""

    job_id: str
    kind: str
    state: str
    done: int
    total: int
    said: str
    who: str
    created_ms: Moment
    changed_ms: Moment
    ended_ms: Moment | None
