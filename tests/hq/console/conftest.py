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
    signed_in = Console(web)
    assert signed_in.sign_in("admin", password).status_code == 200
    return signed_in


@pytest.fixture(autouse=True)
def counting_sign_ins(monkeypatch):
    """Let one address sign in as often as a test likes; that this is counted has a test of its own."""
    counts = Rates.count_sign_in
    monkeypatch.setattr(Rates, "count_sign_in", lambda self, who: None)
    return counts
