"""What new members are asked to agree to, as people write it: a form of texts, and the part of the program it becomes.

A text that was shown to somebody is named by its version, so another wording needs another version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.consents import CONSENTS_MAX, TEXT_MAX, WORD
from hq.access.actor import Actor
from hq.campaigns.parts import publish_parts, put_part, read_part
from hq.faults import NotPossible
from hq.home import Hq
from hq.settings.service import LANGUAGES

PART = "consents"


@dataclass(frozen=True)
class Consent:
    """A text to agree to, by language."""

    what: str
    version: str
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Consents:
    """What is asked now and what is drafted; `version` is of the draft."""

    published: tuple[Consent, ...]
    drafted: tuple[Consent, ...]
    has_changes: bool
    version: int


def read_consents(hq: Hq) -> Consents:
    """Return what new members are asked, and what they are to be asked."""
    part = read_part(hq, PART)
    return Consents(_read(part.published), _read(part.body), part.has_changes, part.version)


def draft_consents(hq: Hq, actor: Actor, wanted: Sequence[Consent]) -> Consents:
    """Keep what new members are to be asked. Raises `NotPossible`, `Forbidden`."""
    consents = [_checked(each) for each in wanted]
    if len(consents) > CONSENTS_MAX:
        raise NotPossible(f"New members are asked for {CONSENTS_MAX} things at most.")
    if len({each.what for each in consents}) < len(consents):
        raise NotPossible("Two of these have the same name.")
    known = {(each.what, each.version): each for each in read_consents(hq).published}
    for each in consents:
        before = known.get((each.what, each.version))
        if before is not None and dict(before.texts) != dict(each.texts):
            raise NotPossible(
                f"The text of {each.what} is another one now, so its version must be, too:"
                f" members agreed to version {each.version} as it was."
            )
    body = [{"id": each.what, "version": each.version, "texts": dict(each.texts)} for each in consents]
    put_part(hq, actor, PART, body or None)
    return read_consents(hq)


def publish_consents(hq: Hq, actor: Actor) -> int:
    """Let stations ask this from their next sync on; return the program's version. Raises `NotPossible`."""
    return publish_parts(hq, actor, (PART,), note="consents", is_meant=True).version


def _checked(consent: Consent) -> Consent:
    for word in (consent.what, consent.version):
        if not WORD.fullmatch(word):
            raise NotPossible("A name and a version have 1 to 40 letters, digits, dots and dashes.")
    texts = {language: " ".join(text.split()) for language, text in consent.texts.items() if text.strip()}
    if not texts:
        raise NotPossible(f"{consent.what} has no text in any language.")
    for text in texts.values():
        if len(text) > TEXT_MAX or not text.isprintable():
            raise NotPossible(f"A text has one line of at most {TEXT_MAX} characters.")
    in_order = {language: texts[language] for language in LANGUAGES if language in texts}
    return Consent(consent.what, consent.version, in_order)


def _read(body: Any) -> tuple[Consent, ...]:
    if not isinstance(body, list):
        return ()
    return tuple(Consent(each["id"], each["version"], each["texts"]) for each in body)
