"""Faults to plant against the hygiene rules of a report's graph: names, values, places, tellings and texts."""

from check_faults import Fault

_A = "{ SELECT ?o WHERE { ?o a pf:NumericObservation } ORDER BY ?o LIMIT 1 }"
_DASH = "{ SELECT ?o WHERE { ?o a pf:MissingObservation } ORDER BY ?o LIMIT 1 }"
_MENTION = "{ SELECT ?m WHERE { ?m a pf:Mention ; pf:printedValue ?v } ORDER BY ?m LIMIT 1 }"
_NAME = "{ SELECT ?n WHERE { ?n a pf:NameMention } ORDER BY ?n LIMIT 1 }"
_USE = "{ SELECT ?u WHERE { ?u a pf:InstrumentUse ; pf:instrument ?i } ORDER BY ?u LIMIT 1 }"
_NUMBERED = "{ SELECT ?d WHERE { ?d a pf:PolicyDocument ; dcterms:identifier ?n } ORDER BY ?d LIMIT 1 }"
_EVENT = "{ SELECT ?e WHERE { ?e a pf:Event ; pf:evidence ?v } ORDER BY ?e LIMIT 1 }"


def _replace(subject: str, where: str, predicate: str, value: str) -> str:
    """Return an update that gives the subject another value."""
    return f"""DELETE {{ {subject} {predicate} ?old }} INSERT {{ {subject} {predicate} {value} }}
    WHERE {{ {where} {subject} {predicate} ?old }}"""


def _rename(where: str, variable: str, iri: str) -> str:
    """Return an update that gives a node another name, wherever it is named."""
    return f"""DELETE {{ {variable} ?p ?x . ?s ?q {variable} }} INSERT {{ <{iri}> ?p ?x . ?s ?q <{iri}> }}
    WHERE {{ {where} {{ {variable} ?p ?x }} UNION {{ ?s ?q {variable} }} }}"""


_ID = "https://w3id.org/provfin/id/"

