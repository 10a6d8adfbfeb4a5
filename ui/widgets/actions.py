"""The last actions of this station; before the first one, three tips."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.money import Currency
from app.core.reversal_kinds import Kind
from ui import texts
from ui.i18n import _
from ui.models.state import ActionRow, State
from ui.theme import current
from ui.widgets.card import Card, column, row, rule
from ui.widgets.label import Elided, Label, number
from ui.widgets.offer import KeyCap
from ui.widgets.room import Rows
from ui.widgets.shapes import Sign, SignKind

ROWS = 5
SIGN = 14


class Actions(Card):
    """A short list, drawn again only when it has changed; the oldest are left out where there is no room."""

    def __init__(self) -> None:
        """Make an empty list."""
        super().__init__(gap=8)
        self._title = Label("h2")
        self._rows = Rows(gap=6)
        self._shown: object = None
        self.body.addWidget(self._title)
        self.body.addWidget(self._rows, 1)

    def draw(self, state: State) -> None:
        """Show the last actions or the tips."""
        shown = (state.recent[:ROWS], state.shop.currency, state.time_zone)
        if shown == self._shown:
            return
        self._shown = shown
        self._title.say(_("Last actions") if state.recent else _("Ready for the first member"))
        actions = [
            _action(action, state, is_first=not place) for place, action in enumerate(state.recent[:ROWS])
        ]
        tips = [_tip(place, tip) for place, tip in enumerate(_tips(), start=1)]
        self._rows.fill(actions or tips)


def _action(action: ActionRow, state: State, *, is_first: bool) -> QWidget:
    box = QWidget()
    ruled = column(box, gap=6)
    if not is_first:
        ruled.addWidget(rule())
    layout = row(gap=12)
    ruled.addLayout(layout)
    time = number("body", ink="muted")
    time.say(texts.clock(action.at_ms, state.time_zone))
    name = Elided("strong")
    name.say(texts.action_name(action))
    words = column(gap=0)
    words.addWidget(name)
    words.addLayout(_detail(action, state.shop.currency))
    off = number("strong")
    is_given = bool(action.discount) and action.undone is not Kind.VOID
    off.say(texts.discount(action.discount, state.shop.currency) if is_given else "")
    layout.addWidget(time)
    layout.addLayout(words, 1)
    layout.addWidget(off)
    return box


def _detail(action: ActionRow, currency: Currency) -> QHBoxLayout:
    line = row(gap=6)
    if action.refusal is not None:
        line.addWidget(Sign(SIGN, SignKind.CROSS, "stop"))
    elif action.is_queued:
        line.addWidget(Sign(SIGN, SignKind.ARROW, "queued"))
    detail = Label("small", ink="muted")
    detail.say(texts.action_detail(action, currency))
    line.addWidget(detail, 1)
    return line


def _tips() -> tuple[str, ...]:
    return (
        _("Scan a member's card: their points and offers come up."),
        _("Type the order's total; the offers follow."),
        _("Press Enter to redeem, then take the amount off at the till."),
    )


def _tip(place: int, text: str) -> QWidget:
    box = QWidget()
    layout = row(box, gap=12)
    label = Label("body")
    label.say(text)
    label.setMinimumHeight(current().px(48))
    layout.addWidget(KeyCap(place))
    layout.addWidget(label, 1)
    return box
