"""Numbers in the forms of GS1: element strings, Digital Links, and the EAN-13 that shops print on cards and coupons.

Read by `biip`. Digits alone look like element strings of all kinds, so they are read as such only where the scanner
said so: by the identifier in front (ISO/IEC 15424: `]C1`, `]Q3`, …) or by a separator as the first character. Of a link
only the path counts: its host proves nothing.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from stdnum import ean as ean_check

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementString

GS1_AIMS = frozenset({"]C1", "]Q3", "]d2", "]e0", "]J1"})  # Code 128, QR, Data Matrix, DataBar, DotCode
SEPARATOR = "\x1d"  # FNC1
MEMBER_AI = "8018"  # service relation number of a recipient
VOUCHER_AIS = ("253", "255")  # document, global coupon number
TRADE_AIS = ("8110", "8112")  # coupons of makers: only a file of the trade can tell whether one is good
EAN8_LENGTH, UPC_LENGTH, EAN13_LENGTH = 8, 12, 13
CARD_PREFIXES = ("02", "04", *(str(n) for n in range(20, 30)))  # numbers that a shop gives out itself
COUPON_PREFIXES = ("981", "982", "983", "984", "99")
LINK_SCHEMES = ("https://", "http://")


def is_gs1(text: str, *, aim: str) -> bool:
    """Tell whether a scanned text is said to be element strings."""
    return aim in GS1_AIMS or text.startswith(SEPARATOR)


def is_link(text: str) -> bool:
    """Tell whether a text is a web address."""
    return text.lower().startswith(LINK_SCHEMES)


def elements(text: str) -> dict[str, str]:
    """Return the values of element strings by application identifier, nothing where they are none."""
    from biip.gs1_messages import GS1Message  # not needed by most shops, and slow to import

    return _by_ai(text, lambda: GS1Message.parse(text.lstrip(SEPARATOR)).element_strings)


def elements_of_link(text: str) -> dict[str, str]:
    """Return the same of a Digital Link, wherever it points to; nothing where it is any other web address."""
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    return _by_ai(text, lambda: GS1DigitalLinkURI.parse(text).element_strings)


def named(ai: str, value: str) -> str:
    """Return a number as people read it, `(8018)…`, so that numbers of two kinds are never the same."""
    return f"({ai}){value}"


def ean(folded: str) -> str | None:
    """Return the thirteen digits of an EAN or UPC with a right check digit; eight of an EAN-8."""
    if len(folded) not in (EAN8_LENGTH, UPC_LENGTH, EAN13_LENGTH) or not (
        folded.isascii() and folded.isdecimal()
    ):
        return None
    digits = folded.rjust(EAN13_LENGTH, "0") if len(folded) == UPC_LENGTH else folded
    return digits if ean_check.is_valid(digits) else None


def _by_ai(text: str, read: Callable[[], Iterable["GS1ElementString"]]) -> dict[str, str]:
    from biip import ParseError
    from biip.checksums import gs1_standard_check_digit

    if not text.isascii():
        return {}  # the library takes any digits of Unicode for digits
    try:
        found = {string.ai.ai: string.value for string in read()}
    except (ParseError, ValueError):  # the latter of addresses that are none
        return {}
    number = found.get(MEMBER_AI)
    if number is not None and gs1_standard_check_digit(number[:-1]) != int(number[-1]):
        del found[MEMBER_AI]  # of this one the library leaves the check digit unlooked at
    return found
