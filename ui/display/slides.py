"""The slides of the customer display, from the shop's name to Yes and No."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from ui import texts
from ui.display.rewards import Rewards
from ui.display.slide import MARGIN, Band, SlidePage
from ui.i18n import _
from ui.models import display_words as words
from ui.models.display import DisplayState, Question
from ui.theme import current
from ui.tokens import PRIMARY_HEIGHT
from ui.widgets.button import Button
from ui.widgets.card import Card, clear, column, row
from ui.widgets.label import CENTER, RIGHT, Figure, Label, Title
from ui.widgets.logo import Logo
from ui.widgets.qr import QrView
from ui.widgets.tile import PRIMARY

LOGO_LARGE, LOGO_SMALL = 160, 56
QR_LARGE, QR_SMALL = 360, 185
SIDE_WIDTH = 240
BUTTON_WIDTH = 160
GAP = 12


class BrandSlide(SlidePage):
    """Whose shop this is, while nobody is at the till."""

    ground = "primary"

    def __init__(self) -> None:
        """Build the slide."""
        super().__init__()
        self._logo = Logo(LOGO_LARGE)
        self._name = Title("answer", align=CENTER)
        self._name.set_ink("on_primary")
        self._code = QrView(QR_SMALL)
        self._hint = Label("h2", ink="on_primary", align=CENTER)
        layout = column(self, gap=24, margin=MARGIN)
        layout.addStretch(2)
        layout.addWidget(self._logo, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._name)
        layout.addStretch(1)
        layout.addWidget(self._code, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._hint)
        layout.addStretch(1)

    def draw(self, shown: DisplayState) -> None:
        """Show the brand."""
        self._logo.show_png(shown.brand.logo)
        self._name.say(words.shop_name(shown))
        self._code.show_text(shown.code)
        self._hint.say(words.code_hint() if shown.code else "")


class MemberSlide(SlidePage):
    """The member's own: greeting, points, rewards to choose from, and what the order comes to."""

    picked = Signal(int)

    def __init__(self) -> None:
        """Build the slide."""
        super().__init__()
        self._logo = Logo(LOGO_SMALL)
        self._greeting = Title("number")
        self._greeting.set_ink("on_primary")
        self._points = Figure("pay", ink="on_primary")
        self._unit = Label("h2", ink="on_primary", align=RIGHT)
        self._title = Label("h2", ink="muted")
        self._rewards = Rewards()
        self._rewards.picked.connect(self.picked)
        self._code, self._hint = QrView(QR_SMALL), Label("body", ink="muted", align=CENTER)
        self._beside = QWidget()
        self._order = OrderStrip()
        inside = column(gap=GAP, margin=MARGIN)
        inside.addWidget(self._title)
        inside.addLayout(self._middle(), 1)
        inside.addWidget(self._order)
        layout = column(self, gap=0)
        layout.addWidget(self._head())
        layout.addLayout(inside, 1)

    def _head(self) -> QWidget:
        band = Band()
        head = row(band, gap=24, margin=GAP)
        head.setContentsMargins(MARGIN, GAP, MARGIN, GAP)
        head.addWidget(self._logo)
        head.addWidget(self._greeting, 3)
        figures = column(gap=0)
        figures.addWidget(self._points)
        figures.addWidget(self._unit)
        head.addLayout(figures, 2)
        return band

    def _middle(self) -> QHBoxLayout:
        self._beside.setFixedWidth(current().px(SIDE_WIDTH))
        beside = column(self._beside, gap=8)
        beside.addWidget(self._code, 0, Qt.AlignmentFlag.AlignHCenter)
        beside.addWidget(self._hint)
        beside.addStretch(1)
        middle = row(gap=24)
        middle.addWidget(self._rewards, 1)
        middle.addWidget(self._beside)
        return middle

    def draw(self, shown: DisplayState) -> None:
        """Show member and order."""
        self._logo.show_png(shown.brand.logo)
        self._greeting.say(words.greeting(shown.name))
        self._draw_figures(shown)
        self._title.say(words.rewards_title(shown.rewards))
        self._rewards.draw(shown.rewards, shown.currency)
        self._code.show_text(shown.code)
        self._hint.say(words.code_hint() if shown.code else "")
        self._beside.setVisible(bool(shown.code))
        self._order.draw(shown)

    def _draw_figures(self, shown: DisplayState) -> None:
        if shown.points is not None:
            self._points.say(texts.grouped(shown.points))
            self._unit.say(texts.points_word(shown.points))
        elif shown.amount is not None:
            self._points.say(texts.money(shown.amount, shown.currency))
            self._unit.say(_("left on the card"))
        is_known = shown.points is not None or shown.amount is not None
        for label in (self._points, self._unit):
            label.setVisible(is_known)


