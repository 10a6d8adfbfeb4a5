"""The log that the slow shift goes by still fits the product's own: looked at with each change, as the shift is not."""

import json
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.e2e.told import ToldEvents, say_more
from ui.gallery import StillModel, states

SAID = {
    "answer_painted": {"word", "receipt", "discount", "points", "undone", "sold"},
    "figures_painted": {"orders", "redemptions", "value", "members", "is_training"},
    "undoing_painted": {"goods", "reason"},
    "gift_card_shown": {"is_new", "doing", "amount"},
    "notice_painted": {"text"},
}


def test_each_kind_of_page_says_its_figures() -> None:
    said = {event["event"]: set(event) for state in states().values() for event in say_more(None, state)}
    assert {name: facts & said[name] for name, facts in SAID.items()} == SAID


def test_when_keys_count_it_says_for_which_order(qtbot: QtBot, tmp_path: Path) -> None:
    log = ToldEvents(tmp_path / "events.jsonl", kept=None)
    log.follow(StillModel(states()["member"]))
    log._note({"event": "member_ready"})
    log.close()
    ready = json.loads((tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert {"typed", "discount", "cards", "vouchers", "picked"} <= set(ready)
