"""`tillside scan --camera`: each code that a camera sees, a line of JSON, and how the camera is in words beside it."""

import json
import os
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from app.clock import Clock, SystemClock
from app.terminal import say

if TYPE_CHECKING:
    from app.config import Config
    from scanner.source import Scanned

WORDS: Final = {
    "on": "Camera {camera} gives a picture. Ctrl-C ends.",
    "missing": "There is no camera {camera}. It is looked for every two seconds; Ctrl-C ends.",
    "busy": "Camera {camera} gives no picture: another program may be using it. It is tried again; Ctrl-C ends.",
    "forbidden": "Camera {camera} is there, but this user may not use it. It is tried again; Ctrl-C ends.",
}


def watch(config: "Config") -> None:
    """Print what the camera of the settings sees, until Ctrl-C."""
    from scanner.camera import Camera, Setup, device_of, size_of

    clock = SystemClock()
    camera = Camera(
        device_of(config.camera),
        on_text=lambda scanned: print(json.dumps(_line(scanned, clock), ensure_ascii=False), flush=True),
        on_state=lambda word: say(WORDS[word].format(camera=config.camera)),
        setup=Setup(size=size_of(config.camera_size)),
    )
    try:
        camera.start()
        threading.Event().wait()
    except KeyboardInterrupt:
        camera.stop()
        if camera.is_running:  # lost in a library, which would tell of all it holds as Python ends around it
            sys.stdout.flush()
            os._exit(0)


def _line(scanned: "Scanned", clock: Clock) -> dict[str, Any]:
    at = datetime.fromtimestamp(clock.now_ms() / 1000, tz=UTC)
    return {
        "text": scanned.text,
        "format": scanned.format,
        "aim": scanned.aim,
        "corners": [list(corner) for corner in scanned.corners or ()],
        "time": at.isoformat(timespec="milliseconds"),
    }
