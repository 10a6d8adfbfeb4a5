"""The end of a day: its figures on the left, and beside them how it stands, closing it, and where it is saved."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import texts_day, texts_export
from ui.i18n import _
from ui.manager.section_page import SectionPage
from ui.models.manager.day import CloseDay, DayView, Form, Print, PutInto, Save, Turn
from ui.models.manager.day_report import DayReport
from ui.models.setup import Choice
from ui.models.state import State
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import clear, column, row, rule
from ui.widgets.choices import Choices
from ui.widgets.label import RIGHT, Label, OneLine
from ui.widgets.room import Scroll

Key = Qt.Key
SIDE_WIDTH = 272
STEPS = {Key.Key_Left: -1, Key.Key_Right: 1}
NOTHING = DayView()


class DayPage(SectionPage):
    """Enter closes the day, or prints one that is closed; left and right turn to other days; F6 prints, F7 saves."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self._view = NOTHING
        self.report, self.side = _Report(), _Side()
        self.side.setFixedWidth(current().px(SIDE_WIDTH))
        side = self.side
        side.sign.clicked.connect(self.entered)
        side.paper.clicked.connect(lambda: self.asked.emit(Print()))
        for form, button in side.save.items():
            button.clicked.connect(lambda _=False, form=form: self.asked.emit(Save(form)))
        side.earlier.clicked.connect(lambda: self.asked.emit(Turn(-1)))
        side.later.clicked.connect(lambda: self.asked.emit(Turn(1)))
        side.places.chosen.connect(lambda path: self.asked.emit(PutInto(path)))
        line = row(self)
        line.addWidget(self.report, 1)
        line.addWidget(self.side)

    def draw(self, view: object, state: State) -> None:
        """Show a day."""
        if not isinstance(view, DayView):
            return  # it is being left
        self._view = view
        self.report.draw(view.report)
        self.side.draw(view, state)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn to other days, print and save; the other keys are the frame's."""
        key = Key(event.key())
        if key in STEPS:
            self.asked.emit(Turn(STEPS[key]))
        elif key == Key.Key_F6:
            self.asked.emit(Print())
        elif key == Key.Key_F7:
            self.asked.emit(Save(Form.PDF))
        else:
            super().keyPressEvent(event)

    def enter(self) -> bool:
        """Close the day, or print it."""
        self.asked.emit(CloseDay() if self._view.is_open else Print())
        return True

    def turn(self, direction: int) -> None:
        """Turn the figures."""
        self.report.figures.turn(direction)

    def controls(self) -> list[QWidget]:
        """The buttons in reading order."""
        side = self.side
        return [
            side.earlier, side.later, side.sign, side.paper, *side.places.controls(), *side.save.values(),
        ]  # fmt: skip


class _Report(QWidget):
    """A report as it is printed, on the screen. Made anew only when it is another one."""

    def __init__(self) -> None:
        super().__init__()
        self._title, self._period, self._late = OneLine("h2"), Label("small", ink="muted"), Label("small")
        self._none = Label("body", ink="muted")
        inside = QWidget()
        self._facts = column(inside, gap=4)
        self._facts.setContentsMargins(
            0, 0, current().px(12), 0
        )  # no figure stands against the bar that scrolls
        self.figures = Scroll(inside)
        self.figures.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._shown: DayReport | None = None
        parts = column(self, gap=4)
        for part in (self._title, self._period, self._late, self._none):
            parts.addWidget(part)
        parts.addWidget(self.figures, 1)

    def draw(self, report: DayReport | None) -> None:
        """Show a report."""
        self._none.say(texts_day.no_day())
        self._none.setVisible(report is None)
        for part in (self._title, self._period):
            part.setVisible(report is not None)
        if report is None:
            self._late.hide()
            clear(self._facts)
            self._shown = None
            return
        self._title.say(texts_day.title(report))
        self._period.say(texts_day.period(report))
        self._late.say(texts_day.late(report))
        self._late.setVisible(bool(self._late.whole))
        if report != self._shown:
            self._shown = report
            self._fill(report)

    def _fill(self, report: DayReport) -> None:
        clear(self._facts)
        for place, group in enumerate(texts_day.groups(report)):
            if place:
                self._facts.addWidget(rule())
            name = Label("strong")
            name.say(group.title)
            self._facts.addWidget(name)
            for fact in group.facts:
                self._facts.addWidget(_line(fact))
        self.figures.fit()


