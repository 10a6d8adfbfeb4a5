"""What somebody had typed when their session ended: the sign-in page carries it, and behind it is sent by one button.

It is kept in the page alone. Passwords and files are left out; the new session's own `csrf` stands in the new form.
"""

import json
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData

from hq.bodies import BODY_BYTES_MAX
from hq.console.once import FIELD as FORM_ID

LEFT_OUT = frozenset({"csrf", FORM_ID, "old", "new", "again"})


@dataclass(frozen=True)
class KeptForm:
    """The fields of a form by name, in their order, and where it was going."""

    place: str
    fields: tuple[tuple[str, str], ...]
    lacks_files: bool = False

    def text(self) -> str:
        """Return it as a field of the sign-in page carries it."""
        return json.dumps([self.place, self.fields, self.lacks_files])


def kept_of(request: Request, form: FormData) -> KeptForm:
    """Return what was typed into a form that nobody is signed in for any more."""
    said = [(name, value) for name, value in form.multi_items() if name not in LEFT_OUT]
    fields = tuple((name, value) for name, value in said if isinstance(value, str))
    target = request.url.path.removeprefix(request.scope.get("root_path", ""))
    return KeptForm(
        target + (f"?{request.url.query}" if request.url.query else ""), fields, len(fields) < len(said)
    )


def read_kept(text: str) -> KeptForm | None:
    """Return what a sign-in page carried, None where it is nothing of ours."""
    try:
        place, fields, lacks_files = json.loads(text if len(text) <= 2 * BODY_BYTES_MAX else "")
        found = KeptForm(place, tuple((name, value) for name, value in fields), bool(lacks_files))
    except (ValueError, TypeError):
        return None
    texts = [found.place, *(text for field in found.fields for text in field)]
    return found if all(isinstance(text, str) for text in texts) else None
