"""Left column: the member's name, tier and points, and how old they are."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from ui import keys, texts, texts_prompts
from ui.i18n import _
from ui.models.state import MemberCard, PillKind, State
from ui.theme import mark
from ui.widgets.card import Card, column, row
from ui.widgets.label import LEFT, Elided, Figure, Label, Title
from ui.widgets.prompt import Prompt
from ui.widgets.shapes import Sign, SignKind

OLD_S = 3_600  # a balance older than this says so even while the line is up


class MemberColumn(Card):
    """Who is at the till."""

    def __init__(self) -> None:
        """Build the column."""
        super().__init__(gap=4)
        self._name = Title("h1", lines_max=4)
        self._tier_row = QWidget()
        tier_row = row(self._tier_row, gap=8)
        self._tier = Elided("body")
        tier_row.addWidget(Sign(18, SignKind.STAR, "text"))
        tier_row.addWidget(self._tier, 1)
        self._points = Figure(align=LEFT)
        self._unit = Label("body", ink="muted")
        self._pending = Label("body", ink="muted")
        self._age = Label("body", ink="muted")
        self._note = Label("body")
        self._stop = _StopPanel()
        self.joining = Prompt("F5")
        for widget in (self._name, self._tier_row):
            self.body.addWidget(widget)
        self.body.addSpacing(12)
        for widget in (self._points, self._unit, self._pending):
            self.body.addWidget(widget)
        self.body.addSpacing(12)
        for widget in (self._age, self._note, self._stop):
            self.body.addWidget(widget)
        self.body.addSpacing(12)
        self.body.addWidget(self.joining)
        self.body.addStretch(1)

    def draw(self, state: State) -> None:
        """Show the member at the till, or that there is none yet."""
        self.draw_member(state.member, state)
        joining = state.prompts.joining if state.member is None else None
        said = texts_prompts.joining(joining, state.shop.currency) if joining else ""
        self.joining.say(said, word=keys.action(Qt.Key.Key_F5))

    def draw_member(self, member: MemberCard | None, state: State, *, is_hinting: bool = True) -> None:
        """Show a member, or that there is none yet, and what their card is wanted for."""
        if member is None:
            self._name.say(_("No member yet"))
            self._note.say(_("Scan the member's card to add points.") if is_hinting else "")
        else:
            self._name.say(texts.member_name(member))
            self._note.say(_note(member))
        stopped = member.stopped if member is not None else None
        self._stop.say(texts.because(stopped, state.shop.currency) if stopped is not None else "")
        self._draw_points(member)
        is_cut = state.pill.kind in (PillKind.OFFLINE, PillKind.STALE)
        self._draw_age(member, state.now_ms, is_cut=is_cut)
        self._note.setVisible(bool(self._note.text()))

    def _draw_points(self, member: MemberCard | None) -> None:
        is_known = member is not None and member.is_known
        for widget in (self._points, self._unit):
            widget.setVisible(is_known)
        self._tier_row.setVisible(is_known and bool(member and member.tier))
        self._pending.setVisible(is_known and bool(member and member.pending))
        if member is not None and is_known:
            self._tier.say(member.tier)
            self._points.say(texts.grouped(member.balance))
            self._unit.say(texts.points_word(member.balance))
            self._pending.say(texts.points_pending(member.pending))

    def _draw_age(self, member: MemberCard | None, now_ms: int, *, is_cut: bool) -> None:
        shows = member is not None and member.is_known
        if member is not None and shows:
            shows = is_cut or now_ms - member.as_of_ms > OLD_S * 1000
            self._age.say(texts.balance_age(member, now_ms))
        self._age.setVisible(shows)


class _StopPanel(QFrame):
    """Why this member's card is worth nothing now: it is not to be overlooked."""

    def __init__(self) -> None:
        super().__init__()
        mark(self, tone="stop")
        self._words = Label("strong", ink="on_stop_soft")
        column(self, margin=12).addWidget(self._words)

    def say(self, sentence: str) -> None:
        self._words.say(sentence)
        self.setVisible(bool(sentence))


def _note(member: MemberCard) -> str:
    if member.is_known or member.stopped is not None:
        return ""
    return _("Name and points follow once head office has been reached. Points are earned all the same.")
