"""Numbers are tried one after the other: ten a minute, whatever they hit, and a journal that doesn't fill up."""

from app.clock import SetClock
from app.core.codes import number
from app.core.guesses import GUESSES_MAX, WINDOW_MS
from app.core.reasons import Refusal
from app.core.voucher import Presentation
from app.station.identify import SeenMember, identify
from app.store.store import StationStore
from tests.builders import NOW_MS, a_member, a_voucher


def told(store: StationStore, text: str) -> str:
    seen = identify(store, text)
    return seen.reason.code if isinstance(seen, Refusal) else type(seen).__name__


def guesses(count: int, start: int = 0) -> list[str]:
    return [number("V", f"{start + place:013d}") for place in range(5000, 5000 + count)]


def test_ten_thousand_guesses_are_ten_look_ups_and_eleven_entries(store: StationStore) -> None:
    found = [told(store, text) for text in guesses(10_000)]
    assert found == ["unknown_code"] * GUESSES_MAX + ["too_many_unknown"] * (10_000 - GUESSES_MAX)
    reasons = [entry.data["reason"] for entry in store.journal.entries()]
    assert reasons == ["unknown_code"] * GUESSES_MAX + ["too_many_unknown"]


def test_a_hit_is_answered_like_a_miss_and_a_signed_code_as_ever(store: StationStore) -> None:
    """Else whoever tries would learn from the answers which numbers somebody has."""
    member, unused, used = a_member(store), a_voucher(store), a_voucher(store, seed=2, uses_max=1, uses=1)
    assert told(store, unused) == told(store, used) == "Presentation"
    for text in guesses(GUESSES_MAX):
        told(store, text)
    for text in (unused, used, member.number, *guesses(1)):
        assert told(store, text) == "too_many_unknown"
    assert told(store, member.code) == "SeenMember"
    assert told(store, "4006381333931") == "code_is_product"  # goods: nothing is learnt from it


def test_after_a_minute_it_goes_on(store: StationStore, clock: SetClock) -> None:
    for place, text in enumerate(guesses(GUESSES_MAX)):
        clock.set_ms(NOW_MS + place * 1000)
        told(store, text)
    clock.set_ms(NOW_MS + WINDOW_MS - 1)
    assert told(store, a_voucher(store)) == "too_many_unknown"
    clock.set_ms(NOW_MS + WINDOW_MS)
    assert told(store, a_voucher(store)) == "Presentation"
    assert told(store, guesses(1, start=99)[0]) == "unknown_code"
    assert told(store, a_voucher(store)) == "too_many_unknown"  # the second of them is not a minute old yet


def test_other_texts_and_known_numbers_are_no_guesses(store: StationStore) -> None:
    member, printed = a_member(store), a_voucher(store)
    for _ in range(2 * GUESSES_MAX):
        assert told(store, "nonsense") == "unknown_code"
        assert told(store, "L2:AB") == "code_unreadable"
        assert isinstance(identify(store, member.number), SeenMember)
        assert isinstance(identify(store, printed), Presentation)
