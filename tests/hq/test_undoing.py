"""Voids and returns at HQ: all comes back once, whatever else is said is set aside or flagged."""

import pytest
from sqlalchemy import select

from app.core.codes import hash_number
from app.core.entry import read_entry
from app.core.member import Member
from app.core.pins import Role
from app.core.program_format import read_program
from hq.authority.claims import POINTS
from hq.authority.settling import OVERSPENT
from hq.authority.tables import campaign_counter, claim, member_use
from hq.journal.again import judge_all_again
from hq.journal.desk import list_cases
from hq.journal.reversal_tables import reversal_fact
from hq.journal.voids import void_figures
from hq.members.erasing import erase_member
from hq.members.service import MemberFacts, upsert_members
from hq.members.store import account
from hq.staff.people import add_person
from hq.tables import member, posting, voucher
from hq.vouchers.service import NewVoucher, create_vouchers
from tests.databases import on
from tests.hq.leasing import ask, gift_program, publish
from tests.hq.station import NOW_MS, REF, VOUCHER_RULE, a_campaign, a_rule, enrol_station, program_body
from tests.hq.station import voucher as shown
from tests.hq.test_ingest import words
from tests.hq.test_lease_books import books, close, use
from tests.hq.undoing import MINUTE_MS, UNIT, undo


def sums(hq):
    """Return what each account has, without those that have nothing."""
    found = {}
    with hq.database.reading() as connection:
        for row in connection.execute(select(posting)):
            found[row.account, row.unit] = found.get((row.account, row.unit), 0) + row.amount
    return {key: amount for key, amount in found.items() if amount}


def balance(hq, ref=REF):
    with hq.database.reading() as connection:
        return connection.execute(select(member.c.balance).where(member.c.ref == ref)).scalar_one()


def table(hq, what):
    with hq.database.reading() as connection:
        return connection.execute(select(what)).all()


def rewards():
    """Return a campaign of 3.00 for 50 points."""
    off = {"kind": "amount_off", "target": "order", "amount": 300}
    return a_campaign("rewards", a_rule("r50", "choice", off, cost_points=50))


@pytest.fixture
def known(hq):
    upsert_members(hq, [MemberFacts(REF)])
    return hq


@pytest.fixture
def coupon(known):
    (number,) = create_vouchers(known, [NewVoucher(VOUCHER_RULE, uses_max=1)])
    return shown(hash_number(number), uses_max=1)


@pytest.mark.parametrize("is_one_push", [True, False])
def test_a_void_leaves_the_books_as_they_were(known, station, coupon, is_one_push):
    station.order("o1", amounts=(("COFFEE", 500), ("TEA", 200)), vouchers=(coupon,))
    if not is_one_push:
        station.push()
        assert balance(known) == 5 and table(known, voucher)[0].uses == 1
    undo(station)
    answer = station.push(1 if is_one_push else 3)
    assert words(answer)[-1] == (3, "posted", [])
    assert sums(known) == {} and balance(known) == 0
    assert table(known, voucher)[0].uses == 0
    assert station.push() == station.push()
    assert sums(known) == {} and len(table(known, reversal_fact)) == 1


@on("sqlite")
def test_returns_come_to_what_a_void_would_and_a_use_comes_back_with_the_last(known, station, coupon, homes):
    station.order("o1", amounts=(("COFFEE", 500), ("TEA", 200)), vouchers=(coupon,))
    undo(station, "o1", (2, UNIT))
    undo(station, "o1", (1, 400), earlier=(((2, UNIT),),))
    assert [word for _, word, _ in words(station.push())] == ["posted"] * 4
    assert table(known, voucher)[0].uses == 1 and sums(known)
    undo(station, "o1", (1, 600), earlier=(((2, UNIT),), ((1, 400),)))
    assert words(station.push(5)) == [(5, "posted", [])]
    assert sums(known) == {} and balance(known) == 0 and table(known, voucher)[0].uses == 0


@on("sqlite")
def test_nothing_comes_back_twice_nor_of_what_is_not_there(known, station, homes):
    station.order("o1")
    undo(station)
    undo(station)
    undo(station, "o1", (1, UNIT))
    undo(station, order_entry="f" * 32)
    found = words(station.push())
    assert [codes for _, _, codes in found] == [[], [], ["UNDONE_TWICE"], ["UNDONE_TWICE"], ["NO_SUCH_ORDER"]]
    assert {word for _, word, codes in found if codes} == {"quarantined"}
    assert balance(known) == 0 and sums(known) == {}


@on("sqlite")
def test_the_same_reversal_from_another_entry_is_set_aside(known, station, homes):
    station.order("o1")
    record = undo(station, "o1", (1, UNIT))
    undo(station, "o1", (2, UNIT), earlier=(((1, UNIT),),), reversal_id=record["reversal_id"])
    assert words(station.push())[-1] == (3, "quarantined", ["ENTRY_ID_TAKEN"])


