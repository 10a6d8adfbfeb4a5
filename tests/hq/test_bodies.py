"""A body whose line is cut is the line's doing and no bug of ours."""

import asyncio

import pytest
from fastapi import Request

from hq.bodies import Form, read_body
from hq.faults import Malformed
from sync.authority_wire import LeaseRequest


def test_a_line_that_is_cut_within_a_body_is_no_bug() -> None:
    comes = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])

    async def receive():
        return next(comes)

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(Malformed):
        asyncio.run(read_body(request))


def test_a_number_without_a_fraction_is_whole_however_it_is_written() -> None:
    form = Form(LeaseRequest)
    asked = form.read(b'{"epoch": 1.0, "program_version": 2e1, "held": [["L1", 5.0]]}')
    assert (asked.epoch, asked.program_version, asked.held) == (1, 20, [("L1", 5)])
    for body in (
        b'{"epoch": 1.5, "program_version": 2}',
        b'{"epoch": -1.0, "program_version": 2}',
        b"[" * 9_999,
    ):
        with pytest.raises(Malformed):
            form.read(body)
