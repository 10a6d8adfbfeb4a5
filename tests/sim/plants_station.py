"""Bugs to plant into the station: its store, its use cases and its half of the protocol."""

from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from app.core import trusted_time
from app.core.chain import Head
from app.core.overlay import ORDER_CLAIM, REDEMPTION_CLAIM, effects_of
from app.core.stops import Stop, Stops
from app.store import db, store, verifying
from app.store.faults import StoreFault
from app.store.journal import Journal, WordOfHq
from app.store.quarantined import Quarantined
from app.store.store import StationStore
from sync import documents, hq_time, pull, stops
from sync.faults import HqUntrusted
from sync.pull import Puller
from sync.syncer import Syncer


def commits_without_waiting() -> AbstractContextManager[Any]:
    """`synchronous` NORMAL is much faster, and WAL never damages a file."""
    settings = tuple((name, "NORMAL" if name == "synchronous" else value) for name, value in db.SETTINGS)
    right = db.open_database

    def open_database(path: Any, key: bytes, **named: Any) -> Any:
        return right(path, key, **{"settings": settings, **named})

    return patch.object(store, "open_database", open_database)


def answers_though_the_disk_is_full() -> AbstractContextManager[Any]:
    """A cashier should not be bothered with the disk: it will be full only for a moment."""
    right = StationStore.atomic

    @contextmanager
    def atomic(self: StationStore) -> Any:
        try:
            with right(self):
                yield
        except StoreFault:
            pass

    return patch.object(StationStore, "atomic", atomic)


def hashes_each_commit_once() -> AbstractContextManager[Any]:
    """Entries of one commit belong together: each of them follows on what was there before."""
    right = Journal._row

    def _row(self: Journal, entry: Any, previous: Head) -> Any:
        return right(self, entry, Head(previous.seq, self.head().hash))

    return patch.object(Journal, "_row", _row)


def claims_nothing() -> AbstractContextManager[Any]:
    """The till sends each order once."""
    right = verifying.effects_with_carried

    def effects_with_carried(entry: Any) -> Any:
        return tuple(effect for effect in right(entry) if effect.kind not in (ORDER_CLAIM, REDEMPTION_CLAIM))

    return patch.object(verifying, "effects_with_carried", effects_with_carried)


def believes_any_acknowledgement() -> AbstractContextManager[Any]:
    """HQ has answered 200, so it has what it was sent."""

    def _acknowledge(self: Syncer, request: Any, answer: Any) -> int:
        words = [WordOfHq(each.seq, each.verdict, tuple(each.codes)) for each in answer.results]
        with self._store.atomic():
            self._store.journal.append_verdicts(words)
            self._store.set_acked_seq(request.head.seq)
        return self._store.journal.head().seq - request.head.seq

    return patch.object(Syncer, "_acknowledge", _acknowledge)


def believes_any_signed_version() -> AbstractContextManager[Any]:
    """HQ has signed it, so it is HQ's."""
    return patch.object(documents, "check_version", lambda *_, **__: None)


def counts_own_entries_for_ever() -> AbstractContextManager[Any]:
    """What this station did lies over HQ's figures, all of it."""
    right = Journal.effect_sum

    def effect_sum(self: Journal, kind: str, ref: str, *, after_seq: int) -> int:
        return right(self, kind, ref, after_seq=0)

    return patch.object(Journal, "effect_sum", effect_sum)


def forgets_what_hq_set_aside() -> AbstractContextManager[Any]:
    """HQ has looked at all entries up to this number."""
    return patch.object(Quarantined, "sums", lambda *_, **__: {})


def begins_an_epoch_with_nothing() -> AbstractContextManager[Any]:
    """What an earlier epoch did is head office's to decide."""
    return patch.object(verifying, "effects_with_carried", lambda entry: effects_of(entry.type, entry.data))


