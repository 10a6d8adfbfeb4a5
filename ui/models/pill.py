"""How the line stands, from what the sync worker says: one small state machine, with no clock of its own.

A first try that fails changes nothing of what is told: many a line hiccups. The second in a row says that it is cut.
What head office or the station's own records say is told at once.
"""

from dataclasses import dataclass, field, replace

from app.core.standing import Standing
from app.store.faults import StoreFault
from sync.worker import LinkState
from ui.models.state import Pill, PillKind

STALE_AFTER_S = 24 * 3600  # where a program is silent: after a day without head office the cashier is warned
TRIES = 2  # that fail in a row, until it is told
TO_LOOK_AT = {Standing.TIME_DOUBTFUL, Standing.HQ_DOUBTED}
ENDED = {Standing.FACTS_OLD, Standing.RULES_EXPIRED}  # a limit of age, behind which less is given
TOO_OLD = "client_too_old"  # the problem of a line whose head office wants a newer program here
# Head office stopped the queue: a person must look.
STOPPING = {"fork", "chain", "epoch_revoked", "not_confirmed", "gap"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of the line: its last state, when it went (UTC ms), what waits, what needs a look.

    `link` is how the last try ended, `told` the state that people are told of. While a try is sending, `told` says so;
    `sent` is what of it has arrived. `limit_s` is the age of facts behind which what asks for a right waits.
    """

    link: LinkState = field(default_factory=LinkState)
    told: LinkState = field(default_factory=LinkState)
    is_known: bool = False
    failed_tries: int = 0
    offline_since_ms: int | None = None
    waiting: int = 0
    sent: int = 0
    flagged: int = 0
    standing: Standing = Standing.GOOD
    stale_s: int = STALE_AFTER_S
    limit_s: int = 0

    @property
    def sending_after(self) -> int | None:
        """The entry after which the push began that is under way."""
        return self.told.sending_after


def heard(line: Line, link: LinkState, *, now_ms: int) -> Line:
    """Return what is known after a try of the worker, or in the middle of one that sends."""
    if link.sending_after is not None:
        return replace(line, told=link, is_known=True, failed_tries=0, offline_since_ms=None)
    if link.is_online:
        return replace(line, link=link, told=link, is_known=True, failed_tries=0, offline_since_ms=None)
    failed = 0 if _is_said(link.problem) else line.failed_tries + 1
    since = line.offline_since_ms or now_ms
    is_told = failed == 0 or failed >= TRIES
    told = link if is_told else replace(line.told, next_ms=link.next_ms, sending_after=None)
    is_known = line.is_known or is_told
    return replace(line, link=link, told=told, is_known=is_known, failed_tries=failed, offline_since_ms=since)


def _is_said(problem: str) -> bool:
    """Whether head office, or our own records, said what is in the way; else there was no word of anybody."""
    return problem in STOPPING or problem == TOO_OLD or is_storage(problem)


def is_storage(problem: str) -> bool:
    """Whether a sync ended because the station's own records could not be read or written."""
    return problem in _codes(StoreFault)


def _codes(fault: type[StoreFault]) -> set[str]:
    return {fault.code}.union(*(_codes(kind) for kind in fault.__subclasses__()))


def pill(line: Line, *, now_ms: int) -> Pill:
    """Return what the pill shows now."""
    next_ms = line.told.next_ms
    next_s = None if next_ms is None else max(next_ms - now_ms, 0) // 1000
    return replace(_pill(line, now_ms), next_s=next_s, tries=line.failed_tries)


def _pill(line: Line, now_ms: int) -> Pill:
    told, waiting = line.told, line.waiting
    stopped = told.problem in STOPPING
    attention = line.flagged + (waiting if stopped else 0)
    age_s = _age_s(told.synced_at_ms, now_ms)
    if not line.is_known:
        return Pill(PillKind.CONNECTING, waiting)
    if line.standing is Standing.REVOKED:
        return Pill(PillKind.REVOKED, waiting, age_s)
    if line.standing.forbids_spending:
        return Pill(PillKind.EARN_ONLY, waiting, age_s)
    if attention or stopped or line.standing in TO_LOOK_AT:
        return Pill(PillKind.ATTENTION, waiting, age_s, max(attention, 1))
    if is_storage(told.problem):
        return Pill(PillKind.STORAGE, waiting, age_s)
    if line.standing in ENDED:
        limit_s = line.limit_s if line.standing is Standing.FACTS_OLD else None
        return Pill(PillKind.ENDED, waiting, age_s, limit_s=limit_s)
    if told.problem == TOO_OLD:
        return Pill(PillKind.UPDATE, waiting, age_s)
    if not told.is_online:
        offline_s = _age_s(told.synced_at_ms or line.offline_since_ms, now_ms) or 0
        kind = PillKind.STALE if offline_s > line.stale_s else PillKind.OFFLINE
        return Pill(kind, waiting, offline_s)
    return _online(line, age_s, now_ms)


def _online(line: Line, age_s: int | None, now_ms: int) -> Pill:
    told, facts_s = line.told, _age_s(line.told.as_of_ms, now_ms)
    is_sending = told.sending_after is not None
    if facts_s is not None and facts_s > line.stale_s and not is_sending:
        return Pill(PillKind.STALE, line.waiting, facts_s)  # answered, and by nobody who knows what is new
    if is_sending and line.waiting:
        return Pill(PillKind.SENDING, line.waiting, age_s, sent=line.sent)
    if told.update_by_ms is not None:
        return Pill(PillKind.UPDATE, line.waiting, age_s, by_ms=told.update_by_ms)
    return Pill(PillKind.SENDING if line.waiting else PillKind.FRESH, line.waiting, age_s)


def _age_s(since_ms: int | None, now_ms: int) -> int | None:
    return None if since_ms is None else max(now_ms - since_ms, 0) // 1000
