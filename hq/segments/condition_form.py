"""A segment's condition as a form: the rule builder's, with only what can be asked about members."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.document import DocumentInvalid
from app.core.program_format import MEMBER_FACTS
from hq.builder.context import BuilderContext
from hq.builder.leaf import Typed, settled
from hq.builder.picks import Picks
from hq.builder.tree import Node, TreeWrong, can_show, edited, node_of, read_node, tree_of, walk, with_paths
from hq.console.texts import N_
from hq.faults import Malformed
from hq.segments.compiling import check_condition

FIRST_FACT = "history.days_since_order"  # of a question that nobody has filled in
FIELD_WRONG = N_("Something in the condition is missing or can't be read.")
NOTHING = N_("Say who belongs to it: add a question.")


@dataclass
class ConditionForm:
    """What stands in the fields, and what is wrong with all of it."""

    root: Node | None = None
    problem: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)  # the other fields of the page


def picks_of(context: BuilderContext) -> Picks:
    """Return what may be chosen: facts about members alone, and no segments."""
    facts = [
        (title, [(fact, label) for fact, label in found if _is_about_members(fact)])
        for title, found in context.picks.facts
    ]
    return replace(context.picks, facts=[(title, found) for title, found in facts if found])


def form_of(tree: Mapping[str, Any] | None, context: BuilderContext) -> ConditionForm | None:
    """Return a condition as a form; None where no form shows everything that it says."""
    if tree is None:
        return ConditionForm()
    if not can_show(tree, context.currency):
        return None
    return ConditionForm(with_paths(node_of(tree, context.currency)))


def read_form(typed: Mapping[str, list[str]], button: str) -> ConditionForm:
    """Return the form that was sent, after what its button says."""
    root = edited(read_node(typed), button) if ":" in button else read_node(typed)
    if root is not None:
        root = with_paths(root)
        for node in walk(root):
            if node.kind == "fact" and not _is_about_members(node.typed.fact):
                node.typed = settled(Typed({**node.typed.said, "fact": FIRST_FACT}, node.typed.values))
    return ConditionForm(root)


def condition_in(form: ConditionForm, context: BuilderContext) -> dict[str, Any] | None:
    """Return the condition of a form, None where it isn't whole: the form says why."""
    form.problem = ""
    if form.root is None:
        form.problem = NOTHING
        return None
    try:
        tree = tree_of(form.root, context.currency)
        check_condition(tree, context.vocabulary.product_sets)
    except TreeWrong:
        form.problem = FIELD_WRONG
    except (DocumentInvalid, Malformed) as problem:
        form.problem = str(problem)
    else:
        return tree
    return None


def _is_about_members(fact: str) -> bool:
    return fact.startswith(MEMBER_FACTS) and fact != "member.segments"
