"""The part of a condition that is about members alone: for how many it holds can be counted without any order."""

from typing import Any

from app.core.conditions import leaves

OF_MEMBERS = ("member.", "history.", "event.")


def member_part(tree: Any) -> Any:
    """Return what a tree asks of members whatever they order; None where it asks nothing of them by itself.

    Of questions that must all hold it is those about members; a question or a group that also asks about the order
    says nothing about members alone.
    """
    if tree is None:
        return None
    if isinstance(tree.get("all"), list):
        parts = [part for part in map(member_part, tree["all"]) if part is not None]
        return {"all": parts} if len(parts) > 1 else next(iter(parts), None)
    return tree if all(leaf["fact"].startswith(OF_MEMBERS) for leaf in leaves(tree)) else None
