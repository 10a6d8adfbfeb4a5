"""The window by keyboard alone: every key reaches its intent, and the focus is where typing should go."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QAccessible, QDropEvent, QGuiApplication, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from ui.gallery import StillModel, states
from ui.gallery.member import member, not_now, order, usable
from ui.models.state import AnswerView, AnswerWord, Screen, State
from ui.tokens import TYPE
from ui.widgets.offer import OfferButton, Remove

Key = Qt.Key
STATES = states()

KEYS = [
    ("idle", Key.Key_F9, [("open", Screen.QUEUE)]),
    ("idle", Key.Key_F12, [("open", Screen.SIGN_IN)]),
    ("member", Key.Key_F12, [("open", Screen.SIGN_IN)]),
    ("sign-in", Key.Key_Escape, [("escape",)]),
    ("sign-in", Key.Key_Return, []),
    ("approval", Key.Key_Escape, [("escape",)]),
    ("approval", Key.Key_F12, [("open", Screen.SIGN_IN)]),
    ("idle", Key.Key_Escape, [("escape",)]),
    ("idle", Key.Key_Return, [("enter",)]),
    ("idle", Key.Key_Insert, []),
    ("idle", Key.Key_Pause, []),
    ("idle-demo", Key.Key_Insert, [("take_demo_order",)]),
    ("idle-demo", Key.Key_Pause, [("set_line_cut", True)]),
    ("idle-demo-cut", Key.Key_Pause, [("set_line_cut", False)]),
    ("member", Key.Key_1, [("pick", 1)]),
    ("member", Key.Key_9, [("pick", 9)]),
    ("member", Key.Key_0, []),
    ("member", Key.Key_Return, [("enter",)]),
    ("member", Key.Key_Enter, [("enter",)]),
    ("member", Key.Key_Escape, [("escape",)]),
    ("member", Key.Key_F9, [("open", Screen.QUEUE)]),
    ("member", Key.Key_A, []),
    ("member-demo", Key.Key_Insert, [("take_demo_order",)]),
    ("member-busy", Key.Key_Return, [("enter",)]),
    ("member-no-order", Key.Key_Return, [("enter",)]),
    ("member-no-order", Key.Key_Escape, [("escape",)]),
    ("switch", Key.Key_Return, [("enter",)]),
    ("switch", Key.Key_Escape, [("escape",)]),
    ("switch", Key.Key_1, []),
    ("switch", Key.Key_F6, []),
    ("approved", Key.Key_Return, [("enter",)]),
    ("approved", Key.Key_Escape, [("escape",)]),
    ("approved", Key.Key_1, []),
    ("not-possible", Key.Key_Return, [("enter",)]),
    ("stopped-full", Key.Key_1, []),
    ("preparing", Key.Key_F9, [("open", Screen.QUEUE)]),
    ("queue-offline", Key.Key_Return, [("enter",)]),
    ("queue-offline", Key.Key_Escape, [("escape",)]),
]


@pytest.mark.parametrize(("name", "key", "asked"), KEYS, ids=lambda value: getattr(value, "name", str(value)))
def test_keys_reach_their_intents(shown, name: str, key: Qt.Key, asked: list) -> None:
    shown.show(STATES[name])
    assert shown.press(key) == asked


def test_an_order_is_typed_taken_picked_and_redeemed_without_a_mouse(shown) -> None:
    shown.show(member(at_till=order(0)))
    assert shown.type("30.00") == [("type_amount", text) for text in ("3", "30", "30.", "30.0", "30.00")]
    shown.model.show(member(usable(1, "Five off", 500), at_till=replace(order(3_000), typed="30.00")))
    assert shown.press(Key.Key_Return) == []  # takes the amount; nothing is recorded yet
    assert shown.press(Key.Key_1) == [("pick", 1)]
    shown.model.show(member(usable(1, "Five off", 500, is_picked=True), at_till=order(3_000, 500)))
    assert shown.press(Key.Key_Return) == [("enter",)]


def test_f6_goes_back_to_the_amount_and_escape_leaves_it(shown) -> None:
    shown.show(STATES["member"])
    shown.press(Key.Key_F6)
    assert shown.window.member.order.field.hasFocus()
    assert shown.type("1") == [("type_amount", "1")]  # the old amount was selected
    assert shown.press(Key.Key_Escape) == []
    assert shown.press(Key.Key_1) == [("pick", 1)]


@pytest.mark.parametrize("typed", ["12,345", "0", "12x", "12345678901"])
def test_what_is_no_amount_stays_as_it_was_typed_and_enter_asks_why(shown, typed: str) -> None:
    shown.show(member(at_till=order(0)))
    assert shown.type(typed)[-1] == ("type_amount", typed)
    shown.model.show(member(at_till=replace(order(0), typed=typed)))
    assert shown.press(Key.Key_Return) == [("enter",)]
    field = shown.window.member.order.field
    assert (field.text(), field.hasFocus()) == (typed, True)


def test_the_next_member_starts_with_an_empty_amount(shown) -> None:
    shown.show(member(at_till=order(0)))
    shown.type("30")
    shown.show(State())
    shown.show(member(at_till=replace(order(0), order_id="o2")))
    assert shown.window.member.order.field.text() == ""
    assert shown.window.member.order.field.hasFocus()


def test_an_order_from_the_till_ends_typing(shown) -> None:
    shown.show(member(at_till=order(0)))
    shown.model.show(member(usable(1, "Five off", 500), at_till=order(3_000, lines=3)))
    assert shown.press(Key.Key_1) == [("pick", 1)]


def test_the_keypad_types_into_the_amount(shown) -> None:
    shown.show(member(at_till=order(0)))
    keypad = shown.window.member.order.keypad
    for name in "1", "2", ".", "5":
        next(button for button in keypad.buttons if button.accessibleName() == name).click()
    assert shown.model.asked[-1] == ("type_amount", "12.5")
    keypad.buttons[-1].click()
    assert shown.model.asked[-1] == ("type_amount", "12.")
    assert shown.window.member.order.field.hasFocus()


def test_a_number_typed_on_the_idle_page_is_a_scan(shown) -> None:
    shown.show(STATES["idle"])
    assert shown.type("M1 23") == []
    assert shown.press(Key.Key_Return) == [("scan", "M123")] or shown.model.asked == [("scan", "M1 23")]
    shown.type("77")
    assert shown.press(Key.Key_Escape) == []  # drops what was typed
    assert shown.press(Key.Key_Return) == [("enter",)]


def test_a_half_typed_number_is_still_there_after_a_scan(shown) -> None:
    shown.show(STATES["idle"])
    shown.type("12")
    shown.show(STATES["member"])
    shown.show(STATES["idle"])
    shown.type("3")
    assert shown.press(Key.Key_Return) == [("scan", "123")]


def test_delete_takes_a_voucher_out_also_beside_an_empty_amount_and_the_cross_names_its_own(shown) -> None:
    shown.show(STATES["member-voucher"])
    assert shown.press(Key.Key_Delete) == [("remove_voucher", "")]
    shown.show(STATES["idle"])
    shown.show(STATES["member-no-order"])
    assert shown.window.member.order.field.hasFocus()
    assert shown.press(Key.Key_Delete) == [("remove_voucher", "")]
    shown.type("12")
    assert ("remove_voucher", "") not in shown.press(Key.Key_Delete)
    voucher = replace(usable(None, "Coffee", 100, is_voucher=True), redemption_id="v-1")
    shown.show(
        member(voucher, not_now("Tea"), replace(not_now("Cake"), is_voucher=True, redemption_id="v-2"))
    )
    for cross in shown.window.findChildren(Remove):
        cross.click()
    assert shown.model.asked == [("remove_voucher", "v-1"), ("remove_voucher", "v-2")]


def test_the_model_hears_once_of_the_paint_of_something_new(shown, qtbot) -> None:
    painted = []
    shown.model.painted = lambda: painted.append(shown.model.state)
    shown.model.show(STATES["approved-new"])
    assert painted == []
    qtbot.waitUntil(lambda: painted == [STATES["approved-new"]])
    shown.show(STATES["idle"])
    assert len(painted) == 1


def test_pairing_takes_what_was_typed(shown) -> None:
    shown.show(STATES["pairing"])
    shown.type("TS:P:abc")
    assert shown.press(Key.Key_Return) == [("pair", "TS:P:abc")]


def test_tab_goes_through_every_control_in_reading_order_and_space_presses_it(shown) -> None:
    shown.show(STATES["member-demo"])
    order = []
    for _ in range(8):
        shown.press(Key.Key_Tab)
        order.append(shown.window.focusWidget())
    assert [control.accessibleName().split(":")[0] for control in order] == [
        "1", "Change amount (F6)", "Redeem (Enter)", "Cancel (Esc)",
        "Next order 31198705046 from the till (Insert)", "Cut the line (Pause)",
        "Sign in (F12)", "Online · synced 12 s ago. Sync queue (F9)",
    ]  # fmt: skip
    asked = []
    for control in order[:1] + order[2:]:
        control.setFocus()
        asked += shown.press(Key.Key_Space)
    assert asked == [
        ("pick", 1), ("enter",), ("escape",), ("take_demo_order",), ("set_line_cut", True),
        ("open", Screen.SIGN_IN), ("open", Screen.QUEUE),
    ]  # fmt: skip


def test_training_is_left_by_keys_alone(shown) -> None:
    idle = STATES["idle"]
    shown.show(replace(idle, shop=replace(idle.shop, is_training=True)))
    shown.window.topbar.lock.setFocus()
    shown.press(Key.Key_Tab)
    assert shown.press(Key.Key_Space) == [("end_training",)]


def test_an_offer_keeps_the_focus_when_it_is_drawn_again(shown) -> None:
    shown.show(STATES["member"])
    shown.window.findChild(OfferButton).setFocus()
    shown.show(STATES["member-one-picked"])
    assert isinstance(shown.window.focusWidget(), OfferButton)


class Windows(QObject):
    """Keeps what comes up as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(repr(watched))
        return False


