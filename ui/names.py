"""How members' names stand on the station's screen: whole, or masked where others can read along.

The customer display has rules of its own: it shows a given name whatever is set here.
"""

from app.core.masking import masked

_is_masked = [False]


def use(*, is_masked: bool) -> None:
    """Show names so from now on."""
    _is_masked[0] = is_masked


def shown(name: str) -> str:
    """Return a name as it is shown."""
    return masked(name) if _is_masked[0] else name
