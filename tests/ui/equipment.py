"""Equipment that only remembers: what was kept, tried and printed, and who listens."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.config import Config
from ui.models.outside import Learner, Plugged


class StillEquipment:
    def __init__(self, *, is_first_run: bool = False, plugged: Plugged = Plugged(), **settings: Any) -> None:  # noqa: B008 frozen
        self.is_first_run = is_first_run
        self.config = replace(Config.embedded(Path("/nowhere")), **settings)
        self.plugged = plugged
        self.kept: list[Mapping[str, Any]] = []
        self.tried: list[object] = []
        self.learner: Learner | None = None

    def keep(self, settings: Mapping[str, Any]) -> None:
        self.kept.append(dict(settings))
        self.config = replace(self.config, **settings)

    def look(self, then: Callable[[Plugged], None]) -> None:
        then(self.plugged)

    def listen(self, learner: Learner | None) -> None:
        self.learner = learner

    def try_camera(self, camera: str) -> None:
        self.tried.append(camera)

    def try_port(self, port: str, baud: int) -> None:
        self.tried.append((port, baud))

    def print_test(self) -> None:
        self.tried.append("print")

    def end_first_run(self) -> None:
        self.is_first_run = False
