"""What becomes of money that stays on a gift card. Apart, since the window names it before its first paint."""

from enum import StrEnum


class Rest(StrEnum):
    """What becomes of value that stays over after a payment, or when a card is closed."""

    STAYS = "stays"
    FORFEITED = "forfeited"
    PAID_OUT = "paid_out"