def test_there_is_one_window_and_it_stays_the_active_one(shown, qapp) -> None:
    """A part that is shown before it has its place would come up as a window, and take the focus with it."""
    windows = Windows()
    qapp.installEventFilter(windows)
    for state in STATES.values():
        shown.show(state)
        assert shown.window.isActiveWindow()
    qapp.removeEventFilter(windows)
    assert windows.seen == []


def test_a_held_key_counts_once(shown) -> None:
    shown.show(STATES["member"])
    held = QKeyEvent(
        QKeyEvent.Type.KeyPress, Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True
    )
    QApplication.sendEvent(shown.window, held)
    assert shown.model.asked == []


def test_the_full_screen_key(shown) -> None:
    shown.press(Key.Key_F11)
    assert shown.window.isFullScreen()
    shown.press(Key.Key_F11)
    assert not shown.window.isFullScreen()


@pytest.mark.parametrize(("name", "stays_ms"), [("approved", 8_000), ("queued", 8_000), ("unknown", 4_000)])
def test_an_answer_goes_when_its_time_is_up(shown, name: str, stays_ms: int) -> None:
    shown.model.show(STATES[name])
    left = shown.window.answer.time_left
    assert left.duration() == stays_ms
    left.setCurrentTime(stays_ms - 1)
    assert shown.model.asked == []
    left.setCurrentTime(stays_ms)
    assert shown.model.asked == [("enter",)]


