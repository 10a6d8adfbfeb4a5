"""What a member has: points large on the left, what ends soon and what is saved for them beside it."""

from PySide6.QtWidgets import QWidget

from ui import texts_goods
from ui.i18n import _
from ui.models.balance import BalanceView
from ui.models.state import State
from ui.station.member_card import MemberColumn
from ui.station.page import Page
from ui.theme import current
from ui.widgets.button import Button, primary
from ui.widgets.card import Card, column, row, rule
from ui.widgets.label import Label, number
from ui.widgets.room import Rows

MEMBER_WIDTH = 320


class BalancePage(Page):
    """Read-only: Enter goes on with this member, Esc goes back."""

    def __init__(self) -> None:
        """Build the page."""
        super().__init__()
        self.member = MemberColumn()
        self.member.setFixedWidth(current().px(MEMBER_WIDTH))
        self._expiring_title, self._saved_title = Label("h2"), Label("h2")
        self._expiring_none, self._saved_none = Label("body", ink="muted"), Label("body", ink="muted")
        self._expiring, self._saved = Rows(gap=6, grows=False), Rows(gap=6, grows=False)
        self._shown: object = None
        self.primary, self.back = primary("Enter"), Button(key="Esc")
        self.primary.clicked.connect(self.enter)
        self.back.clicked.connect(self.left)
        has = Card(gap=6)
        has.body.addWidget(self._expiring_title)
        has.body.addWidget(self._expiring_none)
        has.body.addWidget(self._expiring)
        has.body.addSpacing(12)
        has.body.addWidget(self._saved_title)
        has.body.addWidget(self._saved_none)
        has.body.addWidget(self._saved)
        has.body.addStretch(1)
        has.body.addWidget(self.primary)
        has.body.addWidget(self.back)
        line = row(self)
        line.addWidget(self.member)
        line.addWidget(has, 1)

    def draw(self, state: State) -> None:
        """Show whose card was scanned last, and what is theirs."""
        view = state.flow if isinstance(state.flow, BalanceView) else BalanceView()
        self.member.draw_member(view.member, state, is_hinting=False)
        self._expiring_title.say(_("Points that end soon"))
        self._saved_title.say(_("Saved for this member"))
        self.primary.say(_("Go on with this member") if view.member else _("Back"))
        self.back.say(_("Back"))
        self.back.setVisible(view.member is not None)
        self._draw_rows(view)

    def _draw_rows(self, view: BalanceView) -> None:
        none, nothing = texts_goods.nothing_ends(view), texts_goods.nothing_saved(view)
        for label, said in ((self._expiring_none, none), (self._saved_none, nothing)):
            label.say(said)
            label.setVisible(bool(said))
        shown = (view.has, none)
        if shown == self._shown:
            return
        self._shown = shown
        expiring = view.has.expiring if view.has else ()
        vouchers = view.has.vouchers if view.has else ()
        self._expiring.fill(
            [_line(texts_goods.points_ending(points), texts_goods.until(day)) for day, points in expiring]
        )
        self._saved.fill(
            [_line(texts_goods.saved(voucher), texts_goods.until(voucher.ends_on)) for voucher in vouchers]
        )

    def controls(self) -> list[QWidget]:
        """On with this member, or back."""
        return [self.primary, self.back]


def _line(what: str, until: str) -> QWidget:
    box = QWidget()
    ruled = column(box, gap=6)
    line = row(gap=12)
    words, end = Label("strong"), number("body", ink="muted")
    words.say(what)
    end.say(until)
    line.addWidget(words, 1)
    line.addWidget(end)
    ruled.addLayout(line)
    ruled.addWidget(rule())
    return box
