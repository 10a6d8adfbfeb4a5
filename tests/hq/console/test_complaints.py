"""What a program's reader says against a document is told in the page's language, by the names of its fields."""

import ast
from pathlib import Path

import orjson
import pytest

from hq.campaigns.composing import read_composed
from hq.console.complaints import told_complaint
from hq.console.fault_sentences import retold
from tests.hq.station import program_body

CORE = Path(__file__).parents[3] / "app" / "core"
FAULTS = {"DocumentInvalid", "ConditionInvalid"}


def money(minor):
    return f"{minor / 100:.2f} USD"


def said_by_readers():
    """Yield where a complaint or a doubt is written and how, with a 7 for each value that it holds."""
    for path in sorted(CORE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in FAULTS and isinstance(node.args[0], ast.JoinedStr):
                yield f"{path.name}:{node.lineno}", f"x.{text_of(node.args[0]).partition(': ')[2]}"
            elif name == "Contradiction" and not isinstance(node.args[1], ast.Name):
                said, instead = map(text_of, node.args[1:])
                yield f"{path.name}:{node.lineno}", f"x.{said}; {instead}"


def text_of(node):
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(part.value if isinstance(part, ast.Constant) else "7" for part in parts)


def test_each_sentence_of_a_reader_has_one_of_the_pages() -> None:
    said = {place: text.removeprefix("x.") for place, text in said_by_readers()}
    assert len(said) > 90
    made_up = {"expected 77", "expected 7", "expected 7, found 7", "7"}  # of parts with words of their own
    untold = {
        place: text
        for place, text in said.items()
        if text not in made_up and told_complaint(f"x: {text}", "ko", money=money) == f"x: {text}"
    }
    assert untold == {}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "rules[0].effect.amount: expected 1 to 100000000000, found 0",
            "Rule 1, Amount: From 0.01 USD to 1000000000.00 USD may stand here, not 0.00 USD.",
        ),
        (
            "This can't stand in a program: campaign.limits.uses: expected 1 to 1000, found 0.",
            "This can't stand in a program: Uses in all at most: From 1 to 1,000 may stand here, not 0.",
        ),
        (
            "This can't be published: campaign spring, rule r1.effect.basis_points: expected 1 to 10000, found 0",
            "This can't be published: Campaign spring, rule r1, Percent: From 0.01 % to 100 % may stand here, not 0 %.",
        ),
        (
            "This says what can hardly be meant:\n- campaign a.rules: it has no rule, so it does nothing; add a rule"
            "\n- campaign b.budget.uses: nothing may ever be given of it; at least 1",
            "This says what can hardly be meant:\n- Campaign a, The rules: It has no rule, so it does nothing: add one."
            "\n- Campaign b, Uses: Nothing may ever be given of it: take at least 1.",
        ),
        ("program.tiers[1].id: two tiers are called 'gold'", "Tier 2, Id: Two tiers are called “gold”."),
        ("Something: nobody has worded this yet", "Something: nobody has worded this yet"),
    ],
)
def test_a_complaint_names_its_field_and_writes_its_numbers(said, told) -> None:
    assert retold(said, "en", money) == told


def test_beside_its_field_a_complaint_does_not_name_it_again_and_is_korean_in_korean() -> None:
    said = "effect.amount: expected 1 to 500, found 0"
    assert (
        retold(said, "en", money, is_placed=False)
        == "From 0.01 USD to 5.00 USD may stand here, not 0.00 USD."
    )
    assert retold(said, "ko", money).startswith("금액: ") and "may stand" not in retold(said, "ko", money)


def test_a_composed_program_names_campaign_and_rule_by_their_ids() -> None:
    document = orjson.loads(program_body(2))
    campaign = document["campaigns"][1]
    campaign["rules"][0]["effect"] = {"kind": "amount_off", "target": "order", "amount": 0}
    found = read_composed(document).problem
    assert found.startswith(f"campaign {campaign['id']}, rule {campaign['rules'][0]['id']}.effect.amount: ")
