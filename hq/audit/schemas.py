"""The audit on the wire."""

from hq.api.models import Answer, Moment


class AuditAnswer(Answer):
    """One thing that was done. `before` and `after` are JSON as text, or empty."""

    n: int
    at_ms: Moment
    who: str
    action: str
    about: str
    reason: str
    before: str
    after: str
    request_id: str


class ChainAnswer(Answer):
    """How many rows hold together, and the number of the first that doesn't."""

    rows: int
    broken_at: int | None
