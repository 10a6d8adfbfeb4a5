"""A body whose line is cut is the line's doing and no bug of ours."""

import asyncio

import pytest
from fastapi import Request

from hq.bodies import read_body
from hq.faults import Malformed


def test_a_line_that_is_cut_within_a_body_is_no_bug() -> None:
    comes = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])

    async def receive():
        return next(comes)

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(Malformed):
        asyncio.run(read_body(request))
