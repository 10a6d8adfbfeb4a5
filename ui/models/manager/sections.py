"""Every section of the manager's pages in the order of the rail; one line for each.

Its page stands in ui/manager/pages.py, its title in ui/texts_sections.py.
"""

from ui.models.manager.day import EndOfDay
from ui.models.manager.devices import Devices
from ui.models.manager.exceptions import Exceptions
from ui.models.manager.export import Export
from ui.models.manager.redemptions import Redemptions
from ui.models.manager.section import Section
from ui.models.manager.staff import Staff
from ui.models.manager.today import Today

SECTIONS: tuple[type[Section], ...] = (Today, Redemptions, Exceptions, EndOfDay, Staff, Devices, Export)
