"""The times that words tell."""

import pytest

from provfin.statements.grammar import load_grammar
from provfin.statements.times import Time, find_time, find_time_before, list_quarters, list_times

GRAMMAR = load_grammar()
NOW = Time(2023)


@pytest.mark.parametrize(
    ("text", "flow", "stock"),
    [
        ("2022年", "2022", "2022-12-31"),
        ("全年", "2023", "2023-12-31"),
        ("12月", "2023-12", "2023-12-31"),
        ("1月1.5%", "2023-01", "2023-01-31"),
        ("1-11月", "2023-01/2023-11", "2023-11-30"),
        ("前三季度", "2023-01/2023-09", "2023-09-30"),
        ("前5个月", "2023-01/2023-05", "2023-05-31"),
        ("上半年", "2023-01/2023-06", "2023-06-30"),
        ("下半年", "2023-07/2023-12", "2023-12-31"),
        ("二季度", "2023-04/2023-06", "2023-06-30"),
        ("6月末", "2023-01/2023-06", "2023-06-30"),
        ("三季度末", "2023-01/2023-09", "2023-09-30"),
        ("截至2022年末", "2022", "2022-12-31"),
        ("4月7日", "2023-04-07", "2023-04-07"),
        ("5月30日至6月2日", "2023-05/2023-06", "2023-06-30"),
        ("自2023年3月上线以来", "2023", "2023-12-31"),
    ],
)
def test_words_tell_a_time(text: str, flow: str, stock: str) -> None:
    found = find_time(text, GRAMMAR, NOW)
    assert found is not None
    assert (found.time.flow.code, found.time.stock.code) == (flow, stock)


@pytest.mark.parametrize("text", ["", "茶叶", "13月", "2月30日2", "端午末端", "9-3月"])
def test_what_is_no_time_is_none_or_a_part_of_it(text: str) -> None:
    found = find_time(text, GRAMMAR, NOW)
    assert found is None or found.time.flow.start <= found.time.flow.end


def test_the_next_time_is_found_behind_one_that_cannot_be() -> None:
    found = find_time("13月底，6月底", GRAMMAR, NOW)
    assert found is not None
    assert found.time.stock.code == "2023-06-30"


@pytest.mark.parametrize(
    ("text", "code"),
    [("年初", "2022-12-31"), ("上年末", "2022-12-31"), ("上年同期", "2022-12-31"), ("2018年", "2018-12-31")],
)
def test_a_former_time_is_before_now(text: str, code: str) -> None:
    time = find_time_before(text, GRAMMAR, NOW)
    assert time is not None
    assert time.stock.code == code


def test_times_stand_in_order() -> None:
    found = list_times("9月、12月", GRAMMAR, NOW)
    assert [item.time.flow.code for item in found] == ["2023-09", "2023-12"]


def test_quarters_are_single_or_up_to_their_ends() -> None:
    single = [time.flow.code for time in list_quarters(NOW, is_cumulative=False)]
    assert single[0] == "2023-01/2023-03"
    assert single[3] == "2023-10/2023-12"
    assert [time.flow.code for time in list_quarters(NOW, is_cumulative=True)][3] == "2023"