@on("sqlite")
def test_another_store_undoes_nothing(known, station, homes):
    station.order("o1")
    station.push()
    other = enrol_station(known, "S2")
    record = undo(station.copy())
    other.append("void", {**record, "store": "S2"})
    assert words(other.push()) == [(1, "quarantined", ["NO_SUCH_ORDER"])]
    assert balance(known) == 7


@on("sqlite")
def test_a_void_of_an_order_that_comes_to_be_posted_later_is_judged_again(hq, station, homes):
    later = program_body(2, name="Later")
    program = read_program(later)
    station.order("o1", program=program)
    undo(station, program=program)
    upsert_members(hq, [MemberFacts(REF)])
    assert [codes for _, _, codes in words(station.push())] == [["UNKNOWN_PROGRAM"], ["NO_SUCH_ORDER"]]
    publish(hq, later)
    assert judge_all_again(hq) == 2
    assert balance(hq) == 0 and sums(hq) == {}


@on("sqlite")
def test_a_station_that_says_it_gives_back_more_is_flagged_and_not_followed(known, station, homes):
    station.order("o1")
    undo(station, points_back=500, points=90)
    (_, (seq, word, codes)) = words(station.push())
    assert (seq, word, codes) == (2, "posted_flagged", ["REPLAY_DIFFERS"])
    assert balance(known) == 0


@on("sqlite")
def test_points_that_were_spent_meanwhile_are_owed_and_no_spender_is_flagged(hq, station, homes):
    upsert_members(hq, [MemberFacts(REF)])
    program = publish(hq, program_body(2, campaigns=[rewards()]))
    station.order("o1", amounts=(("MILK", 6000),), program=program)
    there = Member(ref=REF, is_known=True, balance=60)
    spent = shown("", rule="r50")
    station.order(
        "o2",
        amounts=(("MILK", 900),),
        at_ms=NOW_MS + MINUTE_MS,
        program=program,
        vouchers=(spent,),
        member=there,
    )
    station.push()
    assert balance(hq) == 60 - 50 + 6
    undo(station, "o1", (1, UNIT), program=program, t_eff=NOW_MS + 2 * MINUTE_MS)
    assert words(station.push(4)) == [(4, "posted", [])]
    assert balance(hq) == -44
    # Who spends later is the one who takes what is no more there; the first spender had enough.
    station.order(
        "o3",
        amounts=(("MILK", 900),),
        at_ms=NOW_MS + 3 * MINUTE_MS,
        program=program,
        vouchers=(spent,),
        member=there,
    )
    assert [codes for _, _, codes in words(station.push(5))] == [[], ["OVERSPENT"]]
    undo(station, "o3", program=program, t_eff=NOW_MS + 4 * MINUTE_MS)
    assert words(station.push(7)) == [(7, "posted", [])]
    assert balance(hq) == -44 and (OVERSPENT, POINTS) not in sums(hq)
    assert [each.state for each in list_cases(hq)] == []


# --- limits and leases ------------------------------------------------------------------------------------------------


@on("sqlite")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_who_was_beyond_a_limit_is_not_once_another_is_undone(hq, homes, order):
    """Three shops give a gift of which there are two; whichever is undone, and whoever comes first."""
    program = publish(hq, gift_program(offline="always", limits={"uses": 2, "members": 2}))
    shops = [enrol_station(hq, store) for store in ("S1", "S2", "S1")]
    for n, shop in enumerate(shops):
        ref = f"000000000000{n}"
        upsert_members(hq, [MemberFacts(ref)])
        at_ms = NOW_MS + n * MINUTE_MS
        shop.order(
            f"g{n}",
            amounts=(("TEA", 500),),
            ref=ref,
            at_ms=at_ms,
            program=program,
            known={"uses:gifts": 0, "members:gifts": 0, "member_counted:gifts": 0},
        )
    for n in order:
        shops[n].push()
    assert len(list_cases(hq)) == 1
    first = shops[order[0]]
    undo(first, f"g{order[0]}", program=program)
    assert words(first.push(2)) == [(2, "posted", [])]
    assert list_cases(hq) == []
    counted = {row.key: row.n for row in table(hq, campaign_counter)}
    assert counted["uses:gifts"] == 2 and counted["members:gifts"] == 2
    assert sum(row.n for row in table(hq, member_use)) == 2
    claims = table(hq, claim)
    assert not any(row.beyond for row in claims)
    assert {row.scope: row.device for row in claims}.keys() == {"uses:gifts", "members:gifts"}
    assert first.owner.device_id not in {row.device for row in claims} and len(claims) == 4
    assert (OVERSPENT, "USD") not in sums(hq)


