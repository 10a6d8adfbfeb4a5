"""What a station still does when HQ posts nothing of it any more: hand over what it has, and erase itself if it must.

HQ keeps the entries of a shut-out epoch, or of one with two histories, for people to look at. They are sent batch by
batch behind what HQ says it keeps; nothing of it counts as acknowledged. An HQ that was put back from a backup says
with each push, an empty one too, that it lost what we go on from, and gets it again. Only when HQ keeps all of it,
asked again from the first entry that it hasn't acknowledged, does a station obey the word to erase itself.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from msgspec import structs

from app.core.chain import Head
from app.store.erasing import erase_store
from app.store.faults import StoreErased
from app.store.store import StationStore
from sync.documents import Runner
from sync.faults import HqFault
from sync.protocol import HqProtocol, PushAnswer, PushRefusal, PushRefusalKind, PushRequest

KEEPS = frozenset({PushRefusalKind.FORK, PushRefusalKind.EPOCH_REVOKED})


class HandingOver:
    """The way of entries that HQ keeps and doesn't post."""

    def __init__(
        self,
        store: StationStore,
        hq: HqProtocol,
        *,
        run: Runner,
        request_after: Callable[[int], PushRequest],
    ) -> None:
        """`request_after` makes a push of what follows an entry; it is called by `run`."""
        self._store = store
        self._hq = hq
        self._run = run
        self._request_after = request_after
        self.kept_seq = 0  # HQ keeps our entries up to here, so they are not sent with every heartbeat

    def go_on(self, request: PushRequest, refusal: PushRefusal) -> PushRefusal:
        """Send what HQ doesn't keep yet, after it refused `request`. Returns its last word.

        Raises `StoreErased` when the store is no more.
        """
        first = self._run(partial(self._first_to_keep, refusal))
        is_whole = request.from_seq <= first  # whether this exchange began there
        begins = [seq for seq in sorted({1, first}) if seq < request.from_seq]  # the last one is tried first
        answer: PushAnswer | PushRefusal = refusal
        while isinstance(answer, PushRefusal) and answer.kind in KEEPS:
            refusal = answer
            is_lost = refusal.kept_seq < request.from_seq - 1  # what HQ kept once: its database was put back
            if is_lost or (refusal.wipe and not is_whole):
                if not begins:
                    return refusal  # HQ loses what we send, or our own chain does not hold
                self.kept_seq = begins.pop() - 1
                is_whole = True
            elif not request.entries:
                if refusal.wipe:
                    self._erase(request)
                return refusal
            elif refusal.kept_seq < request.head.seq:
                return refusal  # HQ has no room for more
            else:
                self.kept_seq = request.head.seq
            request = self._run(partial(self._request_after, self.kept_seq))
            answer = self._hq.push(request)
        return refusal

    def _first_to_keep(self, refusal: PushRefusal) -> int:
        """Return the first entry that HQ neither holds nor has held: behind its head, if that is a place of ours.

        An HQ that was put back from a backup may hold less than it acknowledged.
        """
        journal, first = self._store.journal, self._store.acked_seq() + 1
        if not 0 < refusal.expect < first or journal.at(refusal.expect - 1).hash != refusal.hash:
            return first
        return refusal.expect

    def _erase(self, request: PushRequest) -> None:
        kept = Head(request.head.seq, request.head.hash)
        try:
            self._run(partial(erase_store, self._store, kept=kept))
        except StoreErased:
            with suppress(HqFault):  # it is so, whether HQ hears of it or not
                self._hq.push(_last_word(request))
            raise


def _last_word(request: PushRequest) -> PushRequest:
    return structs.replace(request, wiped=True)
