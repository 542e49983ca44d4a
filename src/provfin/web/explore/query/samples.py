"""Owns code that asks a query from elsewhere: with curl, from Python, R and JavaScript, ready to be run as it stands.

The query is written as a whole text of each language, whatever stands in it. Refuses to shorten it: what is shown is
what was asked.
"""

import shlex
from dataclasses import dataclass

from provfin.syntax import read_tokens

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_CSV, _JSON, _TURTLE = "text/csv", "application/sparql-results+json", "text/turtle"


@dataclass(frozen=True)
class Sample:
    """Code in a language: its short name, what it is called, the code, and the packages it needs."""

    name: str
    title: str
    code: str
    needs: str = ""


def list_samples(base: str, query: str) -> list[Sample]:
    """Return code that asks a query of a server whose pages begin at `base`, an address ending in a slash."""
    text = query.replace("\r\n", "\n").replace("\r", "\n")
    endpoint = f"{base}sparql"
    form = find_form(text)
    return [
        Sample("curl", "curl", _write_curl(endpoint, text, form)),
        Sample("python", "Python", _write_client(base, text, form), "pip install provfin"),
        Sample(
            "sparqlwrapper", "Python (SPARQLWrapper)", _write_wrapper(endpoint, text, form), "pip install sparqlwrapper"
        ),
        Sample("r", "R", _write_r(endpoint, text, form), 'install.packages(c("httr2", "readr"))'),
        Sample("javascript", "JavaScript", _write_javascript(endpoint, text, form)),
    ]


def find_form(query: str) -> str:
    """Return what a query asks for; SELECT where it does not say.

    >>> find_form("# ASK\\nPREFIX a: <http://example.org/ask> construct where { ?s ?p ?o }")
    'CONSTRUCT'
    """
    words = (token.text.upper() for token in read_tokens(query) if token.kind == "word")
    return next((word for word in words if word in _FORMS), "SELECT")


def _write_curl(endpoint: str, query: str, form: str) -> str:
    accept = {"SELECT": _CSV, "ASK": _JSON}.get(form, _TURTLE)
    return (
        f"curl --silent --show-error --fail-with-body {shlex.quote(endpoint)} \\\n"
        f"  --header 'Accept: {accept}' \\\n"
        f"  --data-urlencode {shlex.quote(f'query={query}')}\n"
    )


def quote_python(text: str) -> str:
    """Return a text as it is written in Python, over several lines.

    >>> eval(quote_python('say "x"'))
    'say "x"'
    """
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').replace("\0", "\\0")
    if escaped.endswith('"'):
        escaped = f'{escaped[:-1]}\\"'
    return f'"""{escaped}"""'


def _write_client(base: str, query: str, form: str) -> str:
    shown = "graph.query(query)" if form in {"SELECT", "ASK"} else "graph.query(query).serialize()"
    return (
        "import provfin\n\n"
        f"query = {quote_python(query)}\n\n"
        f"with provfin.connect({base!r}) as graph:\n"
        f"    print({shown})\n"
    )


def _write_wrapper(endpoint: str, query: str, form: str) -> str:
    is_graph = form in {"CONSTRUCT", "DESCRIBE"}
    kind = "TURTLE" if is_graph else "JSON"
    shown = {
        "SELECT": 'for row in answer["results"]["bindings"]:\n'
        '    print({name: cell["value"] for name, cell in row.items()})\n',
        "ASK": 'print(answer["boolean"])\n',
    }.get(form, "print(answer.decode())\n")
    return (
        f"from SPARQLWrapper import {kind}, POST, SPARQLWrapper\n\n"
        f"query = {quote_python(query)}\n\n"
        f"endpoint = SPARQLWrapper({endpoint!r})\n"
        "endpoint.setMethod(POST)\n"
        f"endpoint.setReturnFormat({kind})\n"
        "endpoint.setQuery(query)\n"
        "answer = endpoint.queryAndConvert()\n"
        f"{shown}"
    )


def quote_r(text: str) -> str:
    """Return a text as R writes it raw: https://stat.ethz.ch/R-manual/R-devel/library/base/html/Quotes.html.

    >>> print(quote_r('a)"b'))
    r"-(a)"b)-"
    """
    dashes = next("-" * number for number in range(len(text) + 1) if f'){"-" * number}"' not in text)
    return f'r"{dashes}({text}){dashes}"'


def _write_r(endpoint: str, query: str, form: str) -> str:
    accept = {"SELECT": _CSV, "ASK": _JSON}.get(form, _TURTLE)
    shown = {
        "SELECT": "readr::read_csv(I(resp_body_string(answer)))\n",
        "ASK": "resp_body_json(answer, check_type = FALSE)$boolean\n",
    }.get(form, "cat(resp_body_string(answer))\n")
    return (
        "library(httr2)\n\n"
        f"query <- {quote_r(query)}\n\n"
        f'answer <- request("{endpoint}") |>\n'
        f'  req_headers(Accept = "{accept}") |>\n'
        "  req_body_form(query = query) |>\n"
        "  req_perform()\n"
        f"{shown}"
    )


def quote_javascript(text: str) -> str:
    r"""Return a text as JavaScript writes it over several lines.

    >>> print(quote_javascript("a`${b}"))
    `a\`\${b}`
    """
    escaped = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return f"`{escaped}`"


def _write_javascript(endpoint: str, query: str, form: str) -> str:
    is_graph = form in {"CONSTRUCT", "DESCRIBE"}
    shown = {"SELECT": "(await response.json()).results.bindings", "ASK": "(await response.json()).boolean"}
    return (
        f"const query = {quote_javascript(query)};\n\n"
        f'const response = await fetch("{endpoint}", {{\n'
        '  method: "POST",\n'
        f'  headers: {{ Accept: "{_TURTLE if is_graph else _JSON}" }},\n'
        "  body: new URLSearchParams({ query }),\n"
        "});\n"
        "if (!response.ok) throw new Error((await response.json()).detail);\n"
        f"console.log({shown.get(form, 'await response.text()')});\n"
    )