@on("sqlite")
def test_what_comes_back_goes_to_its_lease_or_to_what_is_left(hq, station, homes):
    program = publish(hq, gift_program(uses=20))
    (held,) = ask(station).leases
    use(station, program, held, times=2)
    station.push()
    given, out = books(hq)
    names = [each.data["order_id"] for each in map(read_entry, station.bodies)]
    undo(station, names[0], program=program)
    station.push(3)
    assert books(hq) == (given - 1, out + 1)  # the station has it again
    close(station, held, 1)
    undo(station, names[1], program=program)
    assert words(station.push(4)) == [(4, "posted", []), (5, "posted", [])]
    assert books(hq) == (0, 0)  # nobody has it, and head office may give it


# --- people -----------------------------------------------------------------------------------------------------------


@on("sqlite")
def test_what_needed_a_manager_is_flagged_without_one(known, station, homes):
    ben = add_person(known, store_id="S1", name="Ben", role=Role.CASHIER, pin="7392").staff_id
    eva = add_person(known, store_id="S1", name="Eva", role=Role.MANAGER, pin="739215").staff_id
    cem = add_person(known, store_id="S1", name="Cem", role=Role.CASHIER, pin="7392", member=REF).staff_id
    later = NOW_MS + 11 * MINUTE_MS
    ways = [
        ({"t_eff": later}, ["UNAPPROVED"]),
        ({"t_eff": later, "approver": eva}, []),
        ({"t_eff": later, "approver": ben}, ["SELF_DEAL", "UNAPPROVED"]),
        ({"t_eff": later, "cashier": eva}, []),
        ({"cashier": cem}, ["SELF_DEAL", "UNAPPROVED"]),
        ({"t_eff": later, "approver": cem}, ["SELF_DEAL", "UNAPPROVED"]),
        ({"t_eff": NOW_MS + 31 * 24 * 60 * MINUTE_MS, "approver": eva}, ["UNAPPROVED"]),
        ({}, []),
    ]
    for n in range(len(ways)):
        station.order(f"o{n}", cashier=ben)
    for n, (said, _) in enumerate(ways):
        undo(station, f"o{n}", **said)
    found = words(station.push())[len(ways) :]
    assert [sorted(codes) for _, _, codes in found] == [sorted(codes) for _, codes in ways]
    assert balance(known) == 0


@on("sqlite")
def test_who_voids_much_of_what_they_redeem_is_told_of(known, station, coupon, homes):
    ben = add_person(known, store_id="S1", name="Ben", role=Role.CASHIER, pin="7392").staff_id
    eva = add_person(known, store_id="S1", name="Eva", role=Role.CASHIER, pin="7392").staff_id
    (many,) = create_vouchers(known, [NewVoucher(VOUCHER_RULE)])
    card = shown(hash_number(many))
    for n in range(30):
        station.order(f"e{n}", cashier=eva, vouchers=(card,))
    for n in range(5):
        station.order(f"b{n}", cashier=ben, vouchers=(card,))
    station.push()
    before = len(station.bodies)
    for n in range(5):
        undo(station, f"b{n}")
        undo(station, f"e{n}")
    found = words(station.push(before + 1))
    flagged = [seq for seq, _, codes in found if "OFTEN_UNDONE" in codes]
    assert flagged == [before + 7, before + 9]  # the fourth and fifth of Ben; Eva's 5 of 30 are slips
    assert [
        (each.at_till, each.redeemed, each.voids, each.percent) for each in void_figures(known, days=7)
    ] == [
        (ben, 5, 5, 100),
        (eva, 30, 5, 16),
    ]


@on("sqlite")
def test_an_order_of_a_member_who_was_erased_is_undone_into_nobodys_account(known, station, homes):
    station.order("o1")
    station.push()
    erase_member(known, REF)
    undo(station)
    assert words(station.push(2)) == [(2, "posted_flagged", ["MEMBER_ERASED"])]
    assert (account(REF), POINTS) not in sums(known)


@on("sqlite")
def test_a_void_that_comes_after_a_later_spender_flags_who_spent_what_was_no_more_there(hq, station, homes):
    """The order came alone, the line was cut, and somebody spent its points elsewhere, later than the void."""
    upsert_members(hq, [MemberFacts(REF)])
    program = publish(hq, program_body(2, campaigns=[rewards()]))
    station.order("o1", amounts=(("MILK", 6000),), program=program)
    station.push()
    other, there = enrol_station(hq, "S2"), Member(ref=REF, is_known=True, balance=60)
    at_ms = NOW_MS + 5 * MINUTE_MS
    spent = shown("", rule="r50")
    other.order("o2", amounts=(("MILK", 300),), at_ms=at_ms, program=program, vouchers=(spent,), member=there)
    assert [codes for _, _, codes in words(other.push())] == [[], []]
    undo(station, program=program)
    assert words(station.push(2)) == [(2, "posted", [])]
    assert words(other.push())[-1] == (2, "posted_flagged", ["OVERSPENT"])
    assert balance(hq) == -50 and sums(hq)[OVERSPENT, POINTS] == 50
