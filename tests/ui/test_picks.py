"""What is picked by itself, and what never is."""

from dataclasses import replace

from app.core.authority import HOUR_MS, Authority
from app.core.member import Member
from app.core.quote import quote
from app.station.identify import SeenMember
from tests.core.facts import NOON, amount_off, campaign, facts, line, program, rule
from ui.models.till import new_visit, settled

REWARD = campaign("c", rule("r", amount_off(500), trigger="choice", cost_points=50), offline="floor")


def test_points_of_a_member_who_is_new_here_are_never_spent_by_themselves() -> None:
    """A floor limit would cover it, and nobody knows whether they have any."""
    new = Member("M1", is_known=False)
    own = facts(
        program(REWARD), line(1, "green", 5_000), member=new, authority=Authority("A2", NOON - HOUR_MS)
    )
    visit = new_visit(member=SeenMember(new, "", 0, "A2", "h"), choices={"r": "p1"})
    found = quote(own, choices=visit.choices, level="A2")
    assert [offer.is_usable for offer in found.offers] == [True]
    assert settled(visit, found, link="offline").picks == frozenset()
    assert settled(visit.turned("r"), found, link="offline").picks == {"r"}, "a person may"
    known = replace(visit, member=replace(visit.member, member=replace(new, is_known=True)))
    assert settled(known, found, link="offline").picks == {"r"}
