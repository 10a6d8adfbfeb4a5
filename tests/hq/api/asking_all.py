"""Schemathesis asks a real server whatever the API's own document allows, and much that it doesn't."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import orjson

from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import Scope
from hq.api.rates import Rates
from hq.web import create_app
from tests.hq.api.things import api_routes, fill
from tests.hq.server import serving_app

ENOUGH = 10_000_000  # requests a minute: how many are let through has a test of its own
HOOKS = "tests.hq.api.schemathesis_hooks"


@contextmanager
def serving_all(hq):
    """Serve an HQ with one of everything; give its address, a key with all rights, and the ids that there are."""
    app = create_app(hq)
    app.state.rates = Rates(per_minute=ENOUGH)
    ids = fill(hq, api_routes(app))
    _, text = create_key(hq, SYSTEM, name="schemathesis", scopes=tuple(Scope))
    app.openapi()  # once, and before anybody waits for it: it takes seconds
    with serving_app(app) as web:
        yield web.url, text, ids


def ask_all(url, text, ids, *, examples, cwd, only=(), options=()):
    """Run Schemathesis with all its checks; return how it ended and what it said."""
    chosen = [part for path in only for part in ("--include-path-regex", path)]
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json",
        "--header", f"Authorization: Bearer {text}", "--checks", "all", "--max-examples", str(examples),
        "--generation-deterministic", "--continue-on-failure", "--no-color", "--warnings", "off",
        "--suppress-health-check", "all", *chosen, *options,
    ]  # fmt: skip
    root = str(Path(__file__).parents[3])
    known = {"SCHEMATHESIS_HOOKS": HOOKS, "TILLSIDE_IDS": orjson.dumps(ids).decode(), "PYTHONPATH": root}
    ended = subprocess.run(
        command, cwd=cwd, env=os.environ | known, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr
