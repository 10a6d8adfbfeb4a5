"""Who works here, and beside them what can be done about one of them: a new PIN typed twice, or their badge."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui import texts_staff
from ui.i18n import _
from ui.manager.section_page import SectionPage
from ui.models.manager.staff_view import Choose, Open, Panel, PrintBadge, StaffView, Suspend
from ui.models.pin_pad import GivePin
from ui.models.state import State
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import column, row
from ui.widgets.label import CENTER, Elided, Label
from ui.widgets.lines import LineList, Said
from ui.widgets.pinpad import PinPad
from ui.widgets.qr import QrView
from ui.widgets.room import Faces, Scroll

Key = Qt.Key
SIDE_WIDTH, CODE_SIDE = 300, 260
PANELS = {Panel.PIN, Panel.AGAIN}


class StaffPage(SectionPage):
    """F6 gives an emergency PIN, F7 suspends, Enter shows the badge and prints it."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._view = StaffView()
        self._none = Label("body", ink="muted")
        self.rows = LineList()
        self.rows.chosen.connect(self._choose)
        self.about, self.pin, self.badge = _About(), _NewPin(), _Badge()
        self.about.pin.clicked.connect(lambda: self.asked.emit(Open(Panel.PIN)))
        self.about.suspend.clicked.connect(lambda: self.asked.emit(Suspend()))
        self.about.badge.clicked.connect(self.entered)
        self.badge.print.clicked.connect(lambda: self.asked.emit(PrintBadge()))
        self.badge.back.clicked.connect(lambda: self.asked.emit(Open(Panel.ABOUT)))
        self.pin.give.clicked.connect(self._give)
        self.pin.back.clicked.connect(lambda: self.asked.emit(Open(Panel.ABOUT)))
        self._list, self._main, self._side = QWidget(), Faces(), Faces()
        self._side.setFixedWidth(current().px(SIDE_WIDTH))
        for face in (self.about, self.pin.pad, self.badge):
            self._side.addWidget(face)
        for whole in (
            self._list,
            self.pin,
        ):  # a pad needs all the height: what is said of it takes the list's place
            self._main.addWidget(whole)
        listed = column(self._list, gap=8)
        listed.addWidget(self._none)
        listed.addWidget(self.rows, 1)
        line = row(self)
        line.addWidget(self._main, 1)
        line.addWidget(self._side)

    def draw(self, view: object, state: State) -> None:
        """Show the people, and what is up about the chosen one."""
        if not isinstance(view, StaffView):
            return  # it is being left
        before, self._view = self._view, view
        self._none.say(texts_staff.nobody())
        self._none.setVisible(not view.people)
        now_ms = state.now_ms
        self.rows.show_rows(
            view.people,
            lambda person: Said(person.name, texts_staff.beneath(person, now_ms), texts_staff.stands(person)),
            name=texts_staff.row_name(state),
            place=view.place,
        )
        is_pin = view.panel in PANELS
        beside = self.badge if view.panel is Panel.BADGE else self.about
        self._side.setCurrentWidget(self.pin.pad if is_pin else beside)
        self._main.setCurrentWidget(self.pin if is_pin else self._list)
        (self.pin if is_pin else beside).draw(view, state)
        if view.panel is not before.panel and self.isVisible():
            self.place_focus()

    def place_focus(self) -> None:
        """Arrows go to the list; digits to the pad while it is up."""
        if self._view.panel in PANELS:
            super().place_focus()
        else:
            self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type a PIN, or begin something; the other keys are the frame's."""
        key, is_typing = Key(event.key()), self._view.panel in PANELS
        if is_typing and event.text().isdecimal() and event.text().isascii():
            self.pin.pad.type(event.text())
        elif is_typing and key == Key.Key_Backspace:
            self.pin.pad.backspace()
        elif key == Key.Key_F6:
            self.asked.emit(Open(Panel.PIN))
        elif key == Key.Key_F7:
            self.asked.emit(Suspend())
        else:
            super().keyPressEvent(event)

    def enter(self) -> bool:
        """Hand over what was typed."""
        if self._view.panel not in PANELS:
            return False
        self._give()
        return True

    def escape(self) -> bool:
        """Take back what was typed, if anything was."""
        had_typed = self._view.panel in PANELS and bool(self.pin.pad.typed)
        self.pin.pad.forget()
        return had_typed

    def turn(self, direction: int) -> None:
        """Turn the list."""
        self.rows.turn(direction)

    def controls(self) -> list[QWidget]:
        """The list, then what stands beside it."""
        about, pin, badge = self.about, self.pin, self.badge
        sides = [about.badge, about.pin, about.suspend, pin.give, pin.back, badge.print, badge.back]
        return [self.rows, *sides]

    def _choose(self) -> None:
        if (person := self.rows.row()) is not None:
            self.asked.emit(Choose(person.staff_id))

    def _give(self) -> None:
        if typed := self.pin.pad.typed:
            self.asked.emit(GivePin(typed))


