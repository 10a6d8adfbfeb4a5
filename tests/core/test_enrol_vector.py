"""The box of a new member of docs/protocol.md's test vector: by our code, and by the page and RFC 9180 alone."""

import hashlib
import json

import pytest

from app.core.personal import box_info, read_personal
from app.core.sealed import NotOpened, open_sealed
from tests.core.test_pepper_vector import BOX, VALUES, opened_by_the_rfc, raw


def test_our_code_opens_what_the_page_says() -> None:
    info = box_info(VALUES["joined_ref"])
    said = read_personal(open_sealed(BOX, raw("joined_box"), info=info))
    assert (said.name, said.phone, said.email, said.birthday) == (
        "Käthe Brandt",
        "+491705550123",
        "",
        "05-17",
    )


def test_the_page_and_the_rfc_alone_open_it() -> None:
    content = opened_by_the_rfc(raw("joined_box"), f"TS-enrol1\n{VALUES['joined_ref']}".encode())
    assert content == VALUES["joined_said"].encode() and json.loads(content)["birthday"] == "05-17"
    assert hashlib.sha256(raw("joined_box")).hexdigest() == VALUES["joined_box_hash"]


def test_it_opens_for_no_other_member() -> None:
    with pytest.raises(NotOpened):
        open_sealed(BOX, raw("joined_box"), info=box_info("0" * 13))
