"""What a program's reader says, as pages say it: the place by the name of its field, the sentence in their language.

    told_complaint("rules[0].effect.amount: expected 1 to 100, found 0", "en", money=money)
    # "Rule 1, Amount: From 0.01 USD to 1.00 USD may stand here, not 0.00 USD."

What is in no form of `complaint_forms` stays as it is. Amounts are minor units behind it, percentages basis points.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from hq.builder.typed import basis_points_text
from hq.console.complaint_forms import DOUBTS, FORMS, KINDS, MONEY, PERCENT, PLACES
from hq.console.sentence_forms import patterns_of
from hq.console.texts import N_, translations

PLACED = re.compile(r"(?P<path>[^:\s]+|campaign [^:]+?): (?P<said>.+)", re.DOTALL)
CAMPAIGN = re.compile(r"campaign (?P<campaign>[^.,]+)(, rule (?P<rule>[^.]+))?")
NUMBERED = (("rules", N_("Rule {n}")), ("tiers", N_("Tier {n}")), ("earning", N_("Earning rule {n}")))
STEPS_OF_MONEY = "amount"
Say = Callable[[str], str]


def told_complaint(text: str, language: str, *, money: Callable[[int], str], is_placed: bool = True) -> str:
    """Return a complaint or a doubt in a page's language, with its place unless that is said beside it."""
    found = PLACED.fullmatch(text)
    path, said = (found["path"], found["said"]) if found else ("", text)
    say = translations(language).gettext
    for pattern, form in _patterns():
        fits = pattern.fullmatch(said)
        if fits is not None:
            key = re.sub(r"\[\d+\]$", "", path).rpartition(".")[2]
            values = {name: _value(name, value, key, say, money) for name, value in fits.groupdict().items()}
            sentence = say(form).format(**values)
            where = _place(path, say) if is_placed else ""
            return f"{where}: {sentence}" if where else sentence
    return text


def _value(name: str, value: str, key: str, say: Say, money: Callable[[int], str]) -> str:
    if name == "what":
        return say(KINDS[value]) if value in KINDS else value
    if re.fullmatch(r"-?\d+", value):
        number = int(value)
        if key in MONEY:
            return money(number)
        return f"{basis_points_text(number)} %" if key in PERCENT else f"{number:,}"
    return f"“{value[1:-1]}”" if value[:1] in "'\"" and value[-1:] == value[:1] else value


def _place(path: str, say: Say) -> str:
    """Return where something stands, from the outside in, in words of pages."""
    found = []
    if named := CAMPAIGN.match(path):
        found += [say(N_("Campaign {id}")).format(id=named["campaign"])]
        found += [say(N_("rule {id}")).format(id=named["rule"])] if named["rule"] else []
        path = path[named.end() :]
    for key, words in NUMBERED:
        if (nth := re.search(rf"(?:^|\.){key}\[(\d+)\]", path)) is not None:
            found.append(say(words).format(n=int(nth[1]) + 1))
    plain = re.sub(r"\[\d+\]", "", path).split(".")
    for start in range(len(plain)):
        words = PLACES.get(".".join(plain[start:]), "")
        if words and not (len(plain) - start == 1 and plain[-1] in dict(NUMBERED) and "[" in path[-4:]):
            return ", ".join([*found, say(words)])
    if any(word == "condition" for word in plain):
        return ", ".join([*found, say(PLACES["condition"])])
    key = plain[-1] if plain[-1] not in ("", "campaign", "program", *dict(NUMBERED)) else ""
    return ", ".join([*found, key] if key else found)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    forms: dict[str, Any] = FORMS | DOUBTS
    return [(pattern, forms[form]) for pattern, form in patterns_of(forms)]
