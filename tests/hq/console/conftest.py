"""Somebody at the console's pages, signed in as the first administrator."""

import pytest

from hq.api.rates import Rates
from tests.hq.asking_api import Console
from tests.hq.server import serving


@pytest.fixture
def web(hq):
    with serving(hq) as served:
        yield served


@pytest.fixture
def password(made):
    return made[1].password


@pytest.fixture
def console(web, password):
    known = {"name": "admin", "password": password}
    assert web.post("/console/sign-in", content=known, follow=False).status_code == 303
    signed_in = Console(web)
    assert signed_in.get("/console/me").status_code == 200  # a page that costs less than the one it leads to
    return signed_in


@pytest.fixture(autouse=True)
def counting_sign_ins(monkeypatch):
    """Let one address sign in as often as a test likes; that this is counted has a test of its own."""
    counts = Rates.count_sign_in
    monkeypatch.setattr(Rates, "count_sign_in", lambda self, who: None)
    return counts
