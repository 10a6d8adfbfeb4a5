"""Enrolling a member at the station: what is refused and how it is said, what is recorded, and what they may have."""

from base64 import b64encode

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.core.document import DocumentInvalid, Place
from app.core.entry import ENROL
from app.core.keyset import KeyState
from app.core.personal import Personal, box_info, read_personal
from app.core.sealed import open_sealed
from app.headless_lines import read_joining
from app.ids import new_ref
from app.station.enrol import CONSENTS_MAX, Consent, Enrolled, NotEnrolled, as_typed, enrol
from app.store.enrolments import Box
from tests.builders import a_keyset, a_member, put_document
from tests.station.rights import Till, asking

PHONE = "0301234567"
YES = Consent("mail", "1", "en", is_given=True)
NOT_A_WORD = Consent("mail to Zenobia", "1", "en", is_given=True)
BOX_KEY = X25519PrivateKey.from_private_bytes(bytes([6]) * 32)


def box_keys(*kids: str, state: str = KeyState.GOOD) -> bytes:
    public = b64encode(BOX_KEY.public_key().public_bytes_raw()).decode()
    keys = orjson.loads(a_keyset())
    for n, kid in enumerate(kids):
        keys["keys"].append({"kid": kid, "use": "box", "pub": public, "nbf_ms": n, "state": state})
    return orjson.dumps(keys)


@pytest.fixture
def till(store):
    put_document(store, "keyset", box_keys("b9", "b10"))
    return store


def join(store, ref: str = "", **typed) -> Enrolled | NotEnrolled:
    return enrol(store, as_typed(ref or new_ref(), **typed), link="offline")


def test_the_entry_names_nobody_and_the_box_only_hq_can_open(till):
    found = join(till, name="Zenobia Quixote", phone="+49 170 5550123", consents=(YES,))
    (entry,) = till.journal.entries()
    ref = found.member.member.ref
    assert (entry.type, entry.data["member"], entry.data["kid"]) == (ENROL, ref, "b10"), "the newest key"
    assert entry.data["consents"] == [
        {"what": "mail", "version": "1", "language": "en", "yes": True, "at_ms": entry.data["t_eff"]}
    ]
    assert "Zenobia" not in str(entry) and "5550123" not in str(entry) and found.number not in str(entry)
    (box,) = till.enrolments.waiting(from_seq=1, to_seq=1, most=9, with_earlier=False)
    said = read_personal(open_sealed(BOX_KEY, box.box, info=box_info(ref)))
    assert said == Personal("Zenobia Quixote", "+491705550123")
    till.journal.verify()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({}, NotEnrolled.NOBODY),
        ({"name": "Zenobia"}, NotEnrolled.NOBODY),
        ({"phone": "12"}, NotEnrolled.PHONE),
        ({"email": "z at q"}, NotEnrolled.EMAIL),
        ({"phone": PHONE, "name": "7"}, NotEnrolled.NAME),
        ({"phone": PHONE, "birthday": "17.5."}, NotEnrolled.BIRTHDAY),
        ({"number": "M123"}, NotEnrolled.NUMBER),
        ({"number": "V0000000000000"}, NotEnrolled.NUMBER),
        ({"phone": PHONE, "consents": (NOT_A_WORD,)}, NotEnrolled.CONSENT),
        ({"ref": "zenobia", "phone": PHONE}, NotEnrolled.REFERENCE),
        ({"phone": PHONE, "consents": (YES,) * (CONSENTS_MAX + 1)}, NotEnrolled.CONSENT),
    ],
)  # fmt: skip
def test_what_can_not_be_is_said_and_nothing_is_recorded(till, typed, why):
    assert join(till, **typed) is why
    assert (till.journal.head().seq, till.enrolments.count()) == (0, 0)
    assert why.sentence.endswith(".") and why.code


def test_a_card_that_is_somebodys_is_refused(till):
    other = a_member(till, seed=7)
    assert join(till, number=other.number) is NotEnrolled.TAKEN
    first = join(till, phone=PHONE)
    assert join(till, number=first.number) is NotEnrolled.TAKEN, (
        "one that was given here, which HQ may not know yet"
    )
    assert till.journal.head().seq == 1


def test_enter_pressed_twice_makes_one_member(till):
    ref = new_ref()
    first, second = join(till, ref, phone=PHONE), join(till, ref, phone=PHONE)
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert (till.journal.head().seq, till.enrolments.count()) == (1, 1)
    assert second.member.member.ref == first.member.member.ref == ref


@pytest.mark.parametrize(
    "keyset", [box_keys(), box_keys("b1", state=KeyState.RETIRED), box_keys("b1", state="revoked")]
)
def test_without_a_key_nothing_personal_is_taken(store, keyset):
    put_document(store, "keyset", keyset)
    assert join(store, phone=PHONE) is NotEnrolled.NO_KEY
    assert store.journal.head().seq == 0


def test_entry_and_box_are_recorded_both_or_neither(till, monkeypatch):
    monkeypatch.setattr("app.store.enrolments.Enrolments.keep", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        join(till, phone=PHONE)
    monkeypatch.undo()
    assert (till.journal.head().seq, till.enrolments.count()) == (0, 0)


def test_a_box_is_never_changed(till):
    join(till, phone=PHONE)
    (box,) = till.enrolments.waiting(from_seq=1, to_seq=1, most=1, with_earlier=False)
    with till.atomic():
        till.enrolments.keep([Box(box.member, "b1", b"other")], seq=1)
    assert till.enrolments.waiting(from_seq=1, to_seq=1, most=1, with_earlier=False) == [box]


def test_a_new_member_spends_what_the_policy_allows_somebody_hq_does_not_know(tmp_path):
    """Nothing that costs points, and nothing that needs a lease; by a floor limit what a plain number is worth."""
    campaigns = [
        asking("lease", id="leased", rule={"id": "leased-1"}),
        asking("floor", id="floored", rule={"id": "floored-1"}),
    ]
    shop = Till(tmp_path / "store", *campaigns)
    put_document(shop.store, "keyset", box_keys("b1"))
    found = join(shop.store, phone=PHONE)
    vouchers = [
        shop.voucher(seed=n, rule_id=rule, uses_max=9)
        for n, rule in enumerate(("leased-1", "floored-1"), start=1)
    ]
    leased, floored = (shop.sell(each, member=found.member)[0] for each in vouchers)
    assert not leased.is_approved and floored.is_approved
    assert (floored.auth.kind, floored.auth.ref) == ("floor", "A1")
    shop.store.close()


def test_the_headless_line(till):
    place = Place(
        "line",
        {
            "phone": PHONE,
            "consents": [{"what": "mail", "version": "1", "language": "en", "yes": True}],
        },
    )
    joining = read_joining(place)
    assert joining.said == Personal(phone=PHONE) and len(joining.member) == 13
    assert joining.consents == (YES,)
    assert read_joining(Place("line", {"email": "z"})) is NotEnrolled.EMAIL
    for wrong in ({"fone": "1"}, {"phone": 1}, {"phone": PHONE, "consents": ["mail"]}):
        with pytest.raises(DocumentInvalid):
            read_joining(Place("line", wrong))
