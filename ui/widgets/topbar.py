"""The top bar: whose station this is, whether this is the demo, and the pill."""

from PySide6.QtWidgets import QWidget

from ui import texts
from ui.i18n import _
from ui.models.state import State
from ui.theme import current
from ui.tokens import TARGET_MIN
from ui.widgets.card import row
from ui.widgets.label import CENTER, Elided, Label
from ui.widgets.logo import Logo
from ui.widgets.pill import PillButton
from ui.widgets.shapes import Sign, SignKind

LOGO_HEIGHT = 40
DEMO_HEIGHT = 32  # lower than a button, which it isn't


class TopBar(QWidget):
    """Always in sight, except while an answer fills the window."""

    def __init__(self) -> None:
        """Build the bar."""
        super().__init__()
        self.setFixedHeight(current().px(TARGET_MIN))
        self._store = Elided("h2")
        self._demo = Label("strong", ink="on_warn", align=CENTER, wraps=False)
        self._demo.setProperty("chip", "warn")
        self._demo.setFixedHeight(min(current().with_text(DEMO_HEIGHT), current().px(TARGET_MIN)))
        self.pill = PillButton()
        layout = row(self)
        self._sign, self._logo = Sign(28, SignKind.BRAND, "primary"), Logo(LOGO_HEIGHT)
        layout.addWidget(self._sign)
        layout.addWidget(self._logo)
        layout.addWidget(self._store, 1)
        layout.addWidget(self._demo)
        layout.addWidget(self.pill)

    def draw(self, state: State) -> None:
        """Show store and pill."""
        shop, brand = state.shop, state.brand
        name = shop.name or texts.program_name(brand)
        self._store.say(" · ".join(part for part in (name, shop.store_id) if part))
        self._logo.show_png(brand.logo)
        self._sign.setVisible(self._logo.is_empty and not brand.is_white_label)
        self._demo.say(_("Demo"))
        self._demo.setVisible(shop.is_demo)
        self.pill.setVisible(bool(shop.store_id or shop.name))
        self.pill.draw(state.pill)
