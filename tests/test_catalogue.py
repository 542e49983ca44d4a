"""The catalogue tells every rule whole, in two languages, and its pages are what the rules say now."""

from pathlib import Path

import pytest
from rdflib.namespace import DCTERMS

from provfin.assets import Assets, find_assets
from provfin.catalogue import list_audit_rules, list_rules, render_catalogue, write_catalogue
from provfin.errors import InputError
from provfin.findings import Rule
from provfin.validation import load_shapes

ASSETS = find_assets()
PAGES = Path(__file__).parent.parent / "docs" / "rules"
RULES = list_rules(ASSETS)
AUDIT_RULES = list_audit_rules(ASSETS)
BY_CODE = {rule.code: rule for rule in RULES}

AUDIT_RULE = """
@prefix pf: <https://w3id.org/provfin/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/provfin/id/audit-rule/sum> a pf:AuditRule , skos:Concept ;
    skos:inScheme <https://w3id.org/provfin/id/scheme/audit-rules> ;
    skos:notation "PF-AUD-001" ;
    skos:prefLabel "Sum"@en , "合计"@zh ;
    skos:definition "Parts add up."@en , "各部分之和等于总数。"@zh ;
    skos:scopeNote "Sums prove figures."@en , "合计可证数值。"@zh ;
    skos:example "Bad: 1 + 1 = 3" , "Good: 1 + 1 = 2" ;
    pf:repair "Look again."@en , "再看。"@zh ;
    pf:severity "warning" .
"""


def test_every_shape_and_every_check_is_in_the_catalogue() -> None:
    codes = {str(code) for code in load_shapes(ASSETS).objects(None, DCTERMS.identifier)}
    assert codes
    assert len(RULES) == len(codes) + len(list(ASSETS.checks.glob("*.rq")))
    assert codes < set(BY_CODE)
    assert [rule.code for rule in RULES] == sorted(BY_CODE)


@pytest.mark.parametrize("rule", [*RULES, *AUDIT_RULES], ids=lambda rule: rule.code)
def test_a_rule_is_told_in_two_languages(rule: Rule) -> None:
    assert all([*rule.name, *rule.what, *rule.why, *rule.repair])


@pytest.mark.parametrize("rule", [*(rule for rule in RULES if rule.path), *AUDIT_RULES], ids=lambda rule: rule.code)
def test_a_property_shape_or_a_rule_of_the_audit_has_a_bad_and_a_good_example(rule: Rule) -> None:
    assert rule.bad
    assert rule.good
    assert rule.bad != rule.good


def test_an_example_is_the_edit_under_its_node() -> None:
    rule = BY_CODE["PF-OBS-021"]
    head = "<observation/example-2001/CN/2001/fiscal-revenue/level> a pf:Observation , "
    assert rule.bad.startswith(head)
    assert rule.bad.splitlines()[1:] == ["    # …", "    pf:lowerBound 12.31 ;"]
    assert rule.good.splitlines()[1:] == ["    # …", "    pf:lowerBound 12.25 ;"]


@pytest.mark.parametrize(
    ("code", "severity"), [("PF-REP-005", "warning"), ("PF-PAR-011", "info"), ("PF-IC-12", "violation")]
)
def test_the_severity_is_that_of_the_rule(code: str, severity: str) -> None:
    assert BY_CODE[code].severity == severity


def test_the_rules_of_the_audit_are_concepts(tmp_path: Path) -> None:
    (tmp_path / "ontology" / "vocabulary").mkdir(parents=True)
    assert list_audit_rules(Assets(tmp_path)) == ()
    list_audit_rules.cache_clear()
    path = tmp_path / "second" / "ontology" / "vocabulary" / "audit-rules.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(AUDIT_RULE, encoding="utf-8")
    (rule,) = list_audit_rules(Assets(tmp_path / "second"))
    assert (rule.code, rule.severity, rule.name) == ("PF-AUD-001", "warning", ("Sum", "合计"))
    assert (rule.what.en, rule.why.zh, rule.repair.en) == ("Parts add up.", "合计可证数值。", "Look again.")
    assert (rule.bad, rule.good) == ("1 + 1 = 3", "1 + 1 = 2")


def test_two_rules_of_one_code_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ontology" / "vocabulary" / "audit-rules.ttl"
    path.parent.mkdir(parents=True)
    path.write_text(AUDIT_RULE + AUDIT_RULE.replace("audit-rule/sum", "audit-rule/other"), encoding="utf-8")
    with pytest.raises(InputError, match="2 rules have the code PF-AUD-001"):
        list_audit_rules(Assets(tmp_path))


def test_a_page_tells_what_why_and_how_to_repair() -> None:
    page = render_catalogue(ASSETS)["PF-OBS-021.md"].decode()
    parts = [page.index(f"\n## {title}") for title in ("What", "Why", "How to repair", "Bad", "Good")]
    assert parts == sorted(parts)
    assert BY_CODE["PF-OBS-021"].repair.zh in page


def test_the_pages_are_those_of_the_rules_now() -> None:
    assert {path.name: path.read_bytes() for path in PAGES.iterdir()} == render_catalogue(ASSETS)


def test_writing_removes_the_pages_of_rules_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "PF-OLD-001.md").write_text("gone", encoding="utf-8")
    write_catalogue(tmp_path, ASSETS)
    assert {path.name for path in tmp_path.iterdir()} == set(render_catalogue(ASSETS))
