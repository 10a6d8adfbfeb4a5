"""What a new member says of themselves: what is taken, in which form, and what it is compared by."""

import pytest

from app.core.personal import (
    BOX_BYTES_MAX,
    EMAIL_MAX,
    NAME_MAX,
    Part,
    Personal,
    PersonalInvalid,
    box_info,
    personal,
    read_personal,
    write_personal,
)
from app.core.sealed import seal
from tests.builders import station_keys

LONGEST = Personal("\U0001e900" * NAME_MAX, "+123456789012345", "ж" * 64 + "@" + "ж" * 60 + ".рф", "12-31")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"name": "  Zenobia   Quixote "}, Personal(name="Zenobia Quixote")),
        ({"name": "O’Neil-Šmíd"}, Personal(name="O’Neil-Šmíd")),
        ({"phone": "+49 (170) 555-01.23"}, Personal(phone="+491705550123")),
        ({"email": " Z@Q.example "}, Personal(email="Z@Q.example")),
        ({"birthday": "02-29"}, Personal(birthday="02-29")),
        ({}, Personal()),
    ],
)
def test_what_is_taken(typed, kept):
    assert personal(**typed) == kept
    assert read_personal(write_personal(kept)) == kept


@pytest.mark.parametrize(
    ("part", "typed"),
    [
        *((Part.NAME, text) for text in ("123", "x" * (NAME_MAX + 1), "a\x00b", "a\u202eb")),
        *(
            (Part.PHONE, text)
            for text in ("12345", "+1234567890123456", "call me", "++4917055501", "٠١٢٣٤٥٦٧")
        ),
        *(
            (Part.EMAIL, text)
            for text in (
                "z",
                "z@q",
                "@q.example",
                "z@@q.example",
                "z q@q.example",
                "a" * EMAIL_MAX + "@q.example",
            )
        ),
        *((Part.BIRTHDAY, text) for text in ("2000-05-17", "13-01", "02-30", "5-17", "00-10", "٠٥-١٧")),
    ],
)
def test_what_is_malformed_is_named_and_not_repeated(part, typed):
    with pytest.raises(PersonalInvalid) as caught:
        personal(**{part.value: typed})
    assert caught.value.part is part
    assert typed not in str(caught.value)


def test_what_it_is_compared_by_and_shown_as():
    same = [personal(phone=text).phone_key for text in ("+49 170 5550123", "0049170/5550123")]
    assert len(set(same)) == 1 and personal(phone="0170 5550123").phone_key not in same
    assert personal(email="Z@Q.Example").email_key == personal(email="z@q.example").email_key
    shown = ("", "Zenobia", "Zenobia Quixote", "Ana María de la Cruz")
    assert [personal(name=name).display_name for name in shown] == ["", "Zenobia", "Zenobia Q.", "Ana C."]


def test_the_longest_there_is_fits_into_a_box():
    assert personal(**{part.value: getattr(LONGEST, part) for part in Part}) == LONGEST
    public = station_keys().box.public_key().public_bytes_raw()
    box = seal(public, write_personal(LONGEST), info=box_info("0" * 13))
    assert len(box) < BOX_BYTES_MAX


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"name":1}', b'{"phone":"call me"}', b"\xff"])
def test_a_box_with_something_else_in_it_is_refused(content):
    with pytest.raises(ValueError):  # noqa: PT011 whichever it is
        read_personal(content)
    assert read_personal(b'{"name":"Z","shoe_size":"38"}') == Personal(name="Z"), (
        "what is newer is left alone"
    )
