"""How the line stands, from what the sync worker says: one small state machine, with no clock of its own."""

from dataclasses import dataclass, field, replace

from app.core.standing import Standing
from app.store.faults import StoreFault
from sync.worker import LinkState
from ui.models.state import Pill, PillKind

STALE_AFTER_S = 24 * 3600  # head office's default: after a day without it the cashier is warned
TO_LOOK_AT = {Standing.TIME_DOUBTFUL, Standing.HQ_DOUBTED}
TOO_OLD = "client_too_old"  # the problem of a line whose head office wants a newer program here
# Head office stopped the queue: a person must look.
STOPPING = {"fork", "chain", "epoch_revoked", "not_confirmed", "gap"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of the line: its last state, when it went (UTC ms), how many orders wait, what needs a look."""

    link: LinkState = field(default_factory=LinkState)
    is_known: bool = False
    offline_since_ms: int | None = None
    waiting: int = 0
    flagged: int = 0
    standing: Standing = Standing.GOOD


def after(line: Line, link: LinkState, *, waiting: int, flagged: int, now_ms: int) -> Line:
    """Return what is known after a try of the worker."""
    since = None if link.is_online else (line.offline_since_ms or now_ms)
    return Line(link, is_known=True, offline_since_ms=since, waiting=waiting, flagged=flagged)


def is_storage(problem: str) -> bool:
    """Whether a sync ended because the station's own records could not be read or written."""
    return problem in _codes(StoreFault)


def _codes(fault: type[StoreFault]) -> set[str]:
    return {fault.code}.union(*(_codes(kind) for kind in fault.__subclasses__()))


def pill(line: Line, *, now_ms: int) -> Pill:
    """Return what the pill shows now."""
    next_ms = line.link.next_ms
    return replace(_pill(line, now_ms), next_s=None if next_ms is None else max(next_ms - now_ms, 0) // 1000)


def _pill(line: Line, now_ms: int) -> Pill:
    stopped = line.link.problem in STOPPING
    attention = line.flagged + (line.waiting if stopped else 0)
    age_s = _age_s(line.link.synced_at_ms, now_ms)
    if not line.is_known:
        return Pill(PillKind.CONNECTING, line.waiting)
    if line.standing is Standing.REVOKED:
        return Pill(PillKind.REVOKED, line.waiting, age_s)
    if line.standing.forbids_spending:
        return Pill(PillKind.EARN_ONLY, line.waiting, age_s)
    if attention or stopped or line.standing in TO_LOOK_AT:
        return Pill(PillKind.ATTENTION, line.waiting, age_s, max(attention, 1))
    if is_storage(line.link.problem):
        return Pill(PillKind.STORAGE, line.waiting, age_s)
    if line.link.problem == TOO_OLD:
        return Pill(PillKind.UPDATE, line.waiting, age_s)
    if not line.link.is_online:
        offline_s = _age_s(line.link.synced_at_ms or line.offline_since_ms, now_ms) or 0
        kind = PillKind.STALE if offline_s > STALE_AFTER_S else PillKind.OFFLINE
        return Pill(kind, line.waiting, offline_s)
    facts_s = _age_s(line.link.as_of_ms, now_ms)
    if facts_s is not None and facts_s > STALE_AFTER_S:
        return Pill(PillKind.STALE, line.waiting, facts_s)  # answered, and by nobody who knows what is new
    return Pill(PillKind.SENDING if line.waiting else PillKind.FRESH, line.waiting, age_s)


def _age_s(since_ms: int | None, now_ms: int) -> int | None:
    return None if since_ms is None else max(now_ms - since_ms, 0) // 1000
