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
from hq.phone.service import new_link
from hq.stores.pairing import new_pairing
from hq.web import create_app
from tests.hq.api.things import a_member, api_routes, fill
from tests.hq.server import serving_app
from tests.hq.station import URL, enrol_station, pairing_token

ENOUGH = 10_000_000  # requests a minute: how many are let through has a test of its own
TOKENS = 400  # that are good once, for new stations and for phones
HOOKS = "tests.hq.api.schemathesis_hooks"


@contextmanager
def serving_all(hq):
    """Serve an HQ with one of everything; give its address, and who asks: see `schemathesis_hooks`."""
    app = create_app(hq)
    app.state.rates = Rates(per_minute=ENOUGH)
    ids = fill(hq, api_routes(app))
    _, key = create_key(hq, SYSTEM, name="schemathesis", scopes=tuple(Scope))
    station = enrol_station(hq, "S1")
    manifest = orjson.loads(station.session.manifest().body)
    known = {"device_id": station.owner.device_id, "name": manifest["files"][0]["name"]}
    holder = a_member(hq)  # nobody else asks for this one, to erase it for instance
    given = {
        "ids": ids | {f"stations.{name}": value for name, value in known.items()},
        "feed": {"set_id": manifest["set_id"], "cursor": manifest["cursor"]},
        "key": key,
        "station": {
            "device_id": station.owner.device_id,
            "epoch": station.owner.epoch,
            "seed": station.key.private_bytes_raw().hex(),
            "seq": station.base.seq,
            "last": station.base.hash.hex(),
        },
        "pairings": [pairing_token(new_pairing(hq, store_id="S2", url=URL).text) for _ in range(TOKENS)],
        "links": [new_link(hq, holder, url=URL).url.partition("#")[2] for _ in range(TOKENS)],
    }
    app.openapi()  # once, and before anybody waits for it: it takes seconds
    with serving_app(app) as web:
        yield web.url, given


def ask_all(url, given, *, examples, cwd, options=()):
    """Run Schemathesis with all its checks; return how it ended and what it said."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--checks", "all",
        "--max-examples", str(examples), "--generation-deterministic", "--continue-on-failure", "--no-color",
        "--warnings", "off", "--suppress-health-check", "all", *options,
    ]  # fmt: skip
    root = str(Path(__file__).parents[3])
    known = {
        "SCHEMATHESIS_HOOKS": HOOKS,
        "TILLSIDE_GIVEN": orjson.dumps(given).decode(),
        "PYTHONPATH": root,
    }
    ended = subprocess.run(
        command, cwd=cwd, env=os.environ | known, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr
