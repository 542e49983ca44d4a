"""Owns reading who made a report: the roles of the credits page and the names behind them."""

import re
from collections.abc import Iterator

from provfin.chronicle.model import Contribution
from provfin.chronicle.setting import Setting
from provfin.document import Credit, Span

_TOKEN = re.compile(r"[^\s、,，;；:：。]+")
_COLON = re.compile("[:：]")


def read_contributions(setting: Setting) -> Iterator[Contribution]:
    """Yield every person of the credits with the role, in printed order."""
    for credit in setting.document.credits:
        for name, span in _list_names(setting.document.source, credit):
            yield Contribution(credit.role, name, setting.point_to(span, None, "credits"))


def _list_names(source: str, credit: Credit) -> Iterator[tuple[str, Span]]:
    """Yield names; a name of two characters is printed with a space between them, so single ones belong together."""
    printed = source[credit.span.start : credit.span.end]
    colon = _COLON.search(printed)
    waiting: re.Match[str] | None = None
    for token in _TOKEN.finditer(printed, colon.end() if colon else 0):
        if waiting is None and len(token[0]) == 1:
            waiting = token
            continue
        start = token.start()
        name = token[0]
        if waiting is not None and len(name) == 1:
            name, start = waiting[0] + name, waiting.start()
        elif waiting is not None:
            yield waiting[0], _move(waiting.start(), waiting.end(), credit)
        waiting = None
        yield name, _move(start, token.end(), credit)
    if waiting is not None:
        yield waiting[0], _move(waiting.start(), waiting.end(), credit)


def _move(start: int, end: int, credit: Credit) -> Span:
    return Span(credit.span.start + start, credit.span.start + end)
