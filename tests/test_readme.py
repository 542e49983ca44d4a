"""The figures about the first report that the READMEs show are those of today."""

from pathlib import Path

import pytest

from provfin.curation import describe_share
from provfin.extraction import Extraction
from provfin.ledger import make_ledger, summarise

ROOT = Path(__file__).parent.parent
READMES = sorted(ROOT.glob("README*.md"))


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_ledger_shown_is_that_of_the_report(readme: Path, liaoning: Extraction) -> None:
    lines = make_ledger(liaoning)
    rows = [f"{number:6} {kind}{f': {reason}' if reason else ''}" for kind, reason, number in summarise(lines)]
    shown = "\n".join([*rows, f"{len(lines):6} numbers"])
    assert f"```text\n{shown}\n```" in readme.read_text(encoding="utf-8")


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_share_read_by_rule_is_that_of_the_report(readme: Path, liaoning: Extraction) -> None:
    text = readme.read_text(encoding="utf-8")
    assert f"{liaoning.report.id}: {len(liaoning.facts)} facts; {describe_share(liaoning.share)}" in text


def test_the_rules_alone_read_most_of_the_prose(liaoning: Extraction) -> None:
    share = liaoning.share
    assert share.right >= 0.85 * share.facts
    assert share.wrong <= 0.03 * share.facts