class OrderStrip(Card):
    """What the order comes to: what it saves and brings on the left, what is to pay on the right."""

    def __init__(self) -> None:
        """Make the places."""
        super().__init__(margin=GAP)
        self._saved, self._by_card, self._gained = Label("h1"), Label("h2"), Label("h2", ink="muted")
        self._word, self._pay = Label("h2", ink="muted", align=RIGHT), Figure("pay")
        left, right, strip = column(gap=0), column(gap=0), row(gap=24)
        for label in (self._saved, self._by_card, self._gained):
            left.addWidget(label)
        right.addWidget(self._word)
        right.addWidget(self._pay)
        strip.addLayout(left, 3)
        strip.addLayout(right, 2)
        self.body.addLayout(strip)

    def draw(self, shown: DisplayState) -> None:
        """Show an order; without one there is no strip."""
        order = shown.order
        self.setVisible(order is not None)
        if order is None:
            return
        self._saved.say(words.saved(order, shown.currency))
        self._by_card.say(words.by_card(order, shown.currency))
        self._by_card.setVisible(bool(order.by_card))
        self._gained.say(words.gained(order.points))
        self._word.say(_("To pay"))
        self._pay.say(texts.money(order.payable, shown.currency))


class AnswerSlide(SlidePage):
    """What the order got, for ten seconds."""

    def __init__(self) -> None:
        """Build the slide."""
        super().__init__()
        self._greeting = Label("h1", ink="muted", align=CENTER)
        self._title = Title("answer", align=CENTER)
        self._below = Title("number", align=CENTER)
        self._below.set_ink("muted")
        self._pay = Label("h1", align=CENTER)
        layout = column(self, gap=24, margin=MARGIN)
        layout.addStretch(1)
        for label in (self._greeting, self._title, self._below, self._pay):
            layout.addWidget(label)
        layout.addStretch(1)

    def draw(self, shown: DisplayState) -> None:
        """Show the answer, without a reason: who waits behind reads along."""
        if shown.answer is None or shown.order is None:
            return
        self._greeting.say(shown.name)
        self._title.say(words.answer_title(shown, shown.order))
        self._below.say(words.answer_below(shown, shown.order))
        self._pay.say(words.answer_due(shown, shown.order))


class AskedSlide(SlidePage):
    """Consents, each with Yes and No; nothing is chosen beforehand."""

    answered = Signal(str, bool)

    def __init__(self) -> None:
        """Build the slide."""
        super().__init__()
        self._shown: tuple[Question, ...] = ()
        self._greeting = Title("number")
        self._greeting.set_ink("on_primary")
        inside = QWidget()
        self._list = column(inside, gap=16)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inside)
        self._code = QrView(QR_SMALL)
        band = Band()
        column(band, margin=MARGIN).addWidget(self._greeting)
        middle = row(gap=24, margin=MARGIN)
        middle.addWidget(self._area, 1)
        middle.addWidget(self._code, 0, Qt.AlignmentFlag.AlignTop)
        layout = column(self, gap=0)
        layout.addWidget(band)
        layout.addLayout(middle, 1)

    def draw(self, shown: DisplayState) -> None:
        """Show the questions."""
        self._greeting.say(words.greeting(shown.name))
        self._code.show_text(shown.code)
        if shown.questions == self._shown:
            return
        self._shown = shown.questions
        clear(self._list)
        for question in shown.questions:
            self._list.addWidget(self._row(question))
        self._list.addStretch(1)

    def _row(self, question: Question) -> QWidget:
        card = Card(margin=16)
        line, text = row(gap=16), Label("h2")
        text.say(question.text)
        line.addWidget(text, 1)
        for word, is_yes in ((_("Yes"), True), (_("No"), False)):
            button = Button(height=PRIMARY_HEIGHT - 16)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard is the station's
            button.setFixedWidth(current().px(BUTTON_WIDTH))
            button.say(word)
            button.setAccessibleName(words.question_name(question.text, word))
            if question.answer is is_yes:
                button.set_look(PRIMARY)
            button.clicked.connect(
                lambda _checked=False, key=question.key, said=is_yes: self.answered.emit(key, said)
            )
            line.addWidget(button)
        card.body.addLayout(line)
        return card


class CodeSlide(SlidePage):
    """A code to take along: the new member's card, or a link."""

    def __init__(self) -> None:
        """Build the slide."""
        super().__init__()
        self._greeting = Title("number", align=CENTER)
        self._code = QrView(QR_LARGE)
        self._hint = Label("h1", ink="muted", align=CENTER)
        layout = column(self, gap=16, margin=MARGIN)
        layout.addWidget(self._greeting)
        layout.addStretch(1)
        layout.addWidget(self._code, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        layout.addWidget(self._hint)

    def draw(self, shown: DisplayState) -> None:
        """Show the code."""
        self._greeting.say(words.greeting(shown.name))
        self._code.show_text(shown.code)
        self._hint.say(words.code_hint())
