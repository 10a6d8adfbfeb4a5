"""The console's pages of campaigns. Pages with words of their own come before those with an id in the same place."""

from hq.campaigns.pages import wizard, rules, trying, whatif, browse, acts, examples  # noqa: F401, I001 the order of their addresses
from hq.campaigns.pages.noun import pages

__all__ = ["pages"]
