"""What the scanner test says in words, and the names in its lists."""

from scanner.habits import Habits
from scanner.learning import Advice, Learned
from ui.i18n import _


def advice(found: Advice) -> str:
    """Return what to change, or to know."""
    match found:
        case Advice.NOISE:
            return _("What arrives is no text. Set the same speed (baud) here as in the scanner.")
        case Advice.OTHER_CODE:
            return _("That was another code. Scan the one shown here.")
        case Advice.CASE:
            return _(
                "Capital and small letters are mixed up. Switch off Caps Lock, and the scanner's change of letters."
            )
        case Advice.LOST:
            return _(
                "Letters got lost on the way. Give the scanner a little more time between two keys, at most 16 ms."
            )
        case Advice.UNLIKE:
            return _("Each scan came differently. Switch off what the scanner adds, such as date or counter.")
        case Advice.SLOW:
            return _(
                "The scanner types so slowly that it looks like a person. Set its pause between keys to 0."
            )
        case Advice.SET_US:
            return _(
                "The scanner is set to this computer's keyboard. It works; a US keyboard would work everywhere."
            )
        case Advice.NO_END:
            return _(
                "The scanner sends nothing behind a code. It works, and is quicker with Enter behind it."
            )


def learned(found: Learned) -> tuple[str, ...]:
    """Return the sentences of a test's result, what was found first."""
    said = [advice(one) for one in found.advice]
    if found.is_well:
        said.insert(0, _("The scanner works."))
        said += _around(found.habits)
    return tuple(said)


def _around(habits: Habits) -> list[str]:
    if not (habits.prefix or habits.suffix):
        return []
    before, behind = _shown(habits.prefix), _shown(habits.suffix)
    return [
        _("It adds {before} before and {behind} behind each code; that is left out.").format(
            before=before, behind=behind
        )
    ]


def _shown(text: str) -> str:
    """Return a text between quotes, signs that can't be seen by their number."""
    if not text:
        return _("nothing")
    return "“" + "".join(char if char.isprintable() else f"[{ord(char):02X}]" for char in text) + "”"
