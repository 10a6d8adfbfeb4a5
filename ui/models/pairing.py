"""What a text is that was shown instead of a pairing code: one sentence for each kind."""

import re

from app.core.codes import MemberNumber, VoucherNumber, is_signed, parse
from sync.enrolment import PREFIX
from ui.i18n import _

PRODUCT = re.compile(r"\d{8,14}", re.ASCII)  # EAN and UPC
WEB_PAGE = re.compile(r"(https?://|www\.)", re.IGNORECASE)


def instead_of_pairing(text: str) -> str:
    """Return what to say of a text that is no pairing code; nothing of one that at least has the form."""
    text = text.strip()
    if text.startswith(PREFIX):
        return ""
    found = parse(text, keys={}, now_ms=0)
    if is_signed(text) or isinstance(found, MemberNumber):
        return _("This is a member's card. Scan the pairing code that head office shows.")
    if isinstance(found, VoucherNumber):
        return _("This is a voucher. Scan the pairing code that head office shows.")
    if WEB_PAGE.match(text):
        return _("This is the address of a web page. Scan the pairing code that head office shows.")
    if PRODUCT.fullmatch(text):
        return _("This is the bar code of a product. Scan the pairing code that head office shows.")
    return _("This is not a pairing code. Ask head office for one.")