def test_the_button_of_an_answer_comes_when_it_takes_enter_and_moves_nothing(shown) -> None:
    shown.show(STATES["approved-new"])
    button, shape = shown.window.answer._button, shown.window.answer.shape
    before = shape.geometry()
    assert not button.isVisible()
    shown.show(replace(STATES["approved-new"], is_new=False))
    assert (button.isVisible(), shape.geometry()) == (True, before)


def test_a_no_has_its_reason_as_the_title(shown) -> None:
    shown.show(STATES["not-possible-scan"])
    said = [label.text() for label in shown.window.answer.findChildren(QLabel) if label.isVisible()]
    assert said[:2] == ["This code was not issued by us", "Ask for another card."]
    title = shown.window.answer._title
    assert title.font().pixelSize() == TYPE["answer"].px
    shown.show(STATES["approved"])
    shown.show(
        replace(STATES["not-possible"], answer=AnswerView(AnswerWord.NOT_POSSIBLE, sentence="Why? " * 30))
    )
    assert title.font().pixelSize() < TYPE["answer"].px


@pytest.mark.parametrize("name", ["not-possible", "look", "approved-gift-card-refused"])
def test_an_answer_to_think_about_stays(shown, name: str) -> None:
    shown.model.show(STATES[name])
    assert shown.window.answer.time_left.state() == shown.window.answer.time_left.State.Stopped


