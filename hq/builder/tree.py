"""A condition as a form: the tree with what was typed at each place, what buttons do to it, and back to JSON.

A place's name is its path: `c` is the root, `c.0` the first below it. Each field is `path:field`, so a form without
script carries the whole tree, and what is wrong with a place is shown there while the rest stays as it was typed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.conditions import DEPTH_MAX
from app.core.money import Currency
from hq.builder.leaf import FIELDS, Typed, fresh, leaf_of, operators_of, settled, typed_of
from hq.builder.typed import TypedWrong
from hq.console.texts import N_

ROOT = "c"
GROUPS = ("all", "any", "not")
PLACES_MAX = 300  # of one condition: a form has at most 2,000 fields


@dataclass
class Node:
    """A place of the tree: a group with what is in it, or a question with what was typed."""

    kind: str  # all, any, not or fact
    inner: "list[Node]" = field(default_factory=list)
    typed: Typed = field(default_factory=Typed)
    problem: str = ""
    path: str = ROOT


class TreeWrong(ValueError):
    """A tree of which some place can't be read; the places say why."""


def node_of(tree: Mapping[str, Any], currency: Currency) -> Node:
    """Return a tree that compiles as a form."""
    if "fact" in tree:
        return Node("fact", typed=typed_of(tree, currency))
    ((kind, inner),) = tree.items()
    items = [inner] if kind == "not" else inner
    return Node(kind, [node_of(item, currency) for item in items])


def tree_of(node: Node, currency: Currency) -> dict[str, Any]:
    """Return a form as a tree, having noted at each place what is wrong there. Raises `TreeWrong`."""
    problems = [each for each in walk(node) if _note(each, currency)]
    if problems:
        raise TreeWrong(problems[0].problem)
    return _tree(node, currency)


def _note(node: Node, currency: Currency) -> bool:
    node.problem = ""
    try:
        if node.kind == "fact":
            leaf_of(node.typed, currency)
        elif not node.inner:
            node.problem = N_("This group is empty: add a question, or remove the group.")
        elif node.kind == "not" and len(node.inner) > 1:
            node.problem = N_("“Not” has one question or group in it.")
    except TypedWrong as problem:
        node.problem = str(problem)
    return bool(node.problem)


def _tree(node: Node, currency: Currency) -> dict[str, Any]:
    if node.kind == "fact":
        return leaf_of(node.typed, currency)
    inner = [_tree(each, currency) for each in node.inner]
    return {"not": inner[0]} if node.kind == "not" else {node.kind: inner}


def walk(node: Node) -> Iterator[Node]:
    """Yield a place and all places below it."""
    yield node
    for each in node.inner:
        yield from walk(each)


def with_paths(node: Node, path: str = ROOT) -> Node:
    """Return the same tree, each place knowing its path."""
    node.path = path
    for place, each in enumerate(node.inner):
        with_paths(each, f"{path}.{place}")
    return node


