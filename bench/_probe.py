"""`python -m bench._probe OUT STATION-OPTIONS…`: the station, which writes what was imported by its first paint.

Not timed: it only looks at sys.modules at the moment at which the product itself goes on after its first paint.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.main import main
from ui.application import Application


def look(out: Path) -> None:
    """Write the imported modules before the station opens anything."""
    show = Application.show

    def watched(self: Application, model: Any, *, then: Callable[[], None]) -> None:
        def painted() -> None:
            line = {"t_ms": 0, "event": "window_painted", "modules": sorted(sys.modules)}
            out.write_text(json.dumps(line) + "\n", encoding="utf-8")
            then()

        show(self, model, then=painted)

    Application.show = watched  # type: ignore[method-assign]


if __name__ == "__main__":
    look(Path(sys.argv[1]))
    sys.argv = ["tillside", "station", *sys.argv[2:]]
    main()
