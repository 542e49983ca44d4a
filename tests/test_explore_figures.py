"""A figure reads well, and never as anything but what is printed."""

import asyncio
from decimal import Decimal

import pytest

from linking import Service
from provfin.assets import find_assets
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import load_store
from provfin.turtle import BASE
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.site import Site


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Units:
    release: Release = publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))
    site = Site(Service(load_store(release.data_path)), release, read_settings())
    return asyncio.run(site.once(load_units))


CASES = [
    ("32612.7", "hundred-million-cny", "level", "zh", 1, "3.26 万亿元", "32,612.7 亿元"),
    ("32612.7", "hundred-million-cny", "level", "en", 1, "3.26 trillion yuan", "32,612.7 × 100 million yuan"),
    ("0.35", "hundred-million-cny", "level", "en", 2, "35 million yuan", "0.35 × 100 million yuan"),
    ("0.003", "hundred-million-cny", "level", "en", 3, "300,000 yuan", "0.003 × 100 million yuan"),
    ("5", "percent", "yoy_growth", "en", 1, "+5.0%", "+5.0%"),
    ("-2.60", "percent", "yoy_growth", "zh", 2, "\u22122.60%", "\u22122.60%"),
    ("4", "percent", "share", "en", 1, "4.0%", "4.0%"),
    ("2.6", "percentage-point", "growth_change_pp", "zh", 1, "+2.6 个百分点", "+2.6 个百分点"),
    ("1", "year", "streak", "en", 0, "1 year", "1 year"),
    ("3", "year", "streak", "zh", 0, "3 年", "3 年"),
    ("46.2", "ten-thousand-households", "count", "en", 1, "462,000 households or accounts", None),
    ("46.2", "ten-thousand-households", "count", "zh", 1, "46.2 万户", "46.2 万户"),
    ("1234", "entity", "count", "en", 0, "1,234 firms or institutions", "1,234 firms or institutions"),
    ("-12", "hundred-million-usd", "yoy_change_abs", "en", 0, "\u22121.2 billion US dollars", None),
]


@pytest.mark.parametrize(("value", "unit", "measure", "language", "decimals", "text", "exact"), CASES)
def test_a_figure_reads_in_words_of_scale(
    units: Units, value: str, unit: str, measure: str, language: str, decimals: int, text: str, exact: str | None
) -> None:
    shown = units.show(Decimal(value), f"{BASE}unit/{unit}", measure, language, decimals)
    assert shown.text == text
    assert exact is None or shown.exact == exact


def test_only_a_change_has_a_direction(units: Units) -> None:
    percent = f"{BASE}unit/percent"
    directions = [
        units.show(Decimal(value), percent, measure, "en").direction
        for value, measure in (("1", "yoy_growth"), ("-1", "yoy_growth"), ("0", "yoy_growth"), ("-1", "level"))
    ]
    assert directions == ["rise", "fall", "", ""]
    assert isinstance(units.show(Decimal(1), percent, "level", "en"), Shown)
    assert units.show(Decimal(0), percent, "yoy_growth", "en").text == "0%"
