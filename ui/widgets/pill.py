"""The pill: how the line to head office stands, always in the same corner. Pressed, it shows what waits."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from ui import texts_pill
from ui.models.state import Pill, PillKind
from ui.theme import current
from ui.tokens import TARGET_MIN
from ui.widgets.card import row
from ui.widgets.label import CENTER, Label, OneLine
from ui.widgets.shapes import Sign, SignKind
from ui.widgets.tile import Look, Tile

LOOKS = {
    PillKind.CONNECTING: Look(ink="muted"),
    PillKind.FRESH: Look(),
    PillKind.SENDING: Look(),
    PillKind.OFFLINE: Look("queued", "on_queued", "queued"),
    PillKind.STALE: Look("warn", "on_warn", "warn_edge"),
    PillKind.ATTENTION: Look("warn", "on_warn", "warn_edge"),
    PillKind.EARN_ONLY: Look("warn", "on_warn", "warn_edge"),
    PillKind.UPDATE: Look("warn", "on_warn", "warn_edge"),
    PillKind.ENDED: Look("warn", "on_warn", "warn_edge"),
    PillKind.REVOKED: Look("stop", "on_stop", "stop"),
    PillKind.STORAGE: Look("warn", "on_warn", "warn_edge"),
}
SIGNS = {
    PillKind.CONNECTING: SignKind.DOTS,
    PillKind.FRESH: SignKind.CHECK,
    PillKind.SENDING: SignKind.ARROW,
    PillKind.OFFLINE: SignKind.BROKEN,
    PillKind.STALE: SignKind.BROKEN,
    PillKind.ATTENTION: SignKind.MARK,
    PillKind.EARN_ONLY: SignKind.MARK,
    PillKind.UPDATE: SignKind.MARK,
    PillKind.ENDED: SignKind.BROKEN,
    PillKind.REVOKED: SignKind.CROSS,
    PillKind.STORAGE: SignKind.MARK,
}


class PillButton(Tile):
    """The pill."""

    def __init__(self) -> None:
        """Make a pill that has not been told anything."""
        super().__init__()
        self._sign = Sign(20)
        self._text = OneLine("strong", align=CENTER)
        self._key = Label("key", align=CENTER, wraps=False)
        self._key.say("F9")
        self.setFixedHeight(current().px(TARGET_MIN))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout = row(self, gap=8, margin=0)
        layout.setContentsMargins(current().px(16), 0, current().px(16), 0)
        for part in (self._sign, self._text, self._key):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(part)

    def draw(self, pill: Pill, time_zone: str = "UTC") -> None:
        """Show how the line stands."""
        look, words = LOOKS[pill.kind], texts_pill.pill(pill, time_zone)
        self.set_look(look)
        self._sign.show_sign(SIGNS[pill.kind], look.ink)
        self._text.say(words)
        for label in (self._text, self._key):
            label.set_ink(look.ink)
        self.setAccessibleName(texts_pill.pill_name(words))
