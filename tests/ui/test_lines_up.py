"""What went wrong in pictures once: things that do not line up, and what was easily overlooked."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app.core.reasons import Reason, Refusal
from tests.wording import OTHERS
from ui import theme
from ui.gallery import Dress, Stage, states
from ui.gallery.samples import AYSE, BASE
from ui.i18n import NAMES
from ui.models.enrol import BIRTHDAY, NAME
from ui.models.state import Screen, Shop
from ui.widgets.button import Button
from ui.widgets.topbar import TopBar

SIZE = (1024, 768)


@pytest.fixture(autouse=True)
def usual_again(qapp: QApplication):
    yield
    theme.apply(qapp, "light")


def test_what_a_member_has_stands_below_each_other_without_a_hole(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("en", "light", SIZE))
    stage.show(states()["balance"])
    page = stage.window.pages[Screen.BALANCE]
    last, title = page._expiring._rows[-1], page._saved_title
    gap = title.mapTo(page, title.rect().topLeft()).y() - last.mapTo(page, last.rect().bottomLeft()).y()
    stage.close()
    assert 0 < gap <= 40


def test_fields_beside_each_other_stand_in_one_line(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("ru", "light", SIZE, "largest"))  # one of the titles takes two lines
    stage.show(states()["enrol"])
    fields = stage.window.pages[Screen.ENROL].form.fields
    tops = {fields[part].mapTo(stage.window, fields[part].rect().topLeft()).y() for part in (NAME, BIRTHDAY)}
    stage.close()
    assert len(tops) == 1


def test_no_language_is_broken_in_two(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("ru", "light", SIZE, "largest"))
    stage.show(states()["sign-in"])
    page = stage.window.pages[Screen.SIGN_IN]
    words = {label.text() for button in page._languages.values() for label in button.findChildren(QLabel)}
    heights = {button._word.height() for button in page._languages.values()}
    stage.close()
    assert set(NAMES.values()) <= words
    assert len(heights) == 1


def test_why_a_card_is_stopped_stands_on_a_ground_of_its_own(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("en", "light", SIZE))
    stage.show(
        replace(BASE, screen=Screen.MEMBER, member=replace(AYSE, stopped=Refusal(Reason.MEMBER_STOPPED)))
    )
    panel = stage.window.member.member._stop
    assert panel.isVisible() and panel.property("tone") == "stop"
    stage.show(replace(BASE, screen=Screen.MEMBER, member=AYSE))
    assert not panel.isVisible()
    stage.close()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Blue Bean", "Blue Bean · 367"), ("Store 367", "Store 367"), ("Store 3671", "Store 3671 · 367")],
)
def test_a_stores_number_is_said_once(qapp: QApplication, name: str, shown: str) -> None:
    bar = TopBar()
    bar.draw(replace(BASE, shop=Shop(name=name, store_id="367")))
    assert bar._store.whole == shown


def test_where_an_order_waits_nothing_is_said_of_a_next_member(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("en", "light", SIZE))
    said = {}
    for name in ("answer-undone", "answer-undone-order-waits"):
        stage.show(states()[name])
        said[name] = stage.window.answer._button.accessibleName()
    stage.close()
    assert said == {"answer-undone": "Next member (Enter)", "answer-undone-order-waits": "Go on (Enter)"}


def test_the_pill_is_never_cut_off(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("pseudo", "light", SIZE, "largest"))  # twice as long, and half as large again
    for name in ("idle-offline", "idle-stale", "idle-storage-21"):
        _picture, found = stage.show(states()[name])
        assert found == [], name
    stage.close()


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_on_a_button_is_broken(qapp: QApplication, language: str) -> None:
    stage = Stage(qapp, Dress(language, "light", SIZE, "largest"))
    drawn, broken = states(), []
    for name in ("member-one-picked", "undo", "approval-picked", "gift-card-pay", "enrol", "queue-offline"):
        stage.show(drawn[name])
        words = [button._word for button in stage.window.findChildren(Button) if button.isVisible()]
        assert words
        broken += [(name, word.whole) for word in words if word.text() != word.whole]
    stage.close()
    assert broken == []


def test_reasons_beside_each_other_are_as_wide(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("id", "light", SIZE, "largest"))
    stage.show(states()["approval-long"])
    widths = {button.width() for button in stage.window.pages[Screen.APPROVAL].reasons.values()}
    stage.close()
    assert max(widths) - min(widths) <= 1


def test_a_long_name_leaves_a_shop_its_number(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("tr", "light", SIZE, "largest"))
    stage.show(states()["locked-long"])
    store = stage.window.topbar._store
    assert store.text() == store.whole == "Blue Bean · 014"
    stage.close()


def test_the_first_page_fits_as_every_later_one(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("en", "light", SIZE, "largest"))
    _picture, found = stage.show(states()["member-one-picked"])
    stage.close()
    assert found == []


def test_reasons_to_undo_stand_apart_in_their_first_frame(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("en", "light", SIZE))
    stage.show(states()["undo-reading"])
    page = stage.window.pages[Screen.UNDO]
    page.draw(states()["undo"])  # and nothing is laid out by an event yet
    tops = [button.y() for button in page.effect.reasons.values() if button.isVisible()]
    stage.close()
    assert len(tops) == len(set(tops)) == 5


def test_what_goes_on_without_head_office_is_as_high_as_larger_text_needs(qapp: QApplication) -> None:
    stage = Stage(qapp, Dress("en", "light", SIZE, "large"))
    all_of_them = states()
    for name in ("queue-revoked", "queue-long"):
        _picture, found = stage.show(all_of_them[name])
    inside = stage.window.pages[Screen.QUEUE].head._scroll._inside
    needed, height = inside.heightForWidth(inside.width()), inside.height()
    stage.close()
    assert found == []
    assert height == needed
