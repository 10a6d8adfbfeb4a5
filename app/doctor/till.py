"""The shop's till: whether it finds the station's API, and whether its token is the owner's alone."""

import http.client
import json

from app.config import Config
from app.doctor.finding import Finding, Level
from app.till_api.token import FILE, IS_POSIX, OTHERS

WAIT_S = 2.0
ANSWER_BYTES_MAX = 10_000
OTHER_PORT = "Choose another port: tillside station till-api --port …"


def check_till(config: Config) -> Finding:
    """Look who answers at the till's port. Nothing is handed over."""
    port, token = config.till_port, config.state_dir / FILE
    if port is None:
        return Finding("till", Level.NOTE, "Its API is off, so amounts are typed.")
    if IS_POSIX and token.exists() and token.stat().st_mode & OTHERS:
        return Finding(
            "till",
            Level.WARN,
            f"Others can read {token}.",
            "Make another one: tillside station till-api --new-token",
        )
    if port == 0:
        return Finding("till", Level.OK, "Its API takes any port that is free; the station says which.")
    try:
        is_ours = _is_ours(port)
    except ConnectionRefusedError:
        return Finding("till", Level.OK, f"Port {port} is free: its API is there while the station runs.")
    except (OSError, http.client.HTTPException, ValueError):
        is_ours = False
    if is_ours:
        return Finding("till", Level.OK, f"Its API answers at port {port}. Its token is in {token}.")
    return Finding("till", Level.WARN, f"Another program has port {port}.", OTHER_PORT)


def _is_ours(port: int) -> bool:
    """Tell whether a station answers there: it asks for its token."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    try:
        line.request("GET", "/v1/health")
        told = json.loads(line.getresponse().read(ANSWER_BYTES_MAX))
        return isinstance(told, dict) and told.get("type") == "urn:tillside:problem:no_token"
    finally:
        line.close()
