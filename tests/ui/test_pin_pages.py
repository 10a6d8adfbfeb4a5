"""Signing in and approving by real keys: digits go to the pad, arrows choose, Enter hands over once."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.core.approvals import Why
from ui import i18n
from ui.gallery import states
from ui.gallery.signing_in import FEW
from ui.models.approving import Because
from ui.models.pin_pad import Choose, GivePin
from ui.models.signing_in import EndShift, Speak, Train
from ui.models.state import Screen

Key = Qt.Key
STATES = states()


def pad(shown):
    return shown.window.pages[shown.model.state.screen].pad


def test_pin_and_enter_are_five_keys(shown) -> None:
    shown.show(STATES["sign-in"])
    keys = (Key.Key_7, Key.Key_3, Key.Key_9, Key.Key_2, Key.Key_Return)
    assert shown.press(*keys) == [("ask", GivePin("7392"))]


def test_the_digits_are_not_to_be_seen(shown) -> None:
    shown.show(STATES["sign-in"])
    shown.type("7392")
    said = {label.text() for label in shown.window.findChildren(QLabel) if label.isVisible()}
    assert "●●●●" in said and not any("7392" in text for text in said)
    assert "7392" not in pad(shown)._dots.accessibleName()


def test_a_pin_is_typed_by_finger_and_taken_back(shown) -> None:
    shown.show(STATES["sign-in"])
    buttons = {button.accessibleName(): button for button in pad(shown).buttons}
    for name in ("7", "3", "9", "2", "5", "Delete the last digit"):
        buttons[name].click()
    assert pad(shown).typed == "7392"
    shown.press(Key.Key_Backspace)
    assert pad(shown).typed == "739"
    assert shown.press(Key.Key_Escape) == []  # takes back what was typed, and nothing more
    assert pad(shown).typed == ""
    assert shown.press(Key.Key_Escape) == [("escape",)]


def test_enter_does_nothing_without_a_pin_or_a_person_or_while_one_is_looked_at(shown) -> None:
    shown.show(STATES["sign-in"])
    assert shown.press(Key.Key_Return) == []
    shown.show(STATES["sign-in-needed"])
    shown.type("7392")
    assert shown.press(Key.Key_Return) == []  # nobody is chosen
    shown.show(STATES["sign-in-busy"])
    shown.type("7392")
    assert shown.press(Key.Key_Return) == []


def test_a_wrong_pin_is_forgotten(shown) -> None:
    shown.show(STATES["sign-in"])
    shown.type("0000")
    shown.model.show(STATES["sign-in-wrong"])
    assert pad(shown).typed == ""


def test_arrows_choose_and_so_does_a_finger(shown) -> None:
    shown.show(STATES["sign-in"])
    assert shown.press(Key.Key_Right, Key.Key_Left) == [("ask", Choose("2")), ("ask", Choose("4"))]
    shown.model.asked.clear()
    shown.window.pages[Screen.SIGN_IN].tiles.tiles["3"].click()
    assert shown.model.asked == [("ask", Choose("3"))]
    shown.type("7")
    assert pad(shown).typed == "7"  # the tile has not kept the focus


def test_a_wait_counts_down_by_seconds(shown) -> None:
    state = STATES["sign-in-wait"]
    shown.show(state)
    told = shown.window.pages[Screen.SIGN_IN]._told
    assert told.whole == "Too many wrong PINs. Wait 47 s."
    shown.model.show(replace(state, now_ms=state.now_ms + 46_001))
    assert told.whole == "Too many wrong PINs. Wait 1 s."
    shown.model.show(replace(state, now_ms=state.now_ms + 47_000))
    assert told.whole == ""


def test_the_lock_has_no_way_around_it_and_a_shift_can_end(shown) -> None:
    shown.show(STATES["locked"])
    page = shown.window.pages[Screen.SIGN_IN]
    assert not page._without.isVisible()
    page._end.click()
    page._train.click()
    kinds = [type(intent) for _ask, intent in shown.model.asked]
    assert kinds == [EndShift, Train]


def test_a_language_is_pressed_and_all_pages_speak_it(shown) -> None:
    shown.show(STATES["sign-in"])
    page = shown.window.pages[Screen.SIGN_IN]
    page._languages["ru"].click()
    assert shown.model.asked == [("ask", Speak("ru"))]
    i18n.use("ru")
    shown.show(replace(STATES["sign-in"], language="ru"))
    assert shown.window.pages[Screen.SIGN_IN]._title.whole == "Кто на кассе?"
    shown.type("7392")
    assert pad(shown).typed == "7392"


def test_a_reason_a_manager_and_a_pin_approve_by_keys_alone(shown) -> None:
    shown.show(STATES["approval"])
    assert shown.press(Key.Key_Down) == [("ask", Because(Why.WRONG_MEMBER))]
    assert shown.press(Key.Key_Up) == [("ask", Because(Why.GOODS_FAULTY))]
    assert shown.press(Key.Key_Right) == [("ask", Choose("2"))]
    shown.type("739215")
    assert shown.press(Key.Key_Return) == []  # no reason yet
    shown.show(STATES["approval-picked"])  # what was typed is still there
    assert shown.press(Key.Key_Return) == [("ask", GivePin("739215"))]


def test_who_is_at_the_till_is_in_the_top_bar(shown) -> None:
    shown.show(replace(STATES["idle"], cashier="Ben"))
    bar = shown.window.topbar
    assert (bar._cashier.text(), bar.lock.accessibleName()) == ("Ben", "Lock (F12)")
    bar.lock.click()
    assert shown.model.asked == [("open", Screen.SIGN_IN)]


def test_training_is_on_every_screen_and_ends_by_its_button(shown) -> None:
    for name, state in STATES.items():
        if state.shop.is_training:
            shown.show(state)
            assert shown.window.training.isVisible(), name
    shown.show(STATES["training-idle-first-day"])
    shown.window.training.end.click()
    assert shown.model.asked == [("end_training",)]
    shown.show(STATES["idle"])
    assert not shown.window.training.isVisible()


def test_few_people_are_all_in_sight(shown) -> None:
    shown.show(STATES["sign-in"])
    tiles = shown.window.pages[Screen.SIGN_IN].tiles.tiles
    assert [tile.visibleRegion().isEmpty() for tile in tiles.values()] == [False] * len(FEW.people)


def test_people_are_to_be_seen_when_they_have_been_read(shown) -> None:
    shown.show(STATES["sign-in-reading"])
    shown.show(STATES["sign-in"])  # as at the till: the page is there before its people
    page = shown.window.pages[Screen.SIGN_IN]
    tiles = page.tiles.tiles.values()
    assert len(tiles) == len(FEW.people)
    assert all(tile.visibleRegion().boundingRect().height() == tile.height() for tile in tiles)
