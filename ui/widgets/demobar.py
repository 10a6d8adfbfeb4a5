"""The demo's own bar: what stands in for a till and for the cable."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.i18n import _
from ui.models.state import Shop
from ui.widgets.button import Button
from ui.widgets.card import row


class DemoBar(QWidget):
    """Two buttons, shown in the demo only."""

    order_wanted = Signal()
    cut_wanted = Signal(bool)

    def __init__(self) -> None:
        """Build the bar."""
        super().__init__()
        self._is_cut = False
        self.order = Button(key="Insert")
        self.cut = Button(key="Pause")
        layout = row(self)
        layout.addWidget(self.order, 1)
        layout.addWidget(self.cut, 1)
        self.order.clicked.connect(self.order_wanted)
        self.cut.clicked.connect(self.toggle)

    def draw(self, shop: Shop) -> None:
        """Show which order is next and whether the line is cut."""
        self._is_cut = shop.is_line_cut
        following = _("Next order {order} from the till").format(order=shop.next_order_id)
        self.order.say(following if shop.next_order_id else _("Next order from the till"))
        self.cut.say(_("Put the line back") if shop.is_line_cut else _("Cut the line"))

    def toggle(self) -> None:
        """Ask for the line to be cut, or put back."""
        self.cut_wanted.emit(not self._is_cut)
