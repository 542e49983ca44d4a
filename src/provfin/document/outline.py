"""Owns the outline of a report: which lines are headings, and how parts lie in one another.

A box has headings numbered like chapters. Whether a heading closes the box is told by the table of contents, or,
where there is none, by its number not being the next one inside the box.
"""

from provfin.document.contents import Contents
from provfin.document.genre import Genre, read_chinese_number
from provfin.document.model import Line, Part, Span


def tidy_title(text: str) -> str:
    """Normalise the white space of a title.

    >>> tidy_title("表 1\\t 情况表")
    '表 1 情况表'
    """
    return " ".join(text.split())


class Outline:
    """The parts found so far and the ones that are open."""

    def __init__(self, genre: Genre, contents: Contents) -> None:
        self.parts: list[Part] = []
        self._genre = genre
        self._contents = contents
        self._open: dict[str, Part] = {}
        self._paths: set[str] = set()
        self._box_number = 0
        self._subsection_number = 0

    @property
    def current(self) -> Part | None:
        """The innermost open part, or None before the first heading."""
        innermost = ("box-section", "box", "subsection", "section", "chapter", "front")
        return next((self._open[level] for level in innermost if level in self._open), None)

    def open_front(self, path: str, line: Line) -> None:
        """Open a part outside the numbered ones: the abstract, the appendix."""
        self._open.clear()
        self._open["front"] = self._add("section", path, tidy_title(line.text), line.span)

    def open_box(self, number: str, line: Line) -> None:
        """Open a box in the current section."""
        self._close("box", "box-section")
        self._box_number = 0
        self._open["box"] = self._add("box", f"box/{number or '0'}", tidy_title(line.text), line.span)

    def read_heading(self, line: Line) -> tuple[str, int] | None:
        """Return the level and number of the chapter or section a line heads; None when it is no heading."""
        if len(line.text) > self._genre.longest_heading or line.text.endswith("。"):
            return None
        for level in ("chapter", "section"):
            match = self._genre.heading[level].fullmatch(line.folded)
            number = read_chinese_number(match["number"]) if match else 0
            if number:
                return level, number
        return None

    def open_heading(self, line: Line) -> bool:
        """Open the chapter or section a line heads; False when the line is no heading."""
        heading = self.read_heading(line)
        if heading is not None:
            self._open_level(*heading, line)
        return heading is not None

    def open_subsection(self, line: Line, *, follows_broken_text: bool) -> bool:
        """Open the numbered subsection whose heading runs into its paragraph; False when the line starts with none.

        A number without a mark behind it may also go on with a sentence: it must be the next one, behind whole text.
        """
        match = self._genre.heading["subsection"].match(line.folded)
        if match is None or "box" in self._open or "section" not in self._open:
            return False
        number = int(match["number"])
        if not match["mark"] and (follows_broken_text or number != self._subsection_number + 1):
            return False
        end = line.text.find("。", match.start("title"))
        if not 0 < end - match.start("title") <= self._genre.longest_heading:
            return False
        section = self._open["section"]
        span = Span(line.span.start, line.span.start + end)
        self._close("subsection")
        title = tidy_title(line.text[:end])
        self._open["subsection"] = self._add("section", f"{section.path}/{number}", title, span, section)
        self._subsection_number = number
        return True

    def add_captioned(self, kind: str, number: str, title: str, span: Span) -> Part:
        """Add a table or figure to the current part; in the appendix, where numbers start anew, it says so."""
        front = self._open.get("front")
        prefix = "appendix/" if front is not None and front.path == "appendix" else ""
        return self._add(kind, f"{prefix}{kind}/{number or span.start}", title, span, self.current)

    def _open_level(self, level: str, number: int, line: Line) -> None:
        if "box" in self._open and self._is_inside_box(level, number, line):
            self._box_number = number
            self._close("box-section")
            box = self._open["box"]
            part = self._add("section", f"{box.path}/{number}", tidy_title(line.text), line.span, box)
            self._open["box-section"] = part
            return
        self._close("box", "box-section", "subsection", level, *(["section"] if level == "chapter" else []))
        if level == "chapter":
            self._close("front")
        parent = self._open.get("chapter") or self._open.get("front")
        self._subsection_number = 0
        base = parent.path if parent is not None else "section"
        self._open[level] = self._add("section", f"{base}/{number}", tidy_title(line.text), line.span, parent)

    def _is_inside_box(self, level: str, number: int, line: Line) -> bool:
        if self._contents.titles:
            return not self._contents.announces(line.folded)
        return level == "chapter" and number == self._box_number + 1

    def _close(self, *levels: str) -> None:
        for level in levels:
            self._open.pop(level, None)

    def _add(self, kind: str, path: str, title: str, span: Span, parent: Part | None = None) -> Part:
        if path in self._paths:
            path = f"{path}-at-{span.start}"
        self._paths.add(path)
        part = Part(kind, path, title, span, parent if parent is not None else self._parent_of_box(kind))
        self.parts.append(part)
        return part

    def _parent_of_box(self, kind: str) -> Part | None:
        if kind != "box":
            return None
        return next((self._open[level] for level in ("section", "chapter") if level in self._open), None)
