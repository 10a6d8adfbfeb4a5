"""Which code in a picture is meant, where several are to be seen.

A photo of a card or a leaflet often shows more than ours: an address for the browser, the product's bar code. By their
kind ours stand out: if there is exactly one, it is meant. Of two of ours nobody can know which; taking one could serve
the wrong member. Limit: signed code and number of one member are two codes here, since only the store knows better.
"""

from collections.abc import Collection

from app.core.codes import is_signed, parse
from app.core.reasons import Refusal
from sync.enrolment import PREFIX as PAIRING_PREFIX
from ui.i18n import _


class PictureUnclear(Exception):
    """A picture from which no code can be taken; `sentence` is for whoever chose it."""

    code = "picture_unclear"

    def __init__(self, sentence: str) -> None:
        """Keep the sentence."""
        super().__init__(sentence)
        self.sentence = sentence


def meant(texts: Collection[str]) -> str | None:
    """Return the one of these different texts that is meant, None when there are none. Raises `PictureUnclear`."""
    ours = [text for text in texts if is_ours(text)]
    if len(ours) > 1:
        raise PictureUnclear(_("More than one code in this picture could be meant. Show one of them alone."))
    if not ours and len(texts) > 1:
        raise PictureUnclear(_("None of the codes in this picture is a member's or a voucher's."))
    return next(iter(ours or texts), None)


def is_ours(text: str) -> bool:
    """Whether a text has the form of a member's, a voucher's or a pairing code; nothing is said of its being good."""
    if is_signed(text) or text.startswith(PAIRING_PREFIX):
        return True
    return not isinstance(parse(text, keys={}, now_ms=0), Refusal)
