"""Owns what pages need of a release that takes long to make: it is made when a server starts, before a reader waits."""

from provfin.web.explore.figures import load_units
from provfin.web.explore.holdings import load_holdings
from provfin.web.explore.quality.rulebook import load_rulebook
from provfin.web.explore.search.names import load_names
from provfin.web.explore.series.register import load_register
from provfin.web.problems import KNOWN
from provfin.web.site import Site

_MAKERS = (load_units, load_holdings, load_names, load_register, load_rulebook)


async def make_ready(site: Site) -> None:
    """Make what pages need; what cannot be made now is made, or told to be missing, when a page asks for it."""
    for make in _MAKERS:
        try:
            await site.once(make)
        except KNOWN:
            return