def moves_with_each_page() -> AbstractContextManager[Any]:
    """A page that was applied need not be fetched again."""
    right = Puller._apply

    def _apply(self: Puller, changes: Any) -> None:
        from msgspec import structs

        right(self, structs.replace(changes, checkpoint=True))

    return patch.object(Puller, "_apply", _apply)


def never_sends_again_what_was_acknowledged() -> AbstractContextManager[Any]:
    """What HQ has acknowledged once it holds."""

    def _go_back(self: Syncer, gap: Any) -> bool:
        with self._store.atomic():
            self._store.set_acked_seq(max(self._store.acked_seq(), gap.expect - 1))
        return True

    return patch.object(Syncer, "_go_back", _go_back)


def lets_one_row_stop_the_feed() -> AbstractContextManager[Any]:
    """A page with a row that can't be read is not HQ's."""
    right = pull.usable_rows

    def usable_rows(rows: Any) -> Any:
        found = right(rows)
        if len(found) != len(rows):
            raise HqUntrusted("a row in a form we do not know")
        return found

    return patch.object(pull, "usable_rows", usable_rows)


def goes_by_the_wall_clock() -> AbstractContextManager[Any]:
    """The operating system knows what time it is."""
    return patch.object(StationStore, "now_ms", lambda self: self.clock.now_ms())


def believes_the_wall_clock_of_a_running_machine() -> AbstractContextManager[Any]:
    """Who sets a clock sets it right."""

    def _gone_on(time: Any, reading: Any) -> Any:
        moved_ms = reading.wall_ms - trusted_time._expected_wall_ms(time, reading)
        return replace(time, base_ms=time.base_ms + moved_ms, wall_ms=time.wall_ms + moved_ms), None

    return patch.object(trusted_time, "_gone_on", _gone_on)


def restart_revives() -> AbstractContextManager[Any]:
    """After a start there is only the wall clock to go by."""
    right = trusted_time._started_anew

    def _started_anew(time: Any, reading: Any) -> Any:
        begun, _ = right(time, reading)
        return replace(begun, is_doubted=False), None

    return patch.object(trusted_time, "_started_anew", _started_anew)


def anchor_any_nonce() -> AbstractContextManager[Any]:
    """HQ has signed it, so it is the time."""
    right = hq_time.check_time

    def check_time(signed: Any, *, nonce: str, keys: Any) -> None:
        right(signed, nonce=signed.nonce, keys=keys)

    return patch.object(hq_time, "check_time", check_time)


def believes_any_list_of_stops() -> AbstractContextManager[Any]:
    """HQ has signed it, so it is HQ's."""
    return patch.object(stops, "check_version", lambda *_, **__: None)


def ignores_what_is_stopped() -> AbstractContextManager[Any]:
    """The rules say what is given."""
    return patch.object(Stops, "of_order", lambda *_, **__: frozenset())


def keeps_what_is_stopped_under_new_rules() -> AbstractContextManager[Any]:
    """What is in the list is stopped."""
    return patch.object(Stop, "holds_under", lambda *_: True)


PLANTS = (
    ("I1", commits_without_waiting),
    ("I1", answers_though_the_disk_is_full),
    ("I2", hashes_each_commit_once),
    ("I3", claims_nothing),
    ("I4", believes_any_acknowledgement),
    ("I12", believes_any_signed_version),
    ("I12", believes_any_list_of_stops),
    ("I13", counts_own_entries_for_ever),
    ("I13", forgets_what_hq_set_aside),
    ("I13", begins_an_epoch_with_nothing),
    ("I13", moves_with_each_page),
    ("I14", ignores_what_is_stopped),
    ("I14", keeps_what_is_stopped_under_new_rules),
    ("I15", lets_one_row_stop_the_feed),
    ("I18", goes_by_the_wall_clock),
    ("I18", believes_the_wall_clock_of_a_running_machine),
    ("I18", restart_revives),
    ("I18", anchor_any_nonce),
    ("I27", never_sends_again_what_was_acknowledged),
)
