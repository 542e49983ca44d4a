"""Owns finding the identities that figures have to meet: by structure and by declared law, never cell by cell.

Of every figure a quantity is made, and of those it presupposes (the level a year before its growth, the balance before
an increment, the rate of the day) quantities that nobody printed.
"""

from collections.abc import Sequence

from provfin.audit.breakdowns import link_breakdowns
from provfin.audit.changes import link_comparisons, link_growth, link_increments, link_running_totals
from provfin.audit.currencies import link_currencies
from provfin.audit.figures import Figure
from provfin.audit.laws import Laws
from provfin.audit.network import Network
from provfin.audit.quantities import Quantities
from provfin.audit.shares import link_ranges, link_shares
from provfin.audit.wholes import link_orders, link_sums, link_wholes

# Those that presuppose quantities come before those that look for them.
_LINKS = (
    link_increments, link_growth, link_currencies, link_shares, link_sums, link_breakdowns, link_wholes, link_orders,
    link_ranges, link_running_totals, link_comparisons,
)  # fmt: skip


def build_network(figures: Sequence[Figure], laws: Laws) -> Network:
    """Return the quantities of a report and all the constraints between them."""
    quantities = Quantities(figures, laws)
    quantities.place_figures()
    for link in _LINKS:
        link(quantities)
    return quantities.network
