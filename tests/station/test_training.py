"""Training: everything works on records of its own, and nothing of it is anywhere else."""

from pathlib import Path

import pytest

from app.clock import SetClock
from app.core.approvals import Approval, Why
from app.core.money import CURRENCIES
from app.core.reasons import Refusal
from app.core.voucher import Presentation
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from app.station.staff import SignedIn, approve, sign_in
from app.station.training import (
    CASHIER,
    CASHIER_PIN,
    DEVICE_ID,
    GOOD,
    MANAGER,
    MANAGER_PIN,
    MEMBERS,
    clear_training,
    codes,
    open_training,
)  # fmt: skip
from tests.builders import NOW_MS, a_device, an_order, at_till


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "station-training"


def opened(folder: Path, **device):
    return open_training(folder, a_device(**device), clock=SetClock(NOW_MS), words=lambda text: text)


def test_every_code_of_the_sheet_is_what_its_caption_says(folder: Path) -> None:
    store = opened(folder)
    kinds = [type(identify(store, code)).__name__ for _caption, code in codes()]
    assert kinds == ["SeenMember"] * 4 + ["Presentation"] * 3 + ["SeenBadge"] * 2 + ["Refusal"]
    assert len({code for _caption, code in codes()}) == len(codes())
    store.close()


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_voucher_is_redeemed_in_every_currency(folder: Path, currency: str) -> None:
    store = opened(folder, currency=currency)
    ada, voucher = identify(store, MEMBERS[0].code), identify(store, GOOD)
    assert isinstance(ada, SeenMember) and isinstance(voucher, Presentation)
    answer = hand_in(store, an_order("T-1", ("", 100_000_000)), at_till(ada, voucher))
    assert answer.discount > 0 and answer.points > 0
    store.close()


def test_its_people_sign_in_and_approve(folder: Path) -> None:
    store = opened(folder)
    run = lambda work: work(store)  # noqa: E731
    assert isinstance(sign_in(run, CASHIER, CASHIER_PIN), SignedIn)
    assert isinstance(approve(run, MANAGER, MANAGER_PIN, action="a", why=Why.GOODWILL), Approval)
    assert isinstance(approve(run, CASHIER, CASHIER_PIN, action="a", why=Why.GOODWILL), Refusal)
    store.close()


def test_it_begins_anew_each_time_and_leaves_nothing(folder: Path) -> None:
    first = opened(folder)
    hand_in(first, an_order(), at_till())
    first.close()
    second = opened(folder)
    assert (second.journal.head().seq, second.device.device_id) == (0, DEVICE_ID)
    second.close()
    clear_training(folder)
    assert not folder.exists()
