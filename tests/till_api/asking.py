"""A till as tests write one: real requests on a real socket, whatever they say."""

import http.client
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WAIT_S = 40

Said = dict[str, Any]


@dataclass
class Reply:
    status: int
    said: Said
    headers: dict[str, str] = field(default_factory=dict)


class Till:
    """Asks the API of a station; `token` is that of the file as it is now, unless told otherwise."""

    def __init__(self, url: str, token_path: Path) -> None:
        self.port = int(url.rpartition(":")[2])
        self.token_path = token_path

    def ask(
        self, method: str, path: str, said: object = None, *, body: bytes | None = None, **headers: str | None
    ) -> Reply:
        """Ask something. `headers` are written with `_` for `-`; None leaves one out."""
        token = self.token_path.read_text("ascii").strip()
        usual: dict[str, str | None] = {"authorization": f"Bearer {token}"}
        if said is not None or body is not None or method in ("POST", "PUT"):
            usual["content-type"] = "application/json"
        told = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        sent = json.dumps(said).encode() if body is None and said is not None else body
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            line.putrequest(method, path, skip_host="host" in told, skip_accept_encoding=True)
            for name, value in told.items():
                if value is not None:
                    line.putheader(name, value)
            if sent is not None:
                line.putheader("content-length", str(len(sent)))
            line.endheaders(sent)
            answer = line.getresponse()
            text = answer.read()
            return Reply(
                answer.status,
                json.loads(text) if text else {},
                {k.lower(): v for k, v in answer.getheaders()},
            )
        finally:
            line.close()

    def hang_up(self, path: str) -> None:
        """Ask something, and hang up before it is answered."""
        token = self.token_path.read_text("ascii").strip()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        line.request("GET", path, headers={"authorization": f"Bearer {token}"})
        line.close()
        self.ask("GET", "/v1/health")  # by then it was heard

    def put(self, order_id: str, order: object) -> Reply:
        return self.ask("PUT", f"/v1/orders/{order_id}", order)

    def get(self, order_id: str, query: str = "") -> Reply:
        return self.ask("GET", f"/v1/orders/{order_id}{query}")

    def void(self, order_id: str, **said: str) -> Reply:
        return self.ask("POST", f"/v1/orders/{order_id}/void", said)


def coffee(amount: int = 499, **more: Any) -> Said:
    """Return an order of a coffee."""
    return {"currency": "USD", "lines": [{"sku": "coffee", "amount": amount}]} | more
