"""The declared laws of the audit: those of the project load and can apply, each kind of bad one is refused by name."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from auditing import VOCABULARY
from provfin.audit.laws import Laws, Term, load_laws
from provfin.audit.network import Bounds
from provfin.errors import InputError

LAWS = Path(__file__).parent.parent / "data" / "audit.toml"
DECLARED = LAWS.read_text(encoding="utf-8")


def list_terms(laws: Laws) -> Iterator[Term]:
    for law in (*laws.sums, *laws.share_outs, *laws.between):
        yield from (law.whole, *law.parts)
    for share in laws.shares:
        yield from (share.numerator, share.denominator)
    for less, more in laws.orders:
        yield from (less, more)


def load_text(text: str, folder: Path) -> Laws:
    path = folder / "audit.toml"
    path.write_text(text, encoding="utf-8")
    return load_laws(path)


def refuse(text: str, folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load_text(text, folder)
    assert "audit.toml" in caught.value.where
    assert caught.value.repair
    return caught.value


# Those of the project


def test_the_laws_of_the_project_load() -> None:
    laws = load_laws()
    assert {law.rule for law in laws.sums} == {"parts-and-total", "difference"}
    assert {law.rule for law in laws.share_outs} == {"part-within-whole"}
    assert all(
        (laws.signed, laws.real, laws.broader, laws.between, laws.breakdowns, laws.shares, laws.orders, laws.ranges)
    )
    assert laws.currency.rate == Bounds(Decimal(6), Decimal("8.3"))


def test_a_difference_takes_away_what_is_marked() -> None:
    (trade,) = (law for law in load_laws().sums if law.whole.indicator == "trade-balance")
    assert [(part.indicator, part.sign) for part in trade.parts] == [("exports", 1), ("imports", -1)]


def test_every_term_can_apply() -> None:
    for term in list_terms(load_laws()):
        indicator = VOCABULARY.indicators[term.indicator]
        assert set(term.codes) <= {dimension.name for dimension in indicator.dimensions}, term
        assert term.measure in VOCABULARY.measures, term


def test_parts_are_of_the_unit_of_their_whole() -> None:
    laws = load_laws()
    for law in (*laws.sums, *laws.share_outs):
        units = {VOCABULARY.indicators[term.indicator].unit for term in (law.whole, *law.parts)}
        assert len({unit.base for unit in units if unit}) == 1, law.whole


def test_parts_of_a_sum_differ_and_none_is_its_whole() -> None:
    laws = load_laws()
    for law in (*laws.sums, *laws.share_outs, *laws.between):
        terms = [(term.indicator, *sorted(term.codes.items())) for term in (law.whole, *law.parts)]
        assert len(set(terms)) == len(terms), law.whole


def test_what_is_a_part_of_real_output_grows_at_constant_prices() -> None:
    assert {"gross-regional-product", "industrial-value-added", "manufacturing-value-added"} <= load_laws().real


def test_what_is_kept_apart_is_no_part_of_anything() -> None:
    assert not {"urban-income", "rural-income", "urban-consumption"} & set(load_laws().broader)


# Those that are refused


def change(old: str, new: str) -> str:
    assert DECLARED.count(old) >= 1, old
    return DECLARED.replace(old, new, 1)


BAD = {
    "an unknown indicator among the signed": (change('"cash-net-return"', '"cash-net-retrun"'), "cash-net-retrun"),
    "an unknown indicator of real growth": (change('real = ["gross', 'real = ["gros'), "gros-regional-product"),
    "an unknown whole": (change('whole = "foreign-trade"', 'whole = "foreign-trades"'), "foreign-trades"),
    "an unknown part": (change('parts = ["exports", "imports"]', 'parts = ["exports", "inports"]'), "inports"),
    "an unknown part taken away": (change('"-imports"', '"-inports"'), "inports"),
    "an unknown indicator of a term": (change('{ indicator = "deposits"', '{ indicator = "depots"'), "depots"),
    "an unknown indicator of unless": (change('["refinancing-bonds-issued"]', '["refinancing"]'), "refinancing"),
    "an unknown share": (change('share = "household-deposit-share"', 'share = "household-share"'), "household-share"),
    "an unknown amount of a range": (change('amount = "carbon-tool-funds"', 'amount = "carbon-funds"'), "carbon-funds"),
    "an unknown indicator in yuan alone": (change('none = ["bill-financing"]', 'none = ["bills"]'), "bills"),
    "an unknown code": (change('maturity = "short-term"', 'maturity = "short"'), "short"),
    "an unknown code of a breakdown": (change('["primary-industry"', '["prime-industry"'), "prime-industry"),
    "an unknown code of the currencies": (change('yuan = "cny"', 'yuan = "rmb"'), "rmb"),
    "an unknown breakdown of a term": (change('maturity = "short-term"', 'maturities = "short-term"'), "maturities"),
    "an unknown breakdown": (change('dimension = "rateBand"', 'dimension = "rateBands"'), "rateBands"),
    "an unknown measure": (change('measure = "rate"', 'measure = "rating"'), "rating"),
    "a table that is missing": (change("[amounts]", "[amount]"), "amounts"),
    "a key that is missing": (change('whole = "foreign-trade"\n', ""), "whole"),
    "a table of another name": (f'{DECLARED}\n[[totals]]\nwhole = "loans"\nparts = ["deposits"]\n', "totals"),
    "a key of another name": (change("unless = [", "unles = ["), "unles"),
    "a number that is none": (change('rest = "0.1"', 'rest = "a tenth"'), "a tenth"),
    "a number in quotes that is none": (change('month = "0.05"', 'month = "5%"'), "5%"),
    "a binary number": (change('month = "0.05"', "month = 0.05"), "0.05"),
    "bounds the wrong way round": (change('rate = ["6", "8.3"]', 'rate = ["8.3", "6"]'), "8.3"),
    "a bound too many": (change('rate = ["6", "8.3"]', 'rate = ["6", "7", "8.3"]'), ""),
    "a weight too few": (change('[["0.5", "0.97"], ["0.03", "0.5"]]', '[["0.5", "0.97"]]'), "weights"),
    "a term that is a number": (change('whole = "foreign-trade"', "whole = 5"), "5"),
    "what is no TOML": (change("[amounts]", "[amounts"), "line"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_declaration_is_refused_with_its_name(what: str, tmp_path: Path) -> None:
    text, name = BAD[what]
    assert name in refuse(text, tmp_path).what


def test_laws_that_are_missing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing-here"):
        load_laws(tmp_path / "nothing-here.toml")


def test_laws_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"audit\.toml"):
        load_laws(path)


def test_the_laws_of_the_project_load_from_any_place(tmp_path: Path) -> None:
    assert load_text(DECLARED, tmp_path) == load_laws()
