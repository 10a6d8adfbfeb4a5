"""What a station says of itself: the versions it goes by, and how old HQ's facts are."""

from pathlib import Path

from app.clock import SetClock
from app.headless_told import counts
from tests.builders import NOW_MS, a_store, move_replica


def test_the_age_of_hqs_facts_is_told(tmp_path: Path) -> None:
    """An HQ that answers and stands still can't be told from a good one in any other way."""
    clock = SetClock(NOW_MS)
    store = a_store(tmp_path / "store", clock=clock)
    assert [counts(store)[name] for name in ("as_of_ms", "age_s", "keyset_version")] == [None, None, 1]
    move_replica(store, included_seq=0, as_of_ms=NOW_MS)
    clock.set_ms(NOW_MS + 90_000)
    assert [counts(store)[name] for name in ("as_of_ms", "age_s")] == [NOW_MS, 90]
    store.close()
