"""Every page of the console in Chromium: how heavy it is, when it is painted, and with `--out` a picture of each.

    python -m bench console --out DIR [--only TEXT] [--width 768]

The list of pages comes from the route table, what they show from a demo. Pictures are in English and Korean, light and
dark; each first paint is the better one of two, since the first of all starts the browser's own processes.
"""

import argparse
import re
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from app.demo.journey import Selection
from bench._console import Visitor, addresses, browsing, demo_hq
from bench._report import Line
from hq.home import Hq
from hq.web import create_app

SIZE_MAX, PAINT_MS_MAX = 300 * 1024, 1_500
LANGUAGES, THEMES = ("en", "ko"), ("light", "dark")


def run(words: list[str]) -> list[Line]:
    """Measure, and draw where a folder is named."""
    parser = argparse.ArgumentParser(prog="python -m bench console")
    parser.add_argument("--out", type=Path, help="folder for the pictures")
    parser.add_argument("--only", default="", help="pages whose address holds this")
    parser.add_argument("--width", type=int, default=1280)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="tillside-console-") as folder:
        hq = demo_hq(Path(folder) / "demo", Selection())
        try:
            with _serving(hq) as url, browsing(url, width=asked.width) as visitor:
                visitor.sign_in()
                there = [each for each in addresses(hq)[0] if asked.only in each]
                return _look(visitor, there, asked.out)
        finally:
            hq.close()


def _look(visitor: Visitor, there: list[str], out: Path | None) -> list[Line]:
    lines = []
    for address in there:
        seen = visitor.visit(address)
        again = visitor.visit(address).paint_ms
        painted = tuple(each for each in (seen.paint_ms, again) if each is not None)
        value = min(painted, default=None)
        lines.append(Line(f"{address} size", "KiB", (seen.size / 1024,), limit=SIZE_MAX / 1024))
        lines.append(Line(f"{address} painted", "ms", painted, value=value, limit=PAINT_MS_MAX))
    print(f"{len(there)} pages measured", file=sys.stderr)
    if out is not None:
        _draw_all(visitor, there, out)
    return lines


def _draw_all(visitor: Visitor, there: list[str], out: Path) -> None:
    for language in LANGUAGES:
        visitor.speak(language)
        for address in there:
            visitor.visit(address)
            for theme in THEMES:
                visitor.wear(theme)
                _draw(visitor, out / f"{language}-{theme}", address)
        print(f"{language}: {len(there)} pages drawn", file=sys.stderr)


def _draw(visitor: Visitor, folder: Path, address: str) -> None:
    """Draw a page as somebody with a window as high as the page would see it, the whole navigation too."""
    folder.mkdir(parents=True, exist_ok=True)
    page = visitor.page
    width, height = page.evaluate("[innerWidth, Math.max(900, document.documentElement.scrollHeight)]")
    page.set_viewport_size({"width": width, "height": height})
    name = re.sub(r"[^0-9A-Za-z]+", "-", address.removeprefix("/console")).strip("-") or "first"
    page.screenshot(path=folder / f"{name[:80]}.png", animations="disabled")
    page.set_viewport_size({"width": width, "height": 900})


@contextmanager
def _serving(hq: Hq) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_app(hq), log_config=None, lifespan="off"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
