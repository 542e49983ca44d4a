"""Owns which paragraphs are entries of a chronology, and the date each begins with.

A chronology is known by its title; where it has none, by short paragraphs that begin with a day.
"""

from collections.abc import Iterator

from provfin.chronicle.dates import read_moment
from provfin.chronicle.model import Moment
from provfin.chronicle.reading import Reading
from provfin.chronicle.setting import Setting
from provfin.document import Paragraph, Part

MARKS = ",:;.。、"
_FINISHED = ("。", ";", "!", ".")


def list_entries(setting: Setting) -> Iterator[tuple[Moment, Reading]]:
    """Yield the entries of the chronology: when, and what is told behind the date.

    A sentence without a date goes on with the entry before it; a paragraph without one has the year of the report.
    """
    last = Moment(f"{setting.report.year:04d}")
    for paragraph in setting.document.paragraphs:
        if not is_entry(paragraph, setting):
            continue
        for reading in _cut_entries(paragraph, setting):
            last, length = _read_date(reading.text, last, setting)
            while length < len(reading.text) and reading.text[length] in MARKS:
                length += 1
            if length < len(reading.text):
                yield last, reading.cut(length, len(reading.text))


def is_entry(paragraph: Paragraph, setting: Setting) -> bool:
    """Tell whether a paragraph is an entry of a chronology."""
    text = Reading.of(paragraph.passage, paragraph.part).text
    begins_with_day = setting.rules.dates.day.match(text) is not None and len(text) <= setting.rules.longest_entry
    if _is_chronology(paragraph.part, setting):
        # A line that is no sentence, such as a second title, tells nothing.
        return begins_with_day or text.endswith(_FINISHED)
    return begins_with_day


def _is_chronology(part: Part | None, setting: Setting) -> bool:
    return part is not None and part.kind == "section" and bool(setting.rules.chronology.search(part.title))


def _cut_entries(paragraph: Paragraph, setting: Setting) -> Iterator[Reading]:
    current: Reading | None = None
    for sentence in paragraph.sentences:
        reading = Reading.of(sentence, paragraph.part)
        if current is not None and not _begins_with_date(reading.text, setting):
            current = current.joined(reading)
            continue
        if current is not None:
            yield current
        current = reading
    if current is not None and current.text:
        yield current


def _begins_with_date(text: str, setting: Setting) -> bool:
    dates = setting.rules.dates
    patterns = (dates.day, dates.month, dates.same_day, dates.same_month)
    return any(pattern.match(text) for pattern in patterns)


def _read_date(text: str, last: Moment, setting: Setting) -> tuple[Moment, int]:
    dates = setting.rules.dates
    year = setting.report.year
    read = read_moment(text, year, dates)
    if read is not None:
        return read
    for pattern, moment in ((dates.same_day, Moment(last.date)), (dates.same_month, Moment(last.date[:7]))):
        match = pattern.match(text)
        if match is not None:
            return moment, match.end()
    return Moment(f"{year:04d}"), 0
