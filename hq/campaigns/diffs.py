"""What differs between two JSON documents, path by path: of lists whose items have ids, item by item.

So a rule that moved is no difference, one that was added or taken out is one, and a changed percentage is a path such
as `rules[spring-1].effect.basis_points` with the value before and after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Missing:
    """What stands where a side says nothing, which is not the same as null."""


MISSING = Missing()


@dataclass(frozen=True)
class Difference:
    """A place and what stood there before and stands there after; `kind` is added, removed or changed."""

    path: str
    kind: str
    before: Any = None
    after: Any = None


def differences(before: Any, after: Any, path: str = "") -> list[Difference]:
    """Return what differs, in the order of the paths' first appearance."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _in_mappings(before, after, path)
    if _are_named(before) and _are_named(after):
        return _in_mappings(_by_id(before), _by_id(after), path, is_list=True)
    if _same(before, after):
        return []
    if isinstance(before, Missing):
        return [Difference(path, "added", None, after)]
    if isinstance(after, Missing):
        return [Difference(path, "removed", before, None)]
    return [Difference(path, "changed", before, after)]


def _in_mappings(
    before: Mapping[str, Any], after: Mapping[str, Any], path: str, *, is_list: bool = False
) -> list[Difference]:
    found: list[Difference] = []
    for key in (*before, *(key for key in after if key not in before)):
        inner = f"{path}[{key}]" if is_list else f"{path}.{key}" if path else key
        found += differences(before.get(key, MISSING), after.get(key, MISSING), inner)
    return found


def _are_named(value: Any) -> bool:
    """Tell whether this is a list of objects with ids, each once."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        return isinstance(value, list)
    names = [each.get("id") if isinstance(each, Mapping) else None for each in value]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _by_id(value: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {each["id"]: each for each in value}


def _same(one: Any, other: Any) -> bool:
    """Compare as JSON does: true is not 1."""
    return type(one) is type(other) and bool(one == other)