class _Side(QWidget):
    """What stands beside the list: a name, what is said, and buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.name = Elided("h2")
        self.parts = column(self, gap=8)
        self.parts.addWidget(self.name)

    def draw(self, view: StaffView, state: State) -> None:
        """Show whom it is about."""
        self.name.say(view.person.name if view.person else "")


class _About(_Side):
    def __init__(self) -> None:
        super().__init__()
        self._said, self._why = Label("body"), Label("small", ink="muted")
        inside = QWidget()
        said = column(inside, gap=8)
        said.addWidget(self._said)
        said.addWidget(self._why)
        self._scroll = Scroll(inside)
        self.badge, self.pin, self.suspend = primary("Enter"), Button(key="F6"), Button(key="F7")
        self.parts.addWidget(self._scroll)
        self.parts.addStretch(1)
        for button in (self.badge, self.pin, self.suspend):
            self.parts.addWidget(button)

    def draw(self, view: StaffView, state: State) -> None:
        super().draw(view, state)
        person = view.person
        said = "\n".join(texts_staff.about(person, state.now_ms)) if person else ""
        why = texts_staff.why_no_pin(view)
        is_other = (said, why) != (self._said.whole, self._why.whole)
        self._said.say(said)
        self._why.say(why)
        self._why.setVisible(bool(why))
        self.badge.say(_("Show the badge"))
        self.pin.say(_("One moment …") if view.is_busy else _("Emergency PIN"))
        self.suspend.say(_("Suspend"))
        self.badge.setEnabled(person is not None)
        self.pin.setEnabled(view.may_get_pin and not view.is_busy)
        self.suspend.setEnabled(view.may_be_suspended and not view.is_busy)
        if is_other:
            self._scroll.fit()


class _NewPin(_Side):
    """What is to be typed; the pad itself stands beside it."""

    def __init__(self) -> None:
        super().__init__()
        self._title, self._rules = Label("h2"), Label("body")
        self._room = Scroll(self._rules)
        self.pad, self._tries = PinPad(), 0
        self.pad.changed.connect(self._typed)
        self.give, self.back = primary("Enter"), Button(key="Esc")
        self.parts.addWidget(self._title)
        self.parts.addWidget(self._room)
        self.parts.addStretch(1)
        self.parts.addWidget(self.give)
        self.parts.addWidget(self.back)

    def draw(self, view: StaffView, state: State) -> None:
        super().draw(view, state)
        if view.tries != self._tries:
            self._tries = view.tries
            self.pad.forget()
        self._title.say(texts_staff.pad_title(view))
        rules = texts_staff.pad_rules(view)
        self._rules.set_ink("on_stop_soft" if view.differs else "muted")
        if rules != self._rules.whole:
            self._rules.say(rules)
            self._room.fit()
        self.give.say(_("Next") if view.panel is Panel.PIN else _("Give this PIN"))
        self.back.say(_("Back"))
        self._typed()

    def _typed(self) -> None:
        self.give.setEnabled(bool(self.pad.typed))


class _Badge(_Side):
    def __init__(self) -> None:
        super().__init__()
        self._code, self._use = QrView(CODE_SIDE), Label("small", ink="muted")
        self.print, self.back = primary("Enter"), Button(key="Esc")
        self.parts.addWidget(self._code, 0, CENTER)
        self.parts.addWidget(self._use)
        self.parts.addStretch(1)
        self.parts.addWidget(self.print)
        self.parts.addWidget(self.back)

    def draw(self, view: StaffView, state: State) -> None:
        super().draw(view, state)
        self._code.show_text(view.person.badge if view.person else "")
        self._code.setAccessibleName(_("Badge of {name}").format(name=self.name.whole))
        self._use.say(texts_staff.use_of_badge())
        self.print.say(_("Print"))
        self.back.say(_("Back"))