FAULTS = [
    Fault("base-unit-mismatch", "another power of ten", _replace("?o", _A, "sdmx-attribute:unitMult", "77")),
    Fault("base-value-mismatch", "another product", _replace("?o", _A, "pf:valueInBaseUnit", "1.23")),
    Fault("bounds-mismatch", "not midway", f"""DELETE {{ ?o pf:upperBound ?u }} INSERT {{ ?o pf:upperBound ?far }}
        WHERE {{ {_A} ?o pf:upperBound ?u BIND (?u + 7 AS ?far) }}"""),
    Fault("bounds-mismatch", "an approximate figure exact", """DELETE { ?o pf:lowerBound ?l ; pf:upperBound ?h }
        INSERT { ?o pf:lowerBound ?v ; pf:upperBound ?v } WHERE {
          ?o pf:lowerBound ?l ; pf:upperBound ?h ; sdmx-measure:obsValue ?v ; pf:mention/pf:qualifier ?q }"""),
    Fault("broader-across-schemes", "another scheme", "INSERT DATA { activity:total skos:broader area:CN }"),
    Fault("change-without-part", "a bank that is not told of",
        "INSERT { ?e org:resultingOrganization institution:icbc } WHERE { ?e a org:ChangeEvent }"),
    Fault("class-mismatch", "half a place", f"DELETE {{ ?m a oa:TextPositionSelector }} WHERE {{ {_MENTION} }}"),
    Fault("class-mismatch", "an association of no class", """DELETE { ?a a prov:Association }
        WHERE { ?a a prov:Association }"""),
    Fault("class-mismatch", "a finding that is no annotation", """DELETE { ?f a dqv:QualityAnnotation }
        WHERE { ?f a dqv:QualityAnnotation }"""),
    Fault("culprit-not-a-target", "another figure",
        f"INSERT {{ x:finding pf:likelyCulprit ?o }} WHERE {{ {_A} }}"),
    Fault("data-set-mismatch", "an indicator of another structure", _replace("?i", _A + " ?o pf:indicator ?i .",
        "pf:structure", "x:structure")),
    Fault("deprecated-term", "a property in use", "INSERT DATA { pf:origin owl:deprecated true }"),
    Fault("deprecated-term", "a concept in use", "INSERT DATA { measure:level owl:deprecated true }"),
    Fault("disjoint-classes", "a mention that is a period", f"INSERT {{ ?m a pf:Period }} WHERE {{ {_MENTION} }}"),
    Fault("domain-mismatch", "an observation with a title",
        f'INSERT {{ ?o pf:designationTitle "x" }} WHERE {{ {_A} }}'),
    Fault("figure-not-in-telling", "a figure from elsewhere", """INSERT { ?e pf:figure ?o } WHERE { SELECT ?e ?o WHERE {
        ?e a pf:Event ; pf:evidence ?v . ?o a pf:Observation ; pf:mention/pf:origin "table"
        } ORDER BY ?e ?o LIMIT 1 }"""),
    Fault("figure-of-two-uses", "told twice", """INSERT { ?b pf:figure ?o } WHERE { SELECT ?b ?o WHERE {
        ?a a pf:InstrumentUse ; pf:lent ?o . ?b a pf:InstrumentUse FILTER (?a != ?b) } ORDER BY ?a ?b LIMIT 1 }"""),
    Fault("foreign-class", "a mention that is an evidence", f"INSERT {{ ?m a pf:Evidence }} WHERE {{ {_MENTION} }}"),
    Fault("foreign-class", "an event that is a place",
        f"INSERT {{ ?e a oa:TextPositionSelector }} WHERE {{ {_EVENT} }}"),
    Fault("heading-between", "filed under the first heading", """DELETE { ?m pf:part ?p } INSERT { ?m pf:part ?first }
        WHERE { { SELECT ?first WHERE { ?first a pf:Section ; oa:start ?s } ORDER BY ?s LIMIT 1 }
        { SELECT ?m ?p WHERE { ?m a pf:NameMention ; oa:start ?s ; pf:part ?p } ORDER BY DESC(?s) LIMIT 1 } }"""),
    Fault("language-missing", "an observation without English", """DELETE { ?o rdfs:label ?l } WHERE
        { """ + _A + """ ?o rdfs:label ?l FILTER (LANG(?l) = "en") }"""),
    Fault("language-missing", "a definition without Chinese", """DELETE { pf:Area skos:definition ?l } WHERE
        { pf:Area skos:definition ?l FILTER (LANG(?l) = "zh") }"""),
    Fault("mention-disagrees", "another print", _replace("?m", _MENTION, "pf:printedValue", "987654.3")),
    Fault("mention-disagrees", "a dash with a value",
        f"INSERT {{ ?m pf:printedValue 1.0 }} WHERE {{ {_DASH} ?o pf:mention ?m }}"),
    Fault("missing-definition", "a class without one", "DELETE WHERE { pf:Area skos:definition ?d }"),
    Fault("mixed-datatypes", "a number as text", _replace("?m", _MENTION, "pf:printedDecimals", '"1"')),
    Fault("mixed-kinds", "a unit as text", _replace("?m", _MENTION, "pf:unit", '"亿元"')),
    Fault("mixed-kinds", "a label as IRI", _replace("?n", _NAME, "rdfs:label", "area:CN")),
    Fault("name-mention-label", "another name", _replace("?n", _NAME, "rdfs:label", '"提及：别的"@zh')),
    Fault("name-of-concept", "capitals", _rename("BIND (nature:flow AS ?c)", "?c", f"{_ID}nature/Flow")),
    Fault("name-of-concept", "a counter", _rename("BIND (nature:flow AS ?c)", "?c", f"{_ID}nature/1")),
    Fault("name-of-document", "another number", _replace("?d", _NUMBERED, "dcterms:identifier", '"某发〔1999〕1号"')),
    Fault("name-of-document", "no issuer", f"DELETE {{ ?d pf:issuer ?i }} WHERE {{ {_NUMBERED} ?d pf:issuer ?i }}"),
    Fault("name-of-node", "a percent sign", f"INSERT DATA {{ <{_ID}thing/a%20b> a x:Thing }}"),
    Fault("name-of-observation", "another area", _replace("?o", _A, "sdmx-dimension:refArea", "area:CN-44")),
    Fault("name-of-observation", "another measure", _replace("?o", _A, "pf:measure", "measure:other")),
    Fault("name-of-part", "in another part", """DELETE { ?s dcterms:isPartOf ?w } INSERT { ?s dcterms:isPartOf ?r }
        WHERE { SELECT ?s ?w ?r WHERE {
        ?s a pf:Section ; pf:report ?r ; dcterms:isPartOf ?w . ?w a pf:Section } ORDER BY ?s LIMIT 1 }"""),
    Fault("name-of-period", "another code", _replace("?p", "BIND (period:2024 AS ?p)", "skos:notation", '"2023"')),
    Fault("name-of-place", "one character longer", """DELETE { ?n oa:end ?e } INSERT { ?n oa:end ?f } WHERE
        { """ + _NAME + """ ?n oa:end ?e BIND (?e + 1 AS ?f) }"""),
    Fault("name-of-use", "another tool", _replace("?u", _USE, "pf:instrument", "instrument:digital-rmb")),
    Fault("notation-clash", "one code for two", """INSERT { ?b skos:notation ?n } WHERE { SELECT ?b ?n WHERE {
        ?a skos:inScheme scheme:topics ; skos:notation ?n . ?b skos:inScheme scheme:topics FILTER (?a != ?b)
        } ORDER BY ?a ?b LIMIT 1 }"""),
    Fault("orphan-concept", "a scheme nobody uses", """INSERT DATA {
        x:list a skos:ConceptScheme .
        x:code a skos:Concept ; skos:inScheme x:list ; skos:prefLabel "code"@en , "代码"@zh }"""),
    Fault("orphan-node", "a group of no event", f"""INSERT DATA {{ <{_ID}institution-group/x> a pf:InstitutionGroup ,
        org:Organization }}"""),
    Fault("own-place-missing", "no evidence", f"DELETE {{ ?e pf:evidence ?v }} WHERE {{ {_EVENT} ?e pf:evidence ?v }}"),
    Fault("period-dates", "another end", _replace("?p", "BIND (period:2024 AS ?p)", "pf:periodEnd",
        '"2023-12-31"^^xsd:date')),
    Fault("printed-length", "one character more", _replace("?m", _MENTION, "oa:exact", '"一二三四五六七八九十"')),
    Fault("range-mismatch", "a unit that is an area", _replace("?m", _MENTION, "pf:unit", "area:CN")),
    Fault("range-mismatch", "half a page", """INSERT { ?s pf:printedPage 1.5 }
        WHERE { SELECT ?s WHERE { ?s a pf:Section } LIMIT 1 }"""),
    Fault("reading-mismatch", "another rule", _replace("?m", _MENTION, "pf:readBy", "rule:chronicle-names")),
    Fault("report-mismatch", "another report", _replace("?n", _NAME, "pf:report", f"<{_ID}report/other-2001>")),
    Fault("residual-alone", "no tolerance", "DELETE { ?f pf:tolerance ?t } WHERE { ?f pf:tolerance ?t }"),
    Fault("residual-alone", "no residual", "DELETE { ?f pf:residual ?r } WHERE { ?f pf:residual ?r }"),
    Fault("status-mismatch", "of low reliability", _replace("?o", _A, "sdmx-attribute:obsStatus",
        "sdmx-code:obsStatus-U")),
    Fault("table-elsewhere", "prose as a table", """DELETE { ?m pf:origin ?o } INSERT { ?m pf:origin "table" } WHERE {
        SELECT ?m ?o WHERE { ?m pf:origin ?o ; pf:part ?p . ?p a pf:Section } ORDER BY ?m LIMIT 1 }"""),
    Fault("unmarked-first", "no mark", "DELETE { ?e pf:isFirst true } WHERE { ?e pf:isFirst true }"),
    Fault("unprinted-value", "a rounded value", _replace("?o", _A, "sdmx-measure:obsValue", "123456.7")),
    Fault("untold-figure", "left out", "DELETE { ?e pf:figure ?o } WHERE { ?e a pf:Event ; pf:figure ?o }"),
    Fault("untold-title", "no level", "DELETE { ?d pf:level ?l } WHERE { ?d pf:level ?l }"),
    Fault("untold-title", "no batch", """INSERT { ?d pf:designationTitle "第三批试点" } WHERE {
        SELECT ?d WHERE { ?d a pf:Designation FILTER NOT EXISTS { ?d pf:batch ?b } } ORDER BY ?d LIMIT 1 }"""),
    Fault("untold-use", "left out", "DELETE { ?u pf:lent ?o } WHERE { ?u pf:lent ?o }"),
    Fault("untrimmed-text", "a blank behind", """DELETE { pf:Area rdfs:label ?l }
        INSERT { pf:Area rdfs:label "Area "@en } WHERE { pf:Area rdfs:label ?l FILTER (LANG(?l) = "en") }"""),
    Fault("use-mismatch", "a figure of another tool", """DELETE { ?o pf:instrument ?i }
        INSERT { ?o pf:instrument ?j } WHERE { SELECT ?o ?i ?j WHERE {
        ?u a pf:InstrumentUse ; pf:lent ?o .
        ?o pf:instrument ?i . ?j a pf:Instrument FILTER (?i != ?j) } ORDER BY ?o ?j LIMIT 1 }"""),
    Fault("use-mismatch", "a figure without a tool", """DELETE { ?o pf:instrument ?i }
        WHERE { ?u pf:lent ?o . ?o pf:instrument ?i }"""),
]  # fmt: skip
