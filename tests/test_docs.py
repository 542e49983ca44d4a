"""The documents: links lead somewhere, commands exist, and what the READMEs show is what is printed."""

import os
import re
import shutil
import subprocess
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token

from provfin.cli import app
from provfin.queries import load_questions

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
README_ZH = ROOT / "README.zh-CN.md"
INVENTED_REPORT = ROOT / "tests" / "reports" / "example-2024.txt"
BUILT = {"build", "dist", "node_modules"}
ANY_LINES = "…"
SHELLS = {"bash", "console", "sh", "shell"}


def list_documents() -> list[Path]:
    found = (path for path in ROOT.rglob("*.md") if path.is_file())
    return sorted(
        path
        for path in found
        if not any(step in BUILT or step.startswith(".") for step in path.relative_to(ROOT).parts[:-1])
    )


DOCUMENTS = list_documents()


def name_document(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line it starts on."""

    language: str
    text: str
    line: int


@lru_cache
def parse(path: Path) -> tuple[Token, ...]:
    return tuple(MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8")))


def list_blocks(path: Path) -> list[Block]:
    fences = (token for token in parse(path) if token.type == "fence")
    return [
        Block((token.info.split() or [""])[0], token.content, token.map[0] + 1 if token.map else 0) for token in fences
    ]


# Links


def list_links(path: Path) -> Iterator[str]:
    for token in parse(path):
        for inner in token.children or ():
            for key in ("href", "src"):
                if key in inner.attrs:
                    yield str(inner.attrs[key])
        if token.type in {"html_block", "inline"}:
            yield from re.findall(r"<[^>]+\s(?:href|src)=\"([^\"]+)\"", token.content)


def list_anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    tokens = parse(path)
    titles = [
        "".join(inner.content for inner in tokens[place + 1].children or ())
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    slugs = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]
    seen: Counter[str] = Counter()
    for place, slug in enumerate(slugs):
        seen[slug] += 1
        slugs[place] = slug if seen[slug] == 1 else f"{slug}-{seen[slug] - 1}"
    return set(slugs)


def leads_somewhere(document: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    path = (document.parent / unquote(target)).resolve() if target else document
    if not path.exists() or not path.is_relative_to(ROOT):
        return False
    return not anchor or (path.suffix == ".md" and unquote(anchor) in list_anchors(path))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_document)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    links = [link for link in list_links(document) if not re.match(r"[a-z][a-z0-9+.-]*:", link, re.IGNORECASE)]
    assert not [link for link in links if not leads_somewhere(document, link)]


def test_there_are_links_to_check() -> None:
    assert README in DOCUMENTS
    assert list(list_links(README))


# Commands that are named


def list_commands_named(document: Path) -> Iterator[str]:
    for block in list_blocks(document):
        if block.language in SHELLS:
            yield from (line.removeprefix("$ ").strip() for line in block.text.splitlines())


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_document)
def test_every_command_named_is_there(document: Path) -> None:
    commands = set(getattr(typer.main.get_command(app), "commands", ()))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = list(list_commands_named(document))
    assert commands
    assert {match[1] for line in lines if (match := re.match(r"provfin ([a-z]\w*)", line))} <= commands
    assert {match[1] for line in lines if (match := re.match(r"make ([a-z]\w*)", line))} <= targets
    asked = {match[1] for line in lines if (match := re.match(r"provfin query .*--name[ =](\S+)", line))}
    assert asked <= set(load_questions())


# Commands whose output is shown


@dataclass(frozen=True)
class Step:
    """A command typed at a prompt, the lines shown under it, and where it stands."""

    command: str
    shown: tuple[str, ...]
    line: int


def list_steps(document: Path) -> list[Step]:
    return [
        step
        for block in list_blocks(document)
        if block.language in SHELLS and block.text.startswith("$ provfin ")
        for step in split_steps(block)
    ]


def split_steps(block: Block) -> Iterator[Step]:
    lines = block.text.splitlines()
    starts = [place for place, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        after = start + 1
        while lines[after - 1].endswith("\\") and after < end:
            after += 1
        command = "\n".join(lines[start:after]).removeprefix("$ ")
        yield Step(command, tuple(line.rstrip() for line in lines[after:end]), block.line + 1 + start)


def matches(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Tell whether printed lines are those shown, where a line `…` stands for any lines, or none."""
    pattern = "".join(r"(?:.*\n)*" if line == ANY_LINES else re.escape(line) + r"\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        ([], ["a"], False),
        (["a", "…", "d"], ["a", "b", "c", "d"], True),
        (["a", "…"], ["a"], True),
        (["…", "c"], ["a", "b"], False),
        (["a…"], ["ab"], False),
        (["a.b"], ["axb"], False),
    ],
)
def test_an_ellipsis_stands_for_any_lines(shown: list[str], printed: list[str], expected: bool) -> None:
    assert matches(tuple(shown), printed) is expected


def test_a_block_is_split_at_its_prompts() -> None:
    steps = split_steps(Block("console", "$ provfin a \\\n    --b\n1\n2\n$ provfin c\n", 10))
    assert list(steps) == [Step("provfin a \\\n    --b", ("1", "2"), 11), Step("provfin c", (), 15)]


def run_step(step: Step, folder: Path) -> list[str]:
    """Run a command as a reader would who keeps releases apart; what goes to either stream is printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PROVFIN_", "PYTEST"))}
    environment |= {
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]),
        "PROVFIN_HOME": str(folder / ".provfin"),
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    done = subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=120, check=False,
    )  # fmt: skip
    return [line.rstrip() for line in done.stdout.decode().splitlines()]


def test_the_readme_shows_a_command_at_work() -> None:
    assert any(step.shown for step in list_steps(README))


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if list_steps(path)], ids=name_document)
def test_what_is_shown_is_what_is_printed(document: Path, tmp_path: Path) -> None:
    """Run the commands of a document in order, in a folder that holds the invented report as report.txt."""
    shutil.copy(INVENTED_REPORT, tmp_path / "report.txt")
    faults = []
    for step in list_steps(document):
        printed = run_step(step, tmp_path)
        if not matches(step.shown, printed):
            shown = "\n".join(step.shown)
            faults.append(f"line {step.line}: $ {step.command}\nshown:\n{shown}\nprinted:\n" + "\n".join(printed))
    assert not faults, "\n\n".join(faults)


# Two languages


def list_code(document: Path) -> list[tuple[str, str]]:
    """Return the blocks of a document; what a comment of a shell says may differ between languages."""
    return [
        (
            block.language,
            re.sub(r"[ \t]+#[ \t].*$", "", block.text, flags=re.MULTILINE) if is_typed(block) else block.text,
        )
        for block in list_blocks(document)
    ]


def is_typed(block: Block) -> bool:
    return block.language in SHELLS and not block.text.startswith("$ ")


def test_both_readmes_have_the_same_code() -> None:
    assert list_code(README_ZH) == list_code(README)
