"""Questions about what the audit found: which figures do not agree, and which of them is likely wrong.

The expected rows are a reader's own, taken from the report with paper and pencil. What the graph tells of an audit is
also held against an audit of the figures in it.
"""

from collections import Counter
from decimal import Decimal

import pytest

from asking import Case, ask, check_rows, name_case
from provfin.assets import find_assets
from provfin.audit import Audit, audit_figures
from provfin.audit.stored import StoredReport
from provfin.store import LocalEngine

ROWS = [
    Case(
        "audit-findings",
        names="code rule severity figures",
        count=6,
        rows=[
            "PF-AUD-007 | 增速与水平 | warning | 4",
            "PF-AUD-008 | 占比变动 | warning | 4",
            "PF-AUD-011 | 重复表述 | violation | 1",
            "PF-AUD-012 | 列举数目 | warning | 0",
        ],
    ),
    # 51956.1 is 4.65 % less than 54863.2 − 375.0, which is printed as 4.7 %.
    Case(
        "findings-on-a-figure",
        names="code measure period value culprit culpritMeasure",
        count=5,
        rows=[
            "PF-AUD-007 | 比上月增减额 | 2024-01 | 375.0 | 金融机构人民币各项贷款余额 | 同比增长率",
            "PF-AUD-007 | 水平 | 2024-01-31 | 54863.2 | 金融机构人民币各项贷款余额 | 同比增长率",
            "PF-AUD-007 | 同比增长率 | 2024-12-31 | -4.7 | 金融机构人民币各项贷款余额 | 同比增长率",
            "PF-AUD-007 | 水平 | 2024-12-31 | 51956.1 | 金融机构人民币各项贷款余额 | 同比增长率",
            "PF-AUD-008 | 同比增长率 | 2024-12-31 | -4.8 | — | —",
        ],
    ),
    # 10209.3 is 3.3 % less than 10564.0 − 6.1; whether 3.0 % or the increment is misprinted the report does not tell.
    Case(
        "findings-on-a-figure",
        names="code figure measure period value culprit",
        count=5,
        given={"indicator": "indicator:deposits"},
        rows=[
            "PF-AUD-007 | 金融机构人民币非金融企业存款余额 | 比上月增减额 | 2024-01 | 6.1 | —",
            "PF-AUD-007 | 金融机构人民币非金融企业存款余额 | 水平 | 2024-01-31 | 10564.0 | —",
            "PF-AUD-007 | 金融机构人民币非金融企业存款余额 | 同比增长率 | 2024-12-31 | -3.0 | —",
            "PF-AUD-007 | 金融机构人民币非金融企业存款余额 | 水平 | 2024-12-31 | 10209.3 | —",
            "PF-AUD-008 | 金融机构本外币各项存款余额 | 同比增长率 | 2024-12-31 | 5.8 | —",
        ],
    ),
    # 78.7 % at 5.8 % against 5.9 % was 78.8 % a year before.
    Case(
        "findings-on-a-figure",
        names="code severity measure value culprit",
        count=2,
        given={"indicator": "indicator:deposit-share-of-banking-liabilities"},
        rows=["PF-AUD-008 | warning | 占比变动 | 3.1 | —", "PF-AUD-008 | warning | 构成占比 | 78.7 | —"],
    ),
    Case(
        "findings-on-a-figure",
        names="code severity measure value culpritMeasure",
        count=1,
        given={"indicator": "indicator:inclusive-small-business-loans"},
        rows=["PF-AUD-011 | violation | 同比增长率 | 13.5 | 同比增长率"],
    ),
    Case("findings-on-a-figure", count=0, given={"indicator": "indicator:gross-regional-product"}),
]


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine.load_assets(find_assets())


@pytest.fixture(scope="module")
def audit() -> Audit:
    stored = StoredReport(find_assets().graphs / "liaoning-2025")
    return audit_figures(stored.id, stored.read_figures(), stored.read_told())


@pytest.mark.parametrize("case", ROWS, ids=name_case)
def test_rows_are_among_the_answer_in_order(engine: LocalEngine, case: Case) -> None:
    check_rows(engine, case)


def test_the_graph_tells_what_an_audit_of_its_figures_finds(engine: LocalEngine, audit: Audit) -> None:
    told = Counter(
        (row["code"], row["severity"], row["comment"], row["figures"]) for row in ask(engine, "audit-findings")
    )
    found = Counter(
        (item.rule.code, item.severity, item.explain("zh"), Decimal(len(item.figures))) for item in audit.findings
    )
    assert told == found
    assert told


def test_every_figure_of_a_finding_leads_to_it(engine: LocalEngine, audit: Audit) -> None:
    for finding in audit.findings:
        for figure in finding.figures:
            rows = ask(engine, "findings-on-a-figure", {"indicator": f"indicator:{figure.slot.indicator}"})
            key = finding.rule.code, finding.name("zh"), figure.name, figure.slot.period.code, figure.value
            names = "code", "finding", "figure", "period", "value"
            assert key in [tuple(row[name] for name in names) for row in rows]
