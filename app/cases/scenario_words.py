"""What a scenario expects, held against what happened, and the difference in words: which offer, what, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.cases.reading import CaseInvalid, Spot
from app.cases.scenario import Scenario, amount, read_scenario
from app.core.decision import decide
from app.core.money import Currency, format_amount
from app.core.outcome import Decision, Outcome
from app.core.program import Program
from app.core.reasons import BY_CODE, sentence

Translate = Callable[[str], str]  # gettext
APPLIES, REFUSED = "applies", "refused"
AMOUNTS: dict[str, Callable[[Decision], int]] = {
    "discount": lambda decision: decision.discount,
    "payable": lambda decision: decision.payable,
    "tax": lambda decision: decision.tax,
    "due": lambda decision: decision.due,
    "credit": lambda decision: sum(outcome.credit for outcome in decision.outcomes),
}
NUMBERS: dict[str, Callable[[Decision], int]] = {
    "points": lambda decision: decision.points,
    "points_spent": lambda decision: sum(outcome.points for outcome in decision.outcomes),
}
NAMES = {
    "discount": "taken off in all",
    "payable": "to pay",
    "tax": "tax",
    "due": "left to pay after cards and wallet",
    "credit": "back to the wallet",
    "points": "points earned",
    "points_spent": "points spent",
}
EXPECTED_KEYS = frozenset({*AMOUNTS, *NUMBERS, "offers", "lines", "gifts"})


def run_scenario(said: Spot, *, folder: Path, translate_text: Translate) -> tuple[list[str], dict[str, Any]]:
    """Decide a scenario. Return why it fails, a sentence each, and what was decided for each expected key.

    Raises `CaseInvalid`, `CaseUnknown` and `ProgramInvalid`.
    """
    scenario = read_scenario(said, folder=folder)
    expected = scenario.expected.only(EXPECTED_KEYS)
    if not expected.value:
        raise CaseInvalid("expected: holds nothing that could be compared")
    happened = Happened(scenario, decide(scenario.facts), translate_text)
    got: dict[str, Any] = {}
    why: list[str] = []
    for key in expected.value:
        found, problems = happened.compare(expected, key)
        got[key] = found
        why += problems
    return why + ([happened.summary()] if why else []), got


@dataclass(frozen=True)
class Happened:
    """A decision and how to speak of it."""

    scenario: Scenario
    decision: Decision
    translate_text: Translate

    @property
    def program(self) -> Program:
        """The program that was run."""
        return self.scenario.facts.program

    @property
    def currency(self) -> Currency:
        """The currency of all amounts."""
        return self.program.currency

    def compare(self, expected: Spot, key: str) -> tuple[Any, list[str]]:
        """Return what was decided for an expected key, and in words what differs."""
        if key in AMOUNTS:
            return self._figure(key, self.money(AMOUNTS[key](self.decision)), self._amount(expected, key))
        if key in NUMBERS:
            return self._figure(key, NUMBERS[key](self.decision), expected.whole(key))
        if key == "offers":
            return self._offers(expected.inner(key))
        if key == "lines":
            return self._by_name(expected.inner(key), "off", self._off_by_sku(), self._amount)
        return self._by_name(expected.inner(key), "handed out", self._gifts(), Spot.whole)

    def money(self, minor: int) -> str:
        """Return an amount as people write it."""
        return format_amount(minor, self.currency)

    def summary(self) -> str:
        """Tell what every offer did, so that a wrong total can be traced."""
        done = [
            f"{self._called(outcome.rule_id)} {self._told(outcome)}" for outcome in self.decision.outcomes
        ]
        return "What happened: " + ("; ".join(done) or "no offer came into play")

    def _amount(self, expected: Spot, key: str) -> str:
        return self.money(amount(expected, key, self.currency))

    def _figure(self, key: str, found: Any, wanted: Any) -> tuple[Any, list[str]]:
        same = found == wanted
        return found, [] if same else [f"{NAMES[key]}: expected {wanted}, got {found}"]

    def _by_name(
        self, expected: Spot, what: str, found: dict[str, Any], read: Callable[[Spot, str], Any]
    ) -> tuple[dict[str, Any], list[str]]:
        nothing = 0 if what != "off" else self.money(0)
        wanted = {name: read(expected, name) for name in expected.value}
        got = {name: found.get(name, nothing) for name in wanted}
        return got, [
            f"{name}: expected {wanted[name]} {what}, got {got[name]}"
            for name in wanted
            if wanted[name] != got[name]
        ]

    def _off_by_sku(self) -> dict[str, str]:
        skus = {line.line: line.sku for line in self.scenario.facts.order.lines}
        taken: dict[str, int] = {}
        for outcome in self.decision.outcomes:
            for number, share in outcome.allocation:
                taken[skus[number]] = taken.get(skus[number], 0) + share
        return {sku: self.money(share) for sku, share in taken.items()}

    def _gifts(self) -> dict[str, int]:
        units: dict[str, int] = {}
        for outcome in self.decision.outcomes:
            for sku, count in outcome.gifts:
                units[sku] = units.get(sku, 0) + count
        return units

    def _offers(self, expected: Spot) -> tuple[dict[str, Any], list[str]]:
        got: dict[str, Any] = {}
        why = []
        for rule_id in expected.value:
            if rule_id not in self.program.rules_by_id:
                raise CaseInvalid(f"{expected.at(rule_id)}: the program has no rule {rule_id!r}")
            outcomes = [outcome for outcome in self.decision.outcomes if outcome.rule_id == rule_id]
            wanted = self._wanted(expected, rule_id)
            got[rule_id] = self._short(outcomes)
            if not self._is_so(outcomes, wanted):
                told = " and ".join(self._told(outcome) for outcome in outcomes)
                why.append(
                    f"{self._called(rule_id)}: expected {_spoken(wanted)}, but it {told or 'was not shown'}"
                )
        return got, why

    def _wanted(self, expected: Spot, rule_id: str) -> str:
        """Return a word, a reason's code, or an amount as people write it."""
        said = expected.value[rule_id]
        if isinstance(said, str) and (said in (APPLIES, REFUSED) or said in BY_CODE):
            return said
        return self._amount(expected, rule_id)

    def _short(self, outcomes: list[Outcome]) -> str | None:
        if not outcomes:
            return None
        refusals = outcomes[0].refusals
        if refusals and not any(outcome.is_approved for outcome in outcomes):
            return refusals[0].reason.code
        return self.money(sum(outcome.discount for outcome in outcomes))

    def _is_so(self, outcomes: list[Outcome], wanted: str) -> bool:
        applies = any(outcome.is_approved for outcome in outcomes)
        if wanted == APPLIES:
            return applies
        if wanted == REFUSED:
            return bool(outcomes) and not applies
        if wanted in BY_CODE:
            return not applies and any(
                refusal.reason is BY_CODE[wanted] for outcome in outcomes for refusal in outcome.refusals
            )
        return applies and self.money(sum(outcome.discount for outcome in outcomes)) == wanted

    def _called(self, rule_id: str) -> str:
        place = self.program.rules_by_id.get(rule_id)
        return rule_id if place is None else f"{rule_id} ({self.program.rules[place].rule.name})"

    def _told(self, outcome: Outcome) -> str:
        """Tell what became of an offer, with the sentences a cashier would read out."""
        if outcome.refusals:
            sentences = (
                sentence(refusal, money=self.money, translate=self.translate_text)
                for refusal in outcome.refusals
            )
            return f"did not apply: {' '.join(sentences)}"
        parts = [f"took {self.money(outcome.discount)} off"] if outcome.discount else []
        parts += [f"handed out {units} of {sku}" for sku, units in outcome.gifts]
        parts += [f"gave {self.money(outcome.credit)} to the wallet"] if outcome.credit else []
        parts += [f"cost {outcome.points} points"] if outcome.points else []
        return ", ".join(parts) or "applied"


def _spoken(wanted: str) -> str:
    if wanted in (APPLIES, REFUSED):
        return {APPLIES: "that it applies", REFUSED: "that it is refused"}[wanted]
    return f"a refusal, {wanted}" if wanted in BY_CODE else f"{wanted} off"
