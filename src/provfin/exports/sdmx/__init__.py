"""Owns a release in SDMX: structures and data, as SDMX-ML 3.0 and 2.1 and as SDMX-CSV 2.0 (https://sdmx.org).

How the cube of the graph becomes that of SDMX: docs/decisions/0019-sdmx.md. pysdmx brings pandas, which takes longer to
import than all of this package, so only who writes SDMX waits for it. Refuses nothing; what cannot be said in SDMX is
refused by the modules that say it.
"""

from collections.abc import Mapping

from provfin.exports.content import ReleaseContent


def write_sdmx_ml(content: ReleaseContent) -> Mapping[str, bytes]:
    """Return `data.xml` and `structure.xml` in SDMX-ML 3.0; raises `InputError` where the graph lacks what they need.

    The schemas are those of https://github.com/sdmx-twg/sdmx-ml.
    """
    from provfin.exports.sdmx.messages import write_ml_30

    return write_ml_30(content)


def write_sdmx_ml_21(content: ReleaseContent) -> Mapping[str, bytes]:
    """Return `data-2.1.xml` and `structure-2.1.xml` in SDMX-ML 2.1, for tools that read no later version."""
    from provfin.exports.sdmx.messages import write_ml_21

    return write_ml_21(content)


def write_sdmx_csv(content: ReleaseContent) -> Mapping[str, bytes]:
    """Return a file of SDMX-CSV 2.0 for each dataflow that has observations, named by it, such as `CREDIT.csv`."""
    from provfin.exports.sdmx.messages import write_csv_20

    return write_csv_20(content)
