"""Keys of other programs, by the API."""

from typing import Any

from hq.access import api_keys
from hq.access.actor import Ceilings
from hq.access.schemas import CeilingsAsked, KeyAnswer, KeyAsked, NewKeyAnswer, RotationAsked
from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes

routes = Routes("keys", "Keys with which other programs use this API, each with its rights and ceilings.")


@routes.get("", needs=Scope.KEYS_READ, answers=Page[KeyAnswer])
def list_keys(ask: Asked) -> Any:
    """List all keys, the newest first."""
    return to_page(KeyAnswer, api_keys.list_keys(ask.hq), None)


@routes.post("", needs=Scope.KEYS_WRITE, answers=NewKeyAnswer, is_kept=False)
def create_key(ask: Asked, asked: KeyAsked) -> Any:
    """Make a key. Its text is in this answer and nowhere else."""
    ceilings = None if asked.ceilings is None else ceilings_of(asked.ceilings)
    return _new(
        api_keys.create_key(ask.hq, ask.actor, name=asked.name, scopes=tuple(asked.scopes), ceilings=ceilings)
    )


@routes.get("/{key_id}", needs=Scope.KEYS_READ, answers=KeyAnswer)
def read_key(ask: Asked, key_id: str) -> Any:
    """Read one key."""
    return KeyAnswer.model_validate(api_keys.find_key(ask.hq, key_id))


@routes.post("/{key_id}/rotate", needs=Scope.KEYS_WRITE, answers=NewKeyAnswer, is_kept=False)
def rotate_key(ask: Asked, key_id: str, asked: RotationAsked) -> Any:
    """Make a key with the same rights; the old one stays good for a while."""
    return _new(api_keys.rotate_key(ask.hq, ask.actor, key_id, overlap_hours=asked.overlap_hours))


@routes.post("/{key_id}/revoke", needs=Scope.KEYS_WRITE, answers=KeyAnswer, status=200)
def revoke_key(ask: Asked, key_id: str) -> Any:
    """End a key at once."""
    return KeyAnswer.model_validate(api_keys.revoke_key(ask.hq, ask.actor, key_id))


def ceilings_of(asked: CeilingsAsked) -> Ceilings:
    """Return the ceilings that a request asks for."""
    return Ceilings(asked.percent, asked.amount, asked.points, frozenset(asked.stores))


def _new(made: tuple[api_keys.ApiKey, str]) -> NewKeyAnswer:
    key, text = made
    return NewKeyAnswer(**KeyAnswer.model_validate(key).model_dump(), text=text)
