"""The rewards on the customer display: what can be had is a button for a finger, the rest says what is missing."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.money import Currency
from ui import texts
from ui.models import display_words as words
from ui.models.display import Reward
from ui.theme import current
from ui.tokens import ACTION_HEIGHT
from ui.widgets.card import column, row
from ui.widgets.label import Label, number
from ui.widgets.offer import NOT_NOW, PICKED, USABLE
from ui.widgets.room import Rows
from ui.widgets.shapes import Sign, SignKind
from ui.widgets.tile import Look, Tile

GAP = 12


class RewardTile(Tile):
    """A reward. A tap picks it, where it can be picked."""

    picked = Signal(int)

    def __init__(self, reward: Reward, currency: Currency) -> None:
        """Draw a reward."""
        super().__init__(_look(reward))
        self._reward = reward
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard is the station's
        self.setMinimumHeight(current().px(ACTION_HEIGHT))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(words.reward_name(reward, currency))
        self._ends = Label("strong", ink=self.look.ink)
        self._lay_out(currency)
        self.count_down(reward)
        self.clicked.connect(self._pick)

    def count_down(self, reward: Reward) -> None:
        """Show how long it can still be had."""
        self._reward = reward
        self._ends.say(texts.ends(reward.left_s))
        self._ends.setVisible(bool(self._ends.whole))

    def _lay_out(self, currency: Currency) -> None:
        reward, ink = self._reward, self.look.ink
        layout = row(self, gap=GAP, margin=GAP)
        said = column(gap=2)
        said.addWidget(_said(Label("h2", ink=ink), reward.name))
        if below := words.below(reward, currency):
            said.addWidget(_said(Label("body", ink=ink), below))
        said.addWidget(self._ends)
        layout.addLayout(said, 1)
        if gives := words.gives(reward, currency):
            layout.addWidget(_said(number("amount", ink=ink), gives))
        if reward.missing is None:
            layout.addWidget(Sign(28, SignKind.CHECK if reward.is_picked else SignKind.CIRCLE, ink))
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _pick(self) -> None:
        if self._reward.key is not None and not self._reward.is_over:
            self.picked.emit(self._reward.key)


class Rewards(Rows):
    """As many rewards as there is room for, those that can be had first."""

    picked = Signal(int)

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__(gap=GAP)
        self._shown: object = None
        self._tiles: list[RewardTile] = []

    def draw(self, rewards: tuple[Reward, ...], currency: Currency) -> None:
        """Show rewards; the tiles are made anew only where more than a countdown has changed."""
        shown = tuple(replace(each, left_s=_phase(each)) for each in rewards), currency
        if shown != self._shown:
            self._shown = shown
            self._tiles = [RewardTile(each, currency) for each in rewards]
            for tile in self._tiles:
                tile.picked.connect(self.picked)
            self.fill([*self._tiles])
            return
        for tile, reward in zip(self._tiles, rewards, strict=True):
            tile.count_down(reward)


def _phase(reward: Reward) -> int | None:
    """Return whether a reward has no end that is near, ends, or is over."""
    return None if reward.left_s is None else int(not reward.is_over)


def _look(reward: Reward) -> Look:
    if reward.missing is not None or reward.is_over:
        return NOT_NOW
    return PICKED if reward.is_picked else USABLE


def _said(label: Label, text: str) -> Label:
    label.say(text)
    return label
