"""The top bar: whose station this is, whether this is the demo, and the pill."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import texts_setup
from ui.i18n import _
from ui.models.state import Screen, State
from ui.texts_brand import program_name
from ui.theme import current
from ui.tokens import TARGET_MIN
from ui.widgets.card import column, row
from ui.widgets.label import CENTER, RIGHT, Elided, Label, OneLine
from ui.widgets.logo import Logo
from ui.widgets.pill import PillButton
from ui.widgets.shapes import Sign, SignKind
from ui.widgets.tile import Tile

LOGO_HEIGHT = 40
DEMO_HEIGHT = 32  # lower than a button, which it isn't
FIRST_RUN = {Screen.WELCOME, Screen.PAIRING, Screen.NAMING}
WITHOUT_LOCK = {*FIRST_RUN, Screen.PREPARING, Screen.SIGN_IN, Screen.APPROVAL, Screen.STOPPED}

LOCK_SIGN, LOCK_MARGIN = 18, 4


class LockButton(Tile):
    """Locks the station, or lets somebody sign in."""

    def __init__(self) -> None:
        """Make a padlock with its key."""
        super().__init__()
        self.setFixedHeight(current().px(TARGET_MIN))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        key = Label("key", align=CENTER, wraps=False)
        key.say("F12")
        layout = column(self, gap=0, margin=LOCK_MARGIN)
        has_room = LOCK_SIGN + key.sizeHint().height() + 2 * LOCK_MARGIN <= TARGET_MIN  # not in larger text
        for part in (Sign(LOCK_SIGN, SignKind.LOCK), key) if has_room else (Sign(LOCK_SIGN, SignKind.LOCK),):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(part, 0, CENTER)

    def draw(self, cashier: str) -> None:
        """Say what it does."""
        self.setAccessibleName(_("Lock (F12)") if cashier else _("Sign in (F12)"))


class TopBar(QWidget):
    """Always in sight, except while an answer fills the window."""

    def __init__(self) -> None:
        """Build the bar."""
        super().__init__()
        self.setFixedHeight(current().px(TARGET_MIN))
        self._store = OneLine("h2")
        self._store.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._demo = Label("strong", ink="on_warn", align=CENTER, wraps=False)
        self._demo.setProperty("chip", "warn")
        self._demo.setFixedHeight(min(current().with_text(DEMO_HEIGHT), current().px(TARGET_MIN)))
        self._cashier = Elided("strong", align=RIGHT)
        self.lock = LockButton()
        self.pill = PillButton()
        layout = row(self, gap=8)  # the longest pill leaves no more
        self._sign, self._logo = Sign(28, SignKind.BRAND, "primary"), Logo(LOGO_HEIGHT)
        layout.addWidget(self._sign)
        layout.addWidget(self._logo)
        layout.addWidget(self._store, 1)
        layout.addWidget(self._demo)
        layout.addWidget(self._cashier, 1)
        layout.addWidget(self.lock)
        layout.addWidget(self.pill)

    def draw(self, state: State) -> None:
        """Show store and pill."""
        shop, brand = state.shop, state.brand
        name = shop.name or program_name(brand)
        step = texts_setup.step(state)
        number = "" if shop.store_id in name.split() else shop.store_id  # many a name holds it
        self._store.say(" · ".join(part for part in (name, number, step) if part))
        self._logo.show_png(brand.logo)
        self._sign.setVisible(self._logo.is_empty and not brand.is_white_label)
        self._demo.say(_("Demo"))
        self._demo.setVisible(shop.is_demo)
        self._cashier.say(state.cashier)
        self._cashier.setVisible(bool(state.cashier))
        self.lock.draw(state.cashier)
        self.lock.setVisible(state.screen not in WITHOUT_LOCK and not step)
        self.pill.setVisible(bool(shop.store_id or shop.name) and not shop.is_training)
        self.pill.draw(state.pill, state.time_zone)
