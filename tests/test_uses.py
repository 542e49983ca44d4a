"""Uses of instruments: what one sentence tells of one tool, and that every figure has the role it plays."""

from pathlib import Path

import pytest

from provfin.assets import Assets
from provfin.errors import InputError
from provfin.extraction import Extraction, extract_text
from provfin.uses import Use, find_uses, load_roles

TITLE = "吉林省金融运行报告（2024）\n\n一、甲\n\n"
LENT = "村镇银行用足工具，发放支农再贷款 1.5 亿元，支持小微企业 420 户，发放贷款 2.3 亿元。"


def read_uses(*paragraphs: str) -> list[Use]:
    return find_uses(extract_text(TITLE + "\n\n".join(paragraphs) + "\n", "some").facts)


def list_figures(use: Use) -> dict[str, list[str]]:
    """Return the printed figures of a use by their role."""
    figures: dict[str, list[str]] = {}
    for role, fact in use.figures:
        figures.setdefault(role, []).append(fact.mentions[0].exact)
    return figures


def test_what_a_sentence_tells_of_a_tool_is_one_use() -> None:
    (use,) = read_uses(f"2023 年，{LENT}")
    assert use.key == "agriculture-relending/village-banks/small-and-micro-enterprises/2023"
    assert use.actor is not None
    assert (use.instrument.label, use.actor.label, [target.label for target in use.targets], use.period.code) == (
        "支农再贷款", "村镇银行", ["小微企业"], "2023",
    )  # fmt: skip


def test_each_figure_of_a_use_has_its_role() -> None:
    (use,) = read_uses(f"2023 年，{LENT}")
    assert list_figures(use) == {"funded": ["1.5 亿元"], "entityCount": ["420 户"], "lent": ["2.3 亿元"]}


def test_another_sentence_is_another_use_where_it_says_something_else() -> None:
    uses = read_uses(f"2023 年，{LENT}年末，支农再贷款余额 12.6 亿元。")
    assert [use.key for use in uses] == [
        "agriculture-relending/any/any/2023-12-31",
        "agriculture-relending/village-banks/small-and-micro-enterprises/2023",
    ]
    assert (uses[0].actor, uses[0].targets) == (None, ())


def test_a_sentence_that_restates_the_figures_tells_the_same_use() -> None:
    once, twice = read_uses(f"2023 年，{LENT}"), read_uses(f"2023 年，{LENT}", f"2023 年，{LENT}")
    assert [use.key for use in twice] == [use.key for use in once]
    assert list_figures(twice[0]) == list_figures(once[0])
    assert all(len(fact.mentions) == 2 for _, fact in twice[0].figures)


def test_growth_and_rates_are_no_figures_of_a_use() -> None:
    uses = read_uses("2023 年末，支农再贷款余额 12.6 亿元，同比增长 8.1%。")
    assert [list_figures(use) for use in uses] == [{"funded": ["12.6 亿元"]}]


def test_two_tools_have_a_use_each() -> None:
    uses = read_uses("2023 年，发放支农再贷款 1.5 亿元。发放支小再贷款 3.4 亿元。")
    assert [use.instrument.slug for use in uses] == ["agriculture-relending", "small-business-relending"]


@pytest.mark.parametrize("text", ["2023 年，粮食总产量 212 万吨。", "2023 年，支农再贷款用得好。", ""])
def test_where_no_figure_is_told_of_a_tool_there_is_no_use(text: str) -> None:
    assert read_uses(text) == []


def test_tables_tell_no_uses(example: Extraction) -> None:
    cells = [fact for fact in example.facts if fact.mentions[0].origin == "table"]
    assert find_uses(cells) == []


def test_the_invented_report_tells_two_uses(example: Extraction) -> None:
    uses = {use.key: list_figures(use) for use in find_uses(example.facts)}
    assert uses == {
        "agriculture-relending/any/any/2023-12-31": {"funded": ["12.6 亿元"]},
        "agriculture-relending/village-banks/small-and-micro-enterprises/2023": {
            "funded": ["1.50 亿元"], "entityCount": ["420 户"], "lent": ["2.3 亿元"],
        },
    }  # fmt: skip


def test_uses_are_in_the_order_of_their_keys_whatever_that_of_the_facts(liaoning: Extraction) -> None:
    uses = find_uses(liaoning.facts)
    assert [use.key for use in uses] == sorted({use.key for use in uses})
    again = find_uses(reversed(liaoning.facts))
    assert [use.key for use in again] == [use.key for use in uses]


def test_every_amount_told_of_a_tool_is_in_a_use_of_it_and_in_one_only(liaoning: Extraction) -> None:
    placed = [(use.instrument.iri, fact.claim.key) for use in find_uses(liaoning.facts) for _, fact in use.figures]
    assert len(placed) == len(set(placed))
    told = {
        (member.iri, fact.claim.key)
        for fact in liaoning.facts
        for name, member in fact.claim.members
        if name == "instrument" and not member.is_total and fact.claim.measure in {"level", "count"}
    }
    assert set(placed) == told
    assert len(told) > 40


def test_the_real_report_lends_and_funds(liaoning: Extraction) -> None:
    roles = {role for use in find_uses(liaoning.facts) for role, _ in use.figures}
    assert roles >= {"funded", "lent", "granted", "entityCount", "transactionCount", "effect"}
    assert roles <= {role.property for role in load_roles()} | {"figure"}


def test_what_a_use_is_called_by_says_a_tool_not_a_sum_of_roles() -> None:
    """The role of a figure follows from what is measured, not from the tool that stands in brackets behind it."""
    (use,) = read_uses("2023 年，村镇银行用足支农再贷款，发放贷款 2.3 亿元。")
    assert list_figures(use) == {"lent": ["2.3 亿元"]}


@pytest.mark.parametrize("text", ["", "[[role]]\nkind = 'Count'\n", "[[role]]\nproperty = 'x'\nname = '('\n"])
def test_a_file_without_roles_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "uses.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("provfin.uses.find_assets", lambda: Assets(tmp_path))
    with pytest.raises(InputError, match=r"uses\.toml: no roles of figures"):
        load_roles.__wrapped__()
