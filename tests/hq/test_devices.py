"""Epochs, machines that wait, forks, and what people decide about entries that were held."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.chain import ChainOwner, genesis
from app.core.codes import parse
from hq import faults
from hq.journal.held import dismiss, list_held, read_held, waiting_by_device
from hq.journal.posting_held import post_held
from hq.members.service import MemberFacts, upsert_members
from hq.service import DeviceSession, EnrolService
from hq.stores.devices import DeviceState, confirm, devices, list_devices, revoke
from hq.stores.pairing import TOKEN_LIFE_MS, new_epoch_pairing, new_pairing
from hq.tables import journal, member, order_fact, posting
from hq.vouchers.service import NewVoucher, create_vouchers
from sync.protocol import PushAnswer, PushRefusal, PushRefusalKind
from tests.databases import on
from tests.hq.station import NOW_MS, REF, URL, VOUCHER_RULE, Station, enrol_request, pairing_token, voucher
from tests.hq.test_ingest import count, rows, words

FORK, REVOKED, WAITS = (
    PushRefusalKind.FORK,
    PushRefusalKind.EPOCH_REVOKED,
    PushRefusalKind.NOT_CONFIRMED,
)


def enrolled(hq, text, **changes) -> Station:
    key = Ed25519PrivateKey.generate()
    answer = EnrolService(hq).enrol(enrol_request(pairing_token(text), key, **changes))
    assert answer is not None
    owner = ChainOwner(answer.device_id, answer.epoch)
    return Station(hq, owner, key, answer.store.store_id, genesis(owner, answer.nonce))


def again(hq, station, **options) -> Station:
    """Give a station its next epoch."""
    return enrolled(hq, new_epoch_pairing(hq, device_id=station.owner.device_id, url=URL, **options).text)


def waiting(hq, name="till-7") -> Station:
    return enrolled(hq, new_pairing(hq, store_id="S1", url=URL, is_trusted=False).text, name=name)


def state_of(hq, station) -> str:
    return next(each.state for each in devices(hq) if each.owner.device_id == station.owner.device_id)


def sells(station, *order_ids) -> Station:
    for order_id in order_ids:
        station.order(order_id)
    return station


def held_ids(hq, station) -> list[str]:
    return [each.id for each in list_held(hq, device_id=station.owner.device_id)]


def refused(answer, kind) -> PushRefusal:
    assert isinstance(answer, PushRefusal), answer
    assert answer.kind is kind
    return answer


def places(hq) -> list[tuple[str, int, int, str]]:
    return [
        (row.device, row.epoch, row.seq, row.verdict)
        for row in sorted(rows(hq, journal), key=lambda row: (row.device, row.epoch, row.seq))
    ]


# --- waiting --------------------------------------------------------------------------------------------------------


def test_a_machine_that_waits_gets_nothing_and_loses_nothing(hq):
    """F79: whoever photographed the text has a device that a person looks at first."""
    station = sells(waiting(hq), "o1")
    refused(station.push(), WAITS)
    for ask in (station.session.manifest, lambda: station.session.document("program")):
        with pytest.raises(faults.NotConfirmed):
            ask()
    with pytest.raises(faults.NotConfirmed):
        station.session.changes(cursor=0, set_id=hq.set_id)
    assert (count(hq, journal), list_held(hq)) == (0, [])
    confirm(hq, station.owner.device_id)
    assert words(station.push()) == [(1, "posted", [])]
    station.session.manifest()


def test_the_list_names_the_machine_and_the_second_to_come_gets_nothing(hq, clock):
    text = new_pairing(hq, store_id="S1", url=URL, is_trusted=False).text
    clock.set_ms(NOW_MS + TOKEN_LIFE_MS - 1)
    thief = enrolled(hq, text, name="thiefs-phone", hw="armv7")
    assert EnrolService(hq).enrol(enrol_request(pairing_token(text), Ed25519PrivateKey.generate())) is None
    listed = list_devices(hq)[0]
    assert (listed.device_id, listed.state) == (thief.owner.device_id, "waiting")
    assert (listed.name, listed.hw, listed.enrolled_ms) == ("thiefs-phone", "armv7", clock.now_ms())
    revoke(hq, thief.owner.device_id)
    refused(sells(thief, "o1").push(), REVOKED)
    with pytest.raises(faults.NotPossible):
        confirm(hq, thief.owner.device_id)


@on("sqlite")
def test_only_what_waits_is_confirmed(hq, station):
    with pytest.raises(faults.NotPossible):
        confirm(hq, station.owner.device_id)
    with pytest.raises(faults.NotHere):
        confirm(hq, "D0")


# --- epochs ---------------------------------------------------------------------------------------------------------


def test_a_new_epoch_keeps_the_device_and_shuts_the_old_one_out_at_once(hq, station):
    sells(station, "o1", "o2").push()
    text = new_epoch_pairing(hq, device_id=station.owner.device_id, url=URL).text
    assert words(sells(station, "o3").push(3)) == [(3, "posted", [])]  # not before the text is used
    later = enrolled(hq, text)
    assert later.owner == ChainOwner(station.owner.device_id, 2)
    assert later.base != station.base
    answer = refused(sells(station, "o4").push(4), REVOKED)
    assert (answer.kept_seq, answer.wipe) == (4, False)
    assert words(sells(later, "p1").push()) == [(1, "posted", [])]
    assert places(hq) == [
        (station.owner.device_id, epoch, seq, "posted") for epoch, seq in ((1, 1), (1, 2), (1, 3), (2, 1))
    ]


@on("sqlite")
def test_a_new_epoch_of_nobody_is_refused(hq):
    with pytest.raises(faults.NotHere):
        new_epoch_pairing(hq, device_id="D0", url=URL)


@on("sqlite")
def test_a_new_epoch_may_have_to_be_confirmed_too(hq, station):
    later = sells(again(hq, station, is_trusted=False), "o1")
    refused(later.push(), WAITS)
    refused(sells(station, "o2").push(), REVOKED)  # fenced all the same: the text was used
    confirm(hq, later.owner.device_id)
    assert isinstance(later.push(), PushAnswer)


@on("sqlite")
def test_figures_say_of_which_epoch_they_include_entries(hq, station):
    sells(station, "o1", "o2").push()
    later = again(hq, station)
    page = later.session.changes(cursor=0, set_id=hq.set_id)
    assert (page.included_epoch, page.included_seq) == (2, 0)
    sells(later, "o3").push()
    page = later.session.changes(cursor=0, set_id=hq.set_id)
    assert (page.included_epoch, page.included_seq) == (2, 1)


@on("sqlite")
def test_an_old_epoch_gets_no_facts_and_a_request_is_of_the_epoch_that_signed_it(hq, station):
    again(hq, station)
    session = DeviceSession(hq, station.owner.device_id, 1)
    with pytest.raises(faults.Revoked):
        session.manifest()
    with pytest.raises(faults.NotSigned):
        session.push(sells(station, "o1").request(epoch=2))


# --- forks ----------------------------------------------------------------------------------------------------------


def forked(hq, station) -> Station:
    """Let HQ see two histories of a station that was copied at entry 2; return the copy."""
    sells(station, "o1", "o2").push()
    twin = sells(station.copy(), "t3", "t4")
    sells(station, "o3").push(3)
    answer = refused(twin.push(3), FORK)
    assert answer.kept_seq == 4
    return twin


def test_two_histories_fence_the_epoch_for_both(hq, station):
    """F72: nobody knows which one is real, so neither goes on by itself, and both are kept."""
    twin = forked(hq, station)
    assert state_of(hq, station) == DeviceState.FORKED
    refused(sells(station, "o4").push(4), FORK)
    refused(sells(twin, "t5").push(5), FORK)
    assert [(each.from_seq, each.to_seq, each.why) for each in list_held(hq)] == [
        (3, 4, "fork"),
        (4, 4, "fork"),
        (5, 5, "fork"),
    ]
    assert waiting_by_device(hq) == {station.owner.device_id: 4}
    assert count(hq, journal) == 3
    with pytest.raises(faults.Revoked):
        station.session.manifest()


def test_a_person_may_post_both_histories(hq, station):
    twin = forked(hq, station)
    refused(sells(station, "o4").push(4), FORK)
    refused(sells(twin, "t5").push(5), FORK)
    posted = [post_held(hq, held) for held in held_ids(hq, station)]
    name = station.owner.device_id
    assert [(each.place, len(each.results)) for each in posted] == [
        (f"{name}/2", 2),
        (name, 1),
        (f"{name}/2", 1),
    ]
    assert [place[:3] for place in places(hq)] == [
        *((name, 1, seq) for seq in (1, 2, 3, 4)),
        *((f"{name}/2", 1, seq) for seq in (3, 4, 5)),
    ]
    assert {place[3] for place in places(hq)} == {"posted"}
    assert list_held(hq) == []


def test_what_was_posted_is_never_posted_again(hq, station):
    twin = forked(hq, station)
    held = held_ids(hq, station)[0]
    post_held(hq, held)
    before = count(hq, posting)
    with pytest.raises(faults.NotPossible):
        post_held(hq, held)
    refused(twin.push(2), FORK)  # the same entries in another batch
    assert (held_ids(hq, station), count(hq, posting)) == ([], before)
    refused(sells(twin, "o9").push(2), FORK)  # and with one more
    posted = post_held(hq, held_ids(hq, station)[0])
    assert (posted.known, [each.seq for each in posted.results]) == (3, [5])


def test_a_held_push_waits_for_the_one_that_it_goes_on_from(hq, station):
    revoke(hq, station.owner.device_id)
    refused(sells(station, "o1").push(), REVOKED)
    refused(sells(station, "o2").push(2), REVOKED)
    first, second = held_ids(hq, station)
    with pytest.raises(faults.NotPossible, match=f"{first} comes first"):
        post_held(hq, second)
    assert (count(hq, journal), held_ids(hq, station)) == (0, [first, second])
    dismiss(hq, first)
    assert post_held(hq, second).place == f"{station.owner.device_id}/2"


@on("sqlite")
def test_held_pushes_that_overlap_wait_only_for_what_is_missing(hq, station):
    revoke(hq, station.owner.device_id)
    sells(station, "o1", "o2", "o3", "o4")
    for first, last in ((1, 2), (2, 3), (4, 4)):
        refused(station.push(first, last), REVOKED)
    first, second, third = held_ids(hq, station)
    with pytest.raises(faults.NotPossible, match=f"{first} comes first"):
        post_held(hq, second)
    assert [len(post_held(hq, name).results) for name in (first, second, third)] == [2, 1, 1]
    assert {place[0] for place in places(hq)} == {station.owner.device_id}


@on("sqlite")
def test_what_was_dismissed_is_not_posted_unless_somebody_means_it(hq, station):
    revoke(hq, station.owner.device_id)
    refused(sells(station, "o1").push(), REVOKED)
    (held,) = held_ids(hq, station)
    dismiss(hq, held)
    with pytest.raises(faults.NotPossible, match="was dismissed"):
        post_held(hq, held)
    assert count(hq, journal) == 0
    assert len(post_held(hq, held, is_again=True).results) == 1


# --- shut out -------------------------------------------------------------------------------------------------------


def test_what_a_revoked_device_sends_is_kept_whole_and_posted_by_a_person_alone(hq, station):
    """F78: revoked while offline with 200 entries."""
    sells(station, "o0").push()
    revoke(hq, station.owner.device_id)
    sells(station, *(f"o{n}" for n in range(1, 201)))
    answer = refused(station.push(2), REVOKED)
    assert (answer.kept_seq, count(hq, journal)) == (201, 1)
    posted = post_held(hq, held_ids(hq, station)[0])
    assert (len(posted.results), posted.place) == (200, station.owner.device_id)
    assert [place[1:] for place in places(hq)] == [(1, seq, "posted") for seq in range(1, 202)]
    assert devices(hq)[0].head == station.head()
    assert state_of(hq, station) == DeviceState.REVOKED


def test_entries_of_a_replaced_epoch_go_to_their_place_in_it(hq, station):
    sells(station, "o1").push()
    later = sells(again(hq, station), "p1")
    later.push()
    refused(sells(station, "o2").push(2), REVOKED)
    post_held(hq, held_ids(hq, station)[0])
    assert [place[1:] for place in places(hq)] == [(1, 1, "posted"), (1, 2, "posted"), (2, 1, "posted")]
    assert devices(hq)[0].head == later.head()
    refused(sells(station, "o3").push(3), REVOKED)  # and the next ones follow them
    assert post_held(hq, held_ids(hq, station)[0]).place == station.owner.device_id


@on("sqlite")
def test_what_nobody_signed_is_not_posted(hq, station):
    revoke(hq, station.owner.device_id)
    sells(station, "o1")
    request = station.request()
    station.session.push(replace_head(request, sig=bytes(64)))
    with pytest.raises(faults.NotPossible, match="signature"):
        post_held(hq, held_ids(hq, station)[0])
    assert [each.state for each in list_held(hq)] == ["held"]
    dismiss(hq, held_ids(hq, station)[0])
    assert list_held(hq) == []
    assert [each.state for each in list_held(hq, is_open=False)] == ["dismissed"]


def replace_head(request, **changes):
    from msgspec import structs

    return structs.replace(request, head=structs.replace(request.head, **changes))


def test_held_entries_are_shown_as_they_were_sent(hq, station):
    revoke(hq, station.owner.device_id)
    sells(station, "o1").push()
    _, request = read_held(hq, held_ids(hq, station)[0])
    assert request.entries == station.bodies
    for unknown in ("0" * 12, "x", "%" * 12):
        with pytest.raises(faults.NotHere):
            read_held(hq, unknown)


def test_the_word_to_wipe_goes_to_every_epoch_of_the_device(hq, station):
    """F110: also to a copy that still speaks for an epoch of before."""
    later = again(hq, station)
    revoke(hq, station.owner.device_id, wipe=True)
    for each in (sells(station, "o1"), sells(later, "p1")):
        answer = refused(each.push(), REVOKED)
        assert (answer.wipe, answer.kept_seq) == (True, 1)
    later.push(2, wiped=True)
    assert list_devices(hq)[0].wiped_ms == NOW_MS


@on("sqlite")
def test_when_there_is_no_room_nothing_counts_as_kept(hq, station, monkeypatch):
    monkeypatch.setattr("hq.journal.held.HELD_ENTRIES_MAX", 1)
    revoke(hq, station.owner.device_id, wipe=True)
    sells(station, "o1", "o2")
    assert refused(station.push(1, 1), REVOKED).kept_seq == 1
    assert refused(station.push(2, 2), REVOKED).kept_seq == 1
    assert refused(station.push(1, 1), REVOKED).kept_seq == 1
    dismiss(hq, list_held(hq)[0].id)  # what people have decided makes room
    assert refused(station.push(2, 2), REVOKED).kept_seq == 2


@on("sqlite")
def test_entries_are_held_once_in_whatever_batches_they_come(hq, station):
    revoke(hq, station.owner.device_id)
    sells(station, "o1", "o2", "o3")
    station.push(1, 1)
    station.push(2, 3, rows_skipped=4)
    for first, last in ((1, 3), (1, 2), (2, 3), (3, 3)):
        assert refused(station.push(first, last), REVOKED).kept_seq == last
    assert [(each.from_seq, each.to_seq) for each in list_held(hq)] == [(1, 1), (2, 3)]
    other = again(hq, station)
    assert other.owner.epoch == station.owner.epoch + 1
    station.push(1, 3, epoch=station.owner.epoch)
    assert len(list_held(hq)) == 2


def test_an_order_that_was_posted_in_an_earlier_epoch_is_not_posted_again(hq, station):
    """I3: the till hands it in once more, and the new journal knows nothing of the old one's."""
    upsert_members(hq, [MemberFacts(REF, home_store="S1")])
    (number,) = create_vouchers(hq, [NewVoucher(VOUCHER_RULE)])
    shown = (voucher(parse(number, keys={}, now_ms=0).code_hash),)
    station.order("o1", vouchers=shown)
    station.push()
    later = again(hq, station)
    later.order("o1", vouchers=shown)
    later.order("o1", amounts=(("COFFEE", 100),))  # a till that counts from one again
    assert words(later.push()) == [
        (1, "quarantined", ["ENTRY_ID_TAKEN"]),
        (2, "quarantined", ["ENTRY_ID_TAKEN"]),
        (3, "posted", []),
    ]
    assert rows(hq, member)[0].balance == sum(each.points for each in rows(hq, order_fact))
    assert len(rows(hq, order_fact)) == 2
