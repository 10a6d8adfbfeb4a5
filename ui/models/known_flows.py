"""Every flow of the station; one line for each. Its page stands in ui/station/pages.py, its key in ui/window.py."""

from ui.models.flow import Flow

FLOWS: tuple[type[Flow], ...] = ()