def test_the_time_of_an_answer_ends_with_the_answer(shown) -> None:
    shown.model.show(STATES["approved"])
    shown.model.show(STATES["member"])
    assert shown.window.answer.time_left.state() == shown.window.answer.time_left.State.Stopped


def test_an_answer_is_announced(shown, monkeypatch) -> None:
    said = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
    shown.model.show(STATES["approved"])
    assert said == ["Approved. Take €4.72 off at the till. To pay €18.88 · +18 points."]


def test_a_notice_goes_by_itself_or_when_pressed(shown) -> None:
    shown.show(STATES["idle-notice"])
    notice = shown.window.notice
    assert notice.isVisible() and notice.timer.isActive()
    notice.click()
    assert shown.model.asked == [("dismiss_notice",)]
    shown.show(STATES["idle"])
    assert not notice.isVisible() and not notice.timer.isActive()


# --- pictures -----------------------------------------------------------------------------------------------


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    image.save(str(tmp_path / "code.png"))
    return tmp_path / "code.png"


def drop(shown, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    shown.window.dropEvent(QDropEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, no_keys))


def test_a_dropped_picture_is_handed_over_as_it_is(shown, picture: Path) -> None:
    drop(shown, picture)
    assert shown.model.asked == [("picture", picture.read_bytes())]


def test_what_is_no_picture_is_left_alone(shown, picture: Path) -> None:
    drop(shown, picture.with_suffix(".exe"))
    drop(shown, picture.with_name("gone.png"))
    assert shown.model.asked == []


@pytest.mark.parametrize("name", ["idle", "pairing", "member-no-order"])
def test_a_pasted_picture_is_handed_over_as_png(shown, picture: Path, name: str) -> None:
    shown.show(STATES[name])
    QGuiApplication.clipboard().setImage(QImage(str(picture)))
    target = shown.window.focusWidget() or shown.window
    paste = QKeyEvent(QKeyEvent.Type.KeyPress, Key.Key_V, Qt.KeyboardModifier.ControlModifier, "\x16")
    QApplication.sendEvent(target, paste)
    (kind, data), *_rest = shown.model.asked
    assert kind == "picture" and QImage.fromData(data).size().width() == 8
    QGuiApplication.clipboard().clear()


# --- the rest -----------------------------------------------------------------------------------------------


def test_another_model_is_drawn_and_asked(shown) -> None:
    shown.show(State(screen=Screen.PREPARING))
    other = StillModel(STATES["member"])
    first = shown.model
    shown.window.set_model(other)
    shown.press(Key.Key_1)
    assert (other.asked, first.asked) == ([("pick", 1)], [])
    first.show(STATES["approved"])
    assert not shown.window.answer.isVisible()


def test_the_camera_is_seen_until_it_is_gone(shown) -> None:
    shown.show(STATES["idle"])
    frame = QImage(64, 48, QImage.Format.Format_RGB32)
    frame.fill(Qt.GlobalColor.magenta)

    def magenta() -> bool:
        image = shown.window.idle.camera.grab().toImage()
        return image.pixelColor(image.width() // 2, image.height() // 2) == frame.pixelColor(0, 0)

    shown.window.set_frame(frame)
    assert magenta()
    shown.show(STATES["idle-camera-missing"])
    assert not magenta()
