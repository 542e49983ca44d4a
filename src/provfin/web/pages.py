"""Owns the pages for people: the one to start from, and the answer to a question as a table."""

from collections.abc import Sequence
from html import escape

from provfin.queries import Question, load_questions
from provfin.release import Release
from provfin.store import Query

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; }
h2 { font-size: 1.1rem; margin-top: 2.2rem; }
li { margin: .6rem 0; }
.note { opacity: .75; }
table { border-collapse: collapse; }
th, td { padding: .15rem .9rem .15rem 0; text-align: left; border-bottom: 1px solid #8884; }
div, pre { overflow-x: auto; }
code { font-size: .9em; overflow-wrap: anywhere; }
"""


def render_home(release: Release) -> str:
    """Return the page as HTML."""
    reports = [name.rsplit("/", 1)[1] for name in release.graphs if not name.endswith(("/ontology", "/vocabulary"))]
    questions = "\n".join(_render_question(question) for question in load_questions().values())
    body = f"""<h1>ProvFin</h1>
<p>Regional financial operation reports of the People’s Bank of China as a checked, traceable knowledge graph.<br>
<span lang="zh">中国人民银行区域金融运行报告：可核查、可追溯的知识图谱。</span></p>
<p>{len(reports)} report(s): {escape(", ".join(reports))} · {release.quads:,} statements ·
release <code>{release.hash[:16]}</code></p>
<p>SPARQL endpoint: <code>/sparql</code> · health: <a href="/health"><code>/health</code></a> ·
description: <a href="/openapi.json"><code>/openapi.json</code></a></p>
<h2>Questions <span lang="zh">问题</span></h2>
<ul>
{questions}
</ul>"""
    return _render_page("ProvFin", body)


def render_answer(question: Question, query: Query, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a question and its answer as HTML; an empty answer says so."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in names)
    lines = "\n".join(f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>" for row in rows)
    table = f"<div><table><thead><tr>{heads}</tr></thead><tbody>\n{lines}\n</tbody></table></div>"
    body = f"""<p><a href="/">ProvFin</a></p>
<h1>{escape(question.titles["en"])}<br><span lang="zh">{escape(question.titles["zh"])}</span></h1>
<p>{escape(question.descriptions["en"])}<br><span lang="zh">{escape(question.descriptions["zh"])}</span></p>
{table if rows else "<p>No rows. <span lang='zh'>没有结果。</span></p>"}
<details><summary>SPARQL</summary><pre>{escape(query.text)}</pre></details>
<p class="note">The same address answers programs as JSON, CSV, TSV or XML by their Accept header.
<span lang="zh">程序可通过 Accept 头从同一地址取得 JSON、CSV、TSV 或 XML。</span></p>"""
    return _render_page(question.titles["en"], body)


def _render_page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head><body>
{body}
</body></html>"""


def _render_question(question: Question) -> str:
    return (
        f'<li><a href="/questions/{escape(question.name)}">{escape(question.titles["en"])}</a> '
        f'<span lang="zh">{escape(question.titles["zh"])}</span><br>'
        f'<span class="note">{escape(question.descriptions["en"])}</span> <code>{escape(question.name)}</code></li>'
    )
