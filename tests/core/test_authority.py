"""What a station may give by itself: always, by head office's word, by a lease, by a floor limit, or not at all."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.authority import FLOORS, HOUR_MS, NEEDS_NONE, Auth, AuthKind, Authority, FloorLimit, Lease
from app.core.authority_record import authority_record, read_authority
from app.core.canonical import canonical
from app.core.decision import decide
from app.core.member import Member
from app.core.outcome import Decision, Outcome
from app.core.reasons import Reason, Refusal
from app.core.records import Attendance, order_differences, order_record, redemption_differences, replay_order
from app.core.records import redemption_record as record_of
from app.core.voucher import Presentation
from tests.core.facts import (
    MEMBER,
    NOON,
    Document,
    amount_off,
    automatic,
    campaign,
    chosen,
    facts,
    line,
    program,
    rule,
    shown,
)

TEA = line(1, "green", 5_000)
HERE = Authority("A2", NOON - HOUR_MS)
ONCE = {"uses_max": 1}


def lease(scope: str, left: int, name: str = "L1", until_ms: int = NOON + 1) -> Lease:
    return Lease(name, scope, left, until_ms)


def give(
    authority: Authority | None,
    *presented: Presentation,
    offline: str = "floor",
    amount: int = 500,
    member: Member | None = MEMBER,
    in_rule: Document | None = None,
    known: dict[str, int] | None = None,
    document: Document | None = None,
    trigger: str = "voucher",
    **in_campaign: Any,
) -> list[Outcome]:
    """Return what becomes of vouchers for the rule r, by default of one that holds once."""
    made = campaign(
        "c", rule("r", amount_off(amount), trigger=trigger, **(in_rule or {})), offline=offline, **in_campaign
    )
    presented = presented or (shown("v1", "r", **ONCE),)
    asked = facts(
        program(made, **(document or {})),
        TEA,
        presented=presented,
        member=member,
        authority=authority,
        known=known or {},
    )
    return list(decide(asked).presented)


def auths(outcomes: list[Outcome]) -> list[Auth | Reason]:
    return [
        outcome.refusals[0].reason if outcome.refusals else outcome.auth._replace(value=0)
        for outcome in outcomes
    ]


def own(name: str, **more: Any) -> Presentation:
    """Return a voucher of the member's own, so that the member's code speaks for it."""
    return shown(name, "r", owner=MEMBER.ref, code_hash=f"h-{name}", **(ONCE | more))


# --- the four rights ---------------------------------------------------------------------------------------------


def test_what_is_always_given_asks_for_nothing() -> None:
    tired = Authority("A0", None, spends=10_000, value=10**9, denied={"v1": Refusal(Reason.EXPIRED)})
    assert auths(give(tired, offline="always")) == auths(give(None, offline="always")) == [NEEDS_NONE]


@pytest.mark.parametrize("offline", ["never", "lease", "floor"])
def test_without_any_right_only_head_office_can_say(offline: str) -> None:
    assert auths(give(None, offline=offline)) == [Reason.ONLINE_ONLY]
    typed = replace(shown("v1", "r", **ONCE), level="A0")
    assert auths(give(Authority("A0", NOON), typed, offline=offline)) == [Reason.ONLINE_ONLY]


@pytest.mark.parametrize("offline", ["never", "lease", "floor"])
def test_head_offices_word_settles_it(offline: str) -> None:
    yes = Authority("A0", None, granted={"v1": "R7"}, spends=10_000)
    assert auths(give(yes, offline=offline)) == [Auth(AuthKind.ONLINE, "R7")]
    no = replace(HERE, denied={"v1": Refusal(Reason.LIMIT_TOTAL_REACHED)}, leases=(lease("voucher:h-r", 1),))
    assert auths(give(no, offline=offline)) == [Reason.LIMIT_TOTAL_REACHED]


def test_head_offices_no_stands_where_this_station_does_not_know_the_counter() -> None:
    no = replace(HERE, denied={"v1": Refusal(Reason.LIMIT_CAMPAIGN_REACHED)})
    assert auths(give(no, offline="never", limits={"uses": 5})) == [Reason.LIMIT_CAMPAIGN_REACHED]


def test_a_lease_gives_what_it_holds_and_no_more() -> None:
    held = replace(HERE, level="A0", leases=(lease("voucher:h-r", 1),))
    assert auths(give(held, offline="lease")) == [Auth(AuthKind.LEASE, leases=(("L1", 1),))]
    twice = (shown("v1", "r", uses_max=9), shown("v2", "r", uses_max=9))
    assert auths(give(held, *twice, offline="lease")) == [
        Auth(AuthKind.LEASE, leases=(("L1", 1),)),
        Reason.ONLINE_ONLY,
    ]


@pytest.mark.parametrize(
    "gone", [lease("voucher:h-r", 0), lease("voucher:h-r", 1, until_ms=NOON), lease("voucher:x", 1)]
)
def test_a_lease_that_is_used_up_over_or_of_something_else_gives_nothing(gone: Lease) -> None:
    assert auths(give(replace(HERE, leases=(gone,)), offline="lease")) == [Reason.ONLINE_ONLY]


def test_of_two_leases_the_one_that_ends_first_is_used_first() -> None:
    leases = (lease("voucher:h-r", 5, "L1", NOON + 9), lease("voucher:h-r", 1, "L2", NOON + 2))
    twice = (shown("v1", "r", uses_max=9), shown("v2", "r", uses_max=9))
    assert auths(give(replace(HERE, leases=leases), *twice, offline="lease")) == [
        Auth(AuthKind.LEASE, leases=(("L2", 1),)),
        Auth(AuthKind.LEASE, leases=(("L1", 1),)),
    ]


def test_everything_that_is_spent_must_be_leased() -> None:
    reward = {"in_rule": {"cost_points": 50, "has_stock": True}, "known": {"stock:r": 3}, "trigger": "choice"}
    stock, points = lease("stock:r", 3), lease("points:M1", 60, "L2")
    picked = chosen("v1", "r")
    all_of_it = auths(give(replace(HERE, leases=(stock, points)), picked, offline="lease", **reward))
    assert all_of_it == [Auth(AuthKind.LEASE, leases=(("L2", 50), ("L1", 1)))]
    for lacking in ((stock,), (points,)):
        assert auths(give(replace(HERE, leases=lacking), picked, offline="lease", **reward)) == [
            Reason.ONLINE_ONLY
        ]
        floor = auths(give(replace(HERE, leases=lacking), picked, **reward))
        assert isinstance(floor[0], Auth) and (floor[0].kind, len(floor[0].leases)) == (AuthKind.FLOOR, 1)


def test_what_is_always_given_uses_up_leases_that_count_it() -> None:
    """So a campaign of a hundred that is given at will still counts what its stations gave."""
    counted = replace(HERE, leases=(lease("uses:c", 3),))
    outcomes = give(counted, offline="always", limits={"uses": 100}, known={"uses:c": 97})
    assert auths(outcomes) == [Auth(leases=(("L1", 1),))]


def test_a_campaign_is_used_once_an_order() -> None:
    counted = replace(HERE, leases=(lease("uses:c", 1),))
    two = (shown("v1", "r"), shown("v2", "r", code_hash="other"))
    outcomes = give(counted, *two, offline="lease", limits={"uses": 100}, known={"uses:c": 99})
    # The second use of the order is none of the campaign: nothing is left to be leased for it.
    assert auths(outcomes) == [Auth(AuthKind.LEASE, leases=(("L1", 1),)), Reason.ONLINE_ONLY]


def test_the_first_members_take_a_place_each_but_once() -> None:
    counted = replace(HERE, leases=(lease("members:c", 1),))
    for was_counted, leases in ((0, (("L1", 1),)), (1, ())):
        known = {"members:c": 499, "member_counted:c": was_counted}
        outcomes = give(counted, own("v1"), limits={"members": 500}, known=known)
        assert [each.auth.leases for each in outcomes] == [leases]


def test_a_budget_of_discount_is_leased_by_what_is_given() -> None:
    bounded: Document = {"budget": {"discount": 10_000}, "known": {"discount:c": 9_400}, "offline": "lease"}
    for left, found in ((500, Auth(AuthKind.LEASE, leases=(("L1", 500),))), (499, Reason.ONLINE_ONLY)):
        held = replace(HERE, leases=(lease("discount:c", left),))
        assert auths(give(held, shown("v1", "r"), **bounded)) == [found]


# --- floor limits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "amount", "found"),
    [
        ("A0", 1, Reason.ONLINE_ONLY),
        ("A1", 300, Auth(AuthKind.FLOOR, "A1")),
        ("A1", 301, Reason.FLOOR_EXCEEDED),
        ("A2", 1_000, Auth(AuthKind.FLOOR, "A2")),
        ("A2", 1_001, Reason.FLOOR_EXCEEDED),
        ("A3", 3_000, Auth(AuthKind.FLOOR, "A3")),
        ("A3", 3_001, Reason.FLOOR_EXCEEDED),
        ("A4", 1, Reason.ONLINE_ONLY),
    ],
)
def test_what_a_code_proves_bounds_what_may_be_given(level: str, amount: int, found: Auth | Reason) -> None:
    bearer = replace(own("v1"), level="A0")
    assert auths(give(replace(HERE, level=level), bearer, amount=amount)) == [found]


def test_a_voucher_of_nobody_proves_no_more_than_itself() -> None:
    assert auths(give(HERE, shown("v1", "r", **ONCE))) == [Reason.FLOOR_EXCEEDED]
    assert auths(give(HERE, shown("v1", "r", **ONCE), amount=300)) == [Auth(AuthKind.FLOOR, "A1")]


@pytest.mark.parametrize("hours", [24, 72])
def test_old_facts_give_nothing(hours: int) -> None:
    level = {24: "A1", 72: "A2"}[hours]
    bearer = replace(own("v1"), level="A0")
    for late, found in ((0, Auth(AuthKind.FLOOR, level)), (1, Reason.FACTS_STALE)):
        authority = Authority(level, NOON - hours * HOUR_MS - late)
        assert auths(give(authority, bearer, amount=300)) == [found]
    assert auths(give(Authority(level, None), bearer, amount=300)) == [Reason.FACTS_STALE]


def test_a_member_is_given_so_often_until_head_office_has_heard() -> None:
    vouchers = [own(f"v{n}") for n in range(3)]
    by_floor = Auth(AuthKind.FLOOR, "A2")
    assert auths(give(HERE, *vouchers)) == [by_floor, by_floor, Reason.FLOOR_USED]
    assert auths(give(replace(HERE, times={MEMBER.ref: 1}), *vouchers)) == [
        by_floor,
        Reason.FLOOR_USED,
        Reason.FLOOR_USED,
    ]
    assert auths(give(replace(HERE, times={"M2": 9}), own("v1"))) == [by_floor]
    bearer = shown("v1", "r", code_hash="h-x", **ONCE)
    assert auths(give(replace(HERE, times={"h-x": 1}), bearer, member=None, amount=300)) == [
        Reason.FLOOR_USED
    ]


def test_a_station_gives_so_much_until_head_office_has_heard() -> None:
    held = replace(HERE, leases=(lease("voucher:h-v1", 1),))
    for tired in ({"spends": 500}, {"value": 199_501}):
        assert auths(give(replace(HERE, **tired), own("v1"))) == [Reason.STATION_CAP_REACHED]
        assert auths(give(replace(held, **tired), own("v1"), offline="lease")) == [Reason.STATION_CAP_REACHED]
    for room in ({"spends": 499}, {"value": 199_500}):
        assert auths(give(replace(HERE, **room), own("v1"))) == [Auth(AuthKind.FLOOR, "A2")]


def test_points_are_worth_something_though_nothing_is_taken_off() -> None:
    worth: Document = {"document": {"authority": {"point_worth_milli": 20_001}}, "trigger": "choice"}
    reward = {"in_rule": {"cost_points": 50}, **worth}
    assert auths(give(HERE, replace(chosen("v1", "r"), level="A2"), **reward)) == [Reason.FLOOR_EXCEEDED]
    cheap = {"in_rule": {"cost_points": 49}, **worth}
    assert auths(give(HERE, replace(chosen("v1", "r"), level="A2"), **cheap)) == [Auth(AuthKind.FLOOR, "A2")]


def test_some_small_ones_must_be_asked_for() -> None:
    drawn = replace(HERE, must_ask=frozenset({"v1"}))
    assert auths(give(drawn, own("v1"), own("v2"))) == [Reason.ONLINE_ONLY, Auth(AuthKind.FLOOR, "A2")]


def test_what_applies_by_itself_is_asked_for_by_its_rule() -> None:
    made = program(campaign("c", automatic("r", amount_off(100)), offline="lease", limits={"uses": 100}))
    known = {"uses:c": 99}
    asked = facts(made, TEA, authority=replace(HERE, leases=(lease("uses:c", 1),)), known=known)
    assert decide(asked).automatic[0].auth == Auth(AuthKind.LEASE, leases=(("L1", 1),), value=100)
    granted = decide(facts(made, TEA, authority=Authority(granted={"r": "R1"}), known=known))
    assert granted.automatic[0].auth == Auth(AuthKind.ONLINE, "R1")
    assert decide(facts(made, TEA, known=known)).automatic[0].refusals == (Refusal(Reason.ONLINE_ONLY),)


def test_a_program_says_how_far_it_trusts_its_stations() -> None:
    said = {"floors": {"A1": {"value": 7, "times": 3, "stale_hours": 5}}, "spends_max": 2, "value_max": 9}
    policy = program(authority=said).authority
    assert policy.floor("A1") == FloorLimit(7, 3, 5 * HOUR_MS)
    assert policy.floor("A2") == FLOORS["A2"] and policy.floor("A9") == FloorLimit(0, 0, 0)
    assert (policy.spends_max, policy.value_max) == (2, 9)
    assert program().authority.floor("A1").value == 300
    assert program(currency="KRW").authority.floor("A1").value == 3


# --- the record --------------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=4)
COUNTS = st.integers(0, 2**40)
RIGHTS = st.builds(
    Authority,
    level=st.sampled_from(["", "A1", "A3"]),
    as_of_ms=st.none() | COUNTS,
    leases=st.lists(st.builds(Lease, NAMES, NAMES, COUNTS, COUNTS), max_size=3).map(tuple),
    granted=st.dictionaries(NAMES, NAMES, max_size=3),
    denied=st.dictionaries(
        NAMES, st.builds(Refusal, st.sampled_from(Reason), st.just({"wanted": 3})), max_size=3
    ),
    times=st.dictionaries(NAMES, COUNTS, max_size=3),
    spends=COUNTS,
    value=COUNTS,
    must_ask=st.frozensets(NAMES, max_size=3),
)


@given(RIGHTS)
def test_rights_are_read_back_as_they_were(authority: Authority) -> None:
    assert read_authority(json.loads(canonical(authority_record(authority)))) == authority


def decided(authority: Authority) -> tuple[dict[str, Any], list[dict[str, Any]], Decision]:
    made = program(campaign("c", rule("r", amount_off(500)), offline="floor", limits={"uses": 100}))
    asked = facts(made, TEA, presented=(own("v1"), own("v2")), authority=authority, known={"uses:c": 3})
    decision, attendance = decide(asked, explain=False), Attendance("offline")
    order = json.loads(canonical(order_record(asked, decision, attendance)))
    redemptions = [
        record_of(asked, outcome, presented, attendance)
        for presented, outcome in zip(asked.presented, decision.presented, strict=True)
    ]
    return order, redemptions, replay_order(order, made)


def test_head_office_decides_alike_by_the_rights_that_were_recorded() -> None:
    order, redemptions, again = decided(replace(HERE, times={MEMBER.ref: 1}))
    assert order_differences(order, again) == []
    assert [redemption_differences(each, again) for each in redemptions] == [[], []]
    assert [each["auth"] for each in redemptions] == [
        {"kind": "floor", "level": "A2", "value": 500},
        {"kind": "always"},
    ]
    assert order["uses"] == [["c", 500]]
    assert redemption_differences({**redemptions[0], "auth": {"kind": "always"}}, again) == ["auth"]
    assert order_differences({key: value for key, value in order.items() if key != "uses"}, again) == ["uses"]


@pytest.mark.parametrize("trigger", ["automatic", "choice", "voucher"])
def test_a_record_says_what_left_the_stock_though_the_rule_gives_nothing_but_a_discount(trigger: str) -> None:
    """Else the station would not count it, and give from a stock of one until head office has its word in."""
    made = program(campaign("c", rule("r", amount_off(500), trigger=trigger, has_stock=True)))
    presented = {"automatic": (), "choice": (chosen("v1", "r"),), "voucher": (own("v1"),)}[trigger]
    asked = facts(made, TEA, presented=presented, known={"stock:r": 1})
    decision, attendance = decide(asked, explain=False), Attendance("offline")
    told = list(order_record(asked, decision, attendance)["campaigns"])
    told += [record_of(asked, *pair, attendance) for pair in zip(decision.presented, presented, strict=True)]
    assert [each["stock"] for each in told] == [1]
