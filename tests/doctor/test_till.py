"""What doctor says of the till's API: whether it can be there, who answers instead, who could read its token."""

import http.server
import socket
import threading
from dataclasses import replace
from pathlib import Path

from app.config import Config
from app.doctor.till import check_till
from app.till_api.token import FILE, make


def found(folder: Path, till_api: str | int) -> tuple[str, str]:
    finding = check_till(replace(Config.embedded(folder), till_api=str(till_api)))
    return str(finding.level), finding.text


def test_a_free_port_and_one_that_another_program_has(tmp_path: Path) -> None:
    assert found(tmp_path, "off")[0] == "note" and found(tmp_path, 0)[0] == "ok"
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    assert found(tmp_path, port) == ("ok", f"Port {port} is free: its API is there while the station runs.")
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as other:
        other.RequestHandlerClass.log_message = lambda *_: None
        threading.Thread(target=other.serve_forever, daemon=True).start()
        assert found(tmp_path, other.server_port) == (
            "warn",
            f"Another program has port {other.server_port}.",
        )
        other.shutdown()


def test_a_token_that_others_can_read(tmp_path: Path) -> None:
    token = Config.embedded(tmp_path).state_dir / FILE
    make(token)
    assert found(tmp_path, 0)[0] == "ok"
    token.chmod(0o640)
    assert found(tmp_path, 0) == ("warn", f"Others can read {token}.")
