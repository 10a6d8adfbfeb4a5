"""The station as a till sees it: five requests, the same once more whenever nobody has answered."""

import json
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

ANSWER_S = 15.0  # a station that draws or waits for its disk takes less
Told = dict[str, Any]


class StationAway(Exception):
    """Nobody has answered, or the station says that it can't now: nothing is known of what was asked. Ask again."""


class Refused(Exception):
    """The station has said no: `kind` is stable, `told` is how the order stands where the answer says it."""

    def __init__(self, status: int, body: Told) -> None:
        super().__init__(str(body.get("detail", "")))
        self.status = status
        self.kind = str(body.get("type", "")).rpartition(":")[2]
        self.told: Told | None = body.get("order")


class Station:
    """The API of the station beside this till. One thread uses it."""

    def __init__(self, url: str, token_file: Path) -> None:
        """Ask at `url`; the token is read whenever it is wanted, since the station may make a new one."""
        self._host = urlsplit(url).netloc
        self._token_file = token_file
        self._connection: HTTPConnection | None = None

    def health(self) -> Told:
        """Return how the station is."""
        return self._ask("GET", "/v1/health")

    def hand_over(self, order_id: str, order: Told) -> Told:
        """Hand an order over, or once more; return how it stands."""
        return self._ask("PUT", _path(order_id), order)

    def find(self, order_id: str, *, wait_s: float = 0, after: str = "") -> Told:
        """Return how an order stands; with `wait_s` once it is done, or has another revision than `after`."""
        asked = f"?wait_s={wait_s:g}" + (f"&after={quote(after)}" if after else "")
        return self._ask("GET", _path(order_id) + asked, wait_s=wait_s)

    def take_back(self, order_id: str) -> Told:
        """Give an order up."""
        return self._ask("DELETE", _path(order_id))

    def void(self, order_id: str) -> Told:
        """Undo a recorded order."""
        return self._ask("POST", _path(order_id) + "/void", {})

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: Told | None = None, *, wait_s: float = 0) -> Told:
        try:
            status, answer = self._send(method, path, body, wait_s)
        except (OSError, HTTPException, ValueError) as problem:
            self.close()
            raise StationAway(type(problem).__name__) from problem
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise StationAway(str(answer.get("detail", "")))
        if status >= HTTPStatus.BAD_REQUEST:
            raise Refused(status, answer)
        return answer

    def _send(self, method: str, path: str, body: Told | None, wait_s: float) -> tuple[int, Told]:
        headers = {"Authorization": f"Bearer {self._token_file.read_text('ascii').strip()}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._connection is None:
            self._connection = HTTPConnection(self._host)
        self._connection.timeout = ANSWER_S + wait_s
        if self._connection.sock is not None:
            self._connection.sock.settimeout(ANSWER_S + wait_s)
        sent = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, sent, headers)
        with self._connection.getresponse() as response:
            found = json.loads(response.read())
        return response.status, found if isinstance(found, dict) else {}


def _path(order_id: str) -> str:
    return f"/v1/orders/{quote(order_id, safe='')}"
