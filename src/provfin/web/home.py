"""Owns the page to start from: what is served, and every question with a link that asks it."""

from html import escape

from provfin.queries import Question, load_questions
from provfin.release import Release

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; }
h2 { font-size: 1.1rem; margin-top: 2.2rem; }
li { margin: .6rem 0; }
.note { opacity: .75; }
code { font-size: .9em; overflow-wrap: anywhere; }
"""


def render_home(release: Release) -> str:
    """Return the page as HTML."""
    reports = [name.rsplit("/", 1)[1] for name in release.graphs if not name.endswith(("/ontology", "/vocabulary"))]
    questions = "\n".join(_render_question(question) for question in load_questions().values())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>ProvFin</title><style>{_STYLE}</style></head><body>
<h1>ProvFin</h1>
<p>Regional financial operation reports of the People’s Bank of China as a checked, traceable knowledge graph.<br>
<span lang="zh">中国人民银行区域金融运行报告：可核查、可追溯的知识图谱。</span></p>
<p>{len(reports)} report(s): {escape(", ".join(reports))} · {release.quads:,} statements ·
release <code>{release.hash[:16]}</code></p>
<p>SPARQL endpoint: <code>/sparql</code> · health: <a href="/health"><code>/health</code></a> ·
description: <a href="/openapi.json"><code>/openapi.json</code></a></p>
<h2>Questions <span lang="zh">问题</span></h2>
<ul>
{questions}
</ul></body></html>"""


def _render_question(question: Question) -> str:
    return (
        f'<li><a href="/questions/{escape(question.name)}">{escape(question.titles["en"])}</a> '
        f'<span lang="zh">{escape(question.titles["zh"])}</span><br>'
        f'<span class="note">{escape(question.descriptions["en"])}</span> <code>{escape(question.name)}</code></li>'
    )