def _line(fact: texts_day.Fact) -> QWidget:
    box = QWidget()
    lines = column(box, gap=0)
    upper = row(gap=8)
    what, figure = Label("body"), Label("body", align=RIGHT, wraps=False)
    what.say(fact.what)
    figure.say(fact.figure)
    upper.addWidget(what, 1)
    upper.addWidget(figure)
    lines.addLayout(upper)
    if fact.beneath:
        beneath = Label("small", ink="muted")
        beneath.say(fact.beneath)
        lines.addWidget(beneath)
    return box


class _Side(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._signed, self._unsent, self._since = Label("strong"), Label("body"), Label("body", ink="muted")
        self.sign, self.paper = primary("Enter"), Button(key="F6")
        self.earlier, self.later = Button(key="←"), Button(key="→")
        self.save = {form: Button(key="F7" if form is Form.PDF else "") for form in Form}
        self._where, self.places = Label("small", ink="muted"), Choices(1)
        self.places.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        turning, saving = row(gap=8), row(gap=8)
        for button in (self.earlier, self.later):
            turning.addWidget(button, 1)
        for button in self.save.values():
            saving.addWidget(button, 1)
        inside = QWidget()
        said = column(inside, gap=8)
        for label in (self._signed, self._unsent, self._since):
            said.addWidget(label)
        self._scroll = Scroll(inside)
        self._told: object = None
        parts = column(self, gap=8)
        parts.addLayout(turning)
        parts.addWidget(self._scroll)
        parts.addStretch(1)
        parts.addWidget(self.sign)
        parts.addWidget(self.paper)
        parts.addWidget(self._where)
        parts.addWidget(self.places)
        parts.addLayout(saving)

    def draw(self, view: DayView, state: State) -> None:
        """Show how the day stands, and what can be done with it."""
        report, is_closed = view.report, view.report is not None and view.report.close is not None
        waiting = state.pill.waiting
        told = (
            texts_day.signed(report) if report else "",
            "" if is_closed or report is None else texts_day.unsent_warning(waiting),
            self._beneath(view),
        )
        if told != self._told:
            self._told = told
            for label, said in zip((self._signed, self._unsent, self._since), told, strict=True):
                label.say(said)
                label.setVisible(bool(said))
            self._scroll.fit()
        self._unsent.set_ink("on_warn_soft")
        self.sign.say(
            _("One moment …") if view.is_busy else _("Close the day") if not is_closed else _("Print")
        )
        self.sign.setEnabled(report is not None and not view.is_busy)
        self.paper.say(_("Print"))
        self.paper.setVisible(report is not None and not is_closed)
        self.earlier.say(_("Earlier"))
        self.later.say(_("Later"))
        self.earlier.setEnabled(view.earlier is not None)
        self.later.setEnabled(not view.is_last)
        self._draw_saving(view)

    def _beneath(self, view: DayView) -> str:
        if view.is_open:
            return texts_day.days_waiting(view.waiting_days)
        is_newest = view.report is not None and view.closed and view.report.day == view.closed[-1]
        return texts_day.since(view.since) if is_newest else ""

    def _draw_saving(self, view: DayView) -> None:
        several = len(view.places) > 1
        self._where.say(_("Save in"))
        self._where.setVisible(several)
        self.places.setVisible(several)
        if several:
            choices = tuple(Choice(each.path, texts_export.place(each)) for each in view.places)
            self.places.draw(_("Save in"), choices, view.place)
        for form, button in self.save.items():
            button.say(form.upper())
            button.setAccessibleName(_("Save as {form}").format(form=form.upper()))
            button.setEnabled(view.report is not None and not view.is_busy)