def can_show(tree: Mapping[str, Any], currency: Currency) -> bool:
    """Tell whether a form shows everything that a tree says: what it can't show is edited as JSON."""
    try:
        root = node_of(tree, currency)
        return all(_is_shown(each) for each in walk(root)) and tree_of(root, currency) == tree
    except (TreeWrong, TypedWrong, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return False


def _is_shown(node: Node) -> bool:
    """Tell whether a place's fields keep what is in them: blanks around a text and lines go."""
    if node.kind != "fact":
        return node.kind in GROUPS
    texts = [*node.typed.said.values(), *node.typed.values]
    is_kept = all(text == text.strip() and text.isprintable() for text in texts)
    return is_kept and node.typed.operator in operators_of(node.typed.fact)


# --- the form ----------------------------------------------------------------------------------------------------


def read_node(form: Mapping[str, list[str]], path: str = ROOT) -> Node | None:
    """Return the tree of a form that was sent, None where it has none. `form` has each field's values."""
    left = [PLACES_MAX]
    return _read(form, path, left, 0)


def _read(form: Mapping[str, list[str]], path: str, left: list[int], depth: int) -> Node | None:
    kind = next(iter(form.get(f"{path}:kind", ())), "")
    if kind not in (*GROUPS, "fact") or left[0] <= 0 or depth > 2 * DEPTH_MAX:
        return None
    left[0] -= 1
    if kind == "fact":
        said = {name: next(iter(form.get(f"{path}:{name}", ())), "").strip() for name in FIELDS}
        values = [line.strip() for text in form.get(f"{path}:values", ()) for line in text.splitlines()]
        return Node("fact", typed=settled(Typed(said, list(dict.fromkeys(filter(None, values))))))
    inner: list[Node] = []
    while (each := _read(form, f"{path}.{len(inner)}", left, depth + 1)) is not None:
        inner.append(each)
    return Node(kind, inner)


def edited(root: Node | None, button: str) -> Node | None:
    """Return the tree after a button was pressed: `add:c.0:any`, `remove:c.0`, `up:c.1`, `wrap:c.1:not` and so on.

    A button that leads nowhere leaves the tree as it is.
    """
    act, _, rest = button.partition(":")
    path, _, kind = rest.partition(":")
    if root is None:
        return _new(kind) if act == "add" and kind in (*GROUPS, "fact") else None
    with_paths(root)
    at = next((each for each in walk(root) if each.path == path), None)
    if at is None:
        return root
    if act == "add" and kind in (*GROUPS, "fact"):
        return _add(root, at, kind)
    if act == "wrap" and kind in GROUPS:
        return _replace(root, at, [Node(kind, [at])])
    if act == "unwrap" and at.kind != "fact" and (at is not root or len(at.inner) == 1):
        return _replace(root, at, at.inner)
    if act == "remove":
        return _replace(root, at, [])
    if act in MOVES:
        MOVES[act](root, at)
    return root


def _new(kind: str) -> Node:
    return Node("fact", typed=fresh()) if kind == "fact" else Node(kind, [Node("fact", typed=fresh())])


def _add(root: Node, at: Node, kind: str) -> Node | None:
    """Add to a group; beside a question by itself, in a group that holds both."""
    if at.kind not in ("all", "any"):
        return _replace(root, at, [Node("all", [at, _new(kind)])])
    at.inner.append(_new(kind))
    return root


def _replace(root: Node, at: Node, others: list[Node]) -> Node | None:
    above = _above(root, at)
    if above is None:
        return others[0] if others else None
    place = _place(above, at)
    above.inner[place : place + 1] = others
    return root


def _above(root: Node, at: Node) -> Node | None:
    return next((each for each in walk(root) if any(inner is at for inner in each.inner)), None)


def _place(above: Node, at: Node) -> int:
    return next(place for place, each in enumerate(above.inner) if each is at)


def _up(root: Node, at: Node) -> None:
    _shift(root, at, -1)


def _down(root: Node, at: Node) -> None:
    _shift(root, at, 1)


def _shift(root: Node, at: Node, by: int) -> None:
    above = _above(root, at)
    if above is not None:
        place = _place(above, at)
        if 0 <= place + by < len(above.inner):
            above.inner[place], above.inner[place + by] = above.inner[place + by], above.inner[place]


def _out(root: Node, at: Node) -> None:
    """Move a place out of its group, behind it."""
    above = _above(root, at)
    beyond = None if above is None else _above(root, above)
    if above is not None and beyond is not None and beyond.kind != "not":
        above.inner.remove(at)
        beyond.inner.insert(_place(beyond, above) + 1, at)


def _into(root: Node, at: Node) -> None:
    """Move a place into the group before it."""
    above = _above(root, at)
    place = 0 if above is None else _place(above, at)
    if above is not None and place and above.inner[place - 1].kind in ("all", "any"):
        above.inner.pop(place)
        above.inner[place - 1].inner.append(at)


MOVES = {"up": _up, "down": _down, "out": _out, "into": _into}
