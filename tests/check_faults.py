"""Faults to plant in the graph, as SPARQL updates with the check that must find each; and constructs that are sound."""

from dataclasses import dataclass

from provfin.turtle import ALL_PREFIXES, BASE

UPDATE_PREFIXES = "".join(
    f"PREFIX {name}: <{iri}>\n"
    for name, iri in {
        **ALL_PREFIXES,
        "component": f"{BASE}component/",
        "nature": f"{BASE}nature/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "quantitykind": "http://qudt.org/vocab/quantitykind/",
        "qudt": "http://qudt.org/schema/qudt/",
        "x": "https://example.org/",
    }.items()
)


@dataclass(frozen=True)
class Fault:
    """A SPARQL update after which `check` finds something."""

    check: str
    name: str
    update: str

    def __str__(self) -> str:
        return f"{self.check}: {self.name}"


# Constructs the reports do not use yet. Each is sound by itself; a mutation adds one fault to it.

SLICED = """
INSERT {
  ?structure qb:sliceKey x:key .
  x:key a qb:SliceKey ; qb:componentProperty sdmx-dimension:refArea .
  ?dataset qb:slice x:slice .
  x:slice a qb:Slice ; qb:sliceStructure x:key ; sdmx-dimension:refArea ?area ; qb:observation ?o .
} WHERE {
  SELECT * WHERE {
    ?o a pf:NumericObservation ; sdmx-dimension:refArea ?area ; qb:dataSet ?dataset .
    ?dataset qb:structure ?structure .
  }
  ORDER BY DESC(?o) LIMIT 1
}"""

MEASURED = """
INSERT DATA {
  qb:measureType a qb:DimensionProperty ; rdfs:label "measure type"@en , "测度类型"@zh ; rdfs:range qb:MeasureProperty .
  x:dataset a qb:DataSet ; qb:structure x:structure .
  x:structure a qb:DataStructureDefinition ;
    qb:component component:area , x:measure-type , component:value , component:missing-reason .
  x:measure-type a qb:ComponentSpecification ; qb:dimension qb:measureType ; qb:componentProperty qb:measureType .
  x:first a qb:Observation ; qb:dataSet x:dataset ; sdmx-dimension:refArea area:CN ;
    qb:measureType sdmx-measure:obsValue ; sdmx-measure:obsValue 1.0 .
  x:second a qb:Observation , pf:MissingObservation ; qb:dataSet x:dataset ; sdmx-dimension:refArea area:CN ;
    qb:measureType pf:missingReason ; pf:missingReason missing-reason:not-printed .
}"""

COLLECTED = """
INSERT {
  sdmx-dimension:refArea qb:codeList x:collection .
  x:collection a skos:Collection ; skos:member x:inner .
  x:inner a skos:Collection ; skos:member ?area .
} WHERE { ?area a pf:Area }"""

DESCENDING = """
INSERT {
  sdmx-dimension:refArea qb:codeList x:hierarchy .
  x:hierarchy a qb:HierarchicalCodeList ; qb:hierarchyRoot x:root ; qb:parentChildProperty skos:narrower .
  x:root skos:narrower x:middle .
  x:middle skos:narrower ?area .
} WHERE { ?area a pf:Area }"""

ASCENDING = """
INSERT {
  sdmx-dimension:refArea qb:codeList x:hierarchy .
  x:hierarchy a qb:HierarchicalCodeList ; qb:hierarchyRoot x:root ; qb:parentChildProperty [ owl:inverseOf x:within ] .
  x:middle x:within x:root .
  ?area x:within x:middle .
} WHERE { ?area a pf:Area }"""

CANDIDATE = """
INSERT DATA {
  x:candidate a pf:Topic , pf:Candidate , skos:Concept ; skos:inScheme scheme:topics ; skos:prefLabel "某主题"@zh .
  x:user dcterms:subject x:candidate .
}"""

# An approximate figure so long that no decimal of Oxigraph holds it; its bounds are lost in rounding.
ENDLESS = """
DELETE { ?o sdmx-measure:obsValue ?v ; pf:lowerBound ?l ; pf:upperBound ?u . ?m pf:printedValue ?v }
INSERT { ?o sdmx-measure:obsValue ?long ; pf:lowerBound ?long ; pf:upperBound ?long . ?m pf:printedValue ?long }
WHERE {
  { SELECT ?o ?m WHERE { ?o a pf:NumericObservation ; pf:mention ?m . ?m pf:qualifier ?q } ORDER BY ?o ?m LIMIT 1 }
  ?o sdmx-measure:obsValue ?v ; pf:lowerBound ?l ; pf:upperBound ?u .
  ?m pf:printedValue ?v .
  BIND (STRDT("1000000000000000000000000000000", xsd:decimal) AS ?long)
}"""

# The first row a candidate was read from may tell of it otherwise than the next.
GUESSED = """
DELETE { ?i pf:nature nature:stock } INSERT { ?i pf:nature nature:flow ; a pf:Candidate } WHERE {
  SELECT ?i WHERE { ?i pf:nature nature:stock . ?o pf:indicator ?i } ORDER BY ?i LIMIT 1
}"""

# A candidate with the name of an indicator that is counted in something else.
NAMESAKE = """
INSERT { ?i a pf:Candidate ; skos:altLabel ?name } WHERE {
  SELECT ?i ?name WHERE {
    ?o pf:indicator ?i . ?other a pf:Indicator ; skos:prefLabel ?name .
    FILTER (LANG(?name) = "zh" && ?i != ?other)
  } ORDER BY ?i ?other LIMIT 1
}"""

UNDECLARED = """
DELETE { ?r dcterms:title ?t ; dc:publisher ?p } WHERE {
  ?r a pf:Report ; dcterms:title ?t FILTER (LANG(?t) = "en") OPTIONAL { ?r dc:publisher ?p }
}"""

SOUND = {
    "a slice": SLICED,
    "a measure dimension": MEASURED,
    "a collection of codes": COLLECTED,
    "a hierarchy": DESCENDING,
    "a candidate of another nature": GUESSED,
    "a candidate with the name of an indicator": NAMESAKE,
    "a candidate without an English label": CANDIDATE,
    "a report that is not declared": UNDECLARED,
}

_ONE = "{ SELECT ?o WHERE { ?o a qb:Observation } ORDER BY ?o LIMIT 1 }"
_ONE_NUMBER = "{ SELECT ?o WHERE { ?o a pf:NumericObservation } ORDER BY ?o LIMIT 1 }"

FAULTS = [
    Fault("ic-01", "no data set", f"DELETE {{ ?o qb:dataSet ?d }} WHERE {{ {_ONE} ?o qb:dataSet ?d }}"),
    Fault(
        "ic-01",
        "two data sets",
        f"""INSERT {{ ?o qb:dataSet x:dataset . x:dataset a qb:DataSet ; qb:structure ?structure }}
        WHERE {{ {_ONE} ?o qb:dataSet/qb:structure ?structure }}""",
    ),
    Fault("ic-02", "no structure", "INSERT DATA { x:dataset a qb:DataSet }"),
    Fault(
        "ic-02",
        "two structures",
        "INSERT DATA { x:dataset a qb:DataSet ; qb:structure structure:bills , structure:credit }",
    ),
    Fault(
        "ic-03",
        "dimensions only",
        "INSERT DATA { x:structure a qb:DataStructureDefinition ; qb:component component:area }",
    ),
    Fault("ic-04", "no range", "DELETE WHERE { sdmx-dimension:refPeriod rdfs:range ?range }"),
    Fault(
        "ic-05",
        "no code list",
        """INSERT DATA {
          x:colour a qb:DimensionProperty ; rdfs:range skos:Concept ; rdfs:label "colour"@en , "颜色"@zh .
        }""",
    ),
    Fault("ic-06", "optional dimension", "INSERT DATA { component:area qb:componentRequired false }"),
    Fault("ic-07", "undeclared key", "INSERT DATA { x:key a qb:SliceKey }"),
    Fault("ic-07", "key of no structure", "INSERT DATA { x:key a qb:SliceKey . x:thing qb:sliceKey x:key }"),
    Fault(
        "ic-08",
        "key fixes a stranger",
        """INSERT DATA {
          structure:general qb:sliceKey x:key . x:key a qb:SliceKey ; qb:componentProperty pf:missingReason .
        }""",
    ),
    Fault("ic-09", "no key", SLICED + "; DELETE WHERE { x:slice qb:sliceStructure ?key }"),
    Fault(
        "ic-09",
        "two keys",
        SLICED
        + """; INSERT { ?structure qb:sliceKey x:other . x:other a qb:SliceKey . x:slice qb:sliceStructure x:other }
        WHERE { ?structure qb:sliceKey x:key }""",
    ),
    Fault("ic-10", "no value", SLICED + "; DELETE WHERE { x:slice sdmx-dimension:refArea ?area }"),
    Fault(
        "ic-11",
        "no period",
        f"DELETE {{ ?o sdmx-dimension:refPeriod ?p }} WHERE {{ {_ONE} ?o sdmx-dimension:refPeriod ?p }}",
    ),
    Fault("ic-12", "a repeated observation", f"INSERT {{ x:copy ?p ?v }} WHERE {{ {_ONE} ?o ?p ?v }}"),
    Fault("ic-13", "no unit", f"DELETE {{ ?o pf:unit ?u }} WHERE {{ {_ONE} ?o pf:unit ?u }}"),
    Fault(
        "ic-14",
        "no value",
        f"DELETE {{ ?o sdmx-measure:obsValue ?v }} WHERE {{ {_ONE_NUMBER} ?o sdmx-measure:obsValue ?v }}",
    ),
    Fault("ic-15", "measure not stated", MEASURED + "; DELETE WHERE { x:second pf:missingReason ?reason }"),
    Fault("ic-16", "another measure", MEASURED + "; INSERT DATA { x:second sdmx-measure:obsValue 1.0 }"),
    Fault("ic-17", "one measure of two", MEASURED + "; DELETE WHERE { x:second ?p ?v }"),
    Fault(
        "ic-17",
        "measures in different places",
        MEASURED
        + """; DELETE DATA { x:second sdmx-dimension:refArea area:CN };
        INSERT DATA { x:second sdmx-dimension:refArea area:CN-LN }""",
    ),
    Fault(
        "ic-18",
        "another data set",
        SLICED
        + """; INSERT { x:slice qb:observation ?o } WHERE {
          SELECT ?o WHERE {
            ?dataset qb:slice x:slice .
            x:slice sdmx-dimension:refArea ?area .
            ?o sdmx-dimension:refArea ?area ; qb:dataSet ?other .
            FILTER (?other != ?dataset)
          }
          ORDER BY ?o LIMIT 1
        }""",
    ),
    Fault(
        "ic-19",
        "a code of another list",
        f"""DELETE {{ ?o sdmx-dimension:refArea ?area }} INSERT {{ ?o sdmx-dimension:refArea nature:flow }}
        WHERE {{ {_ONE} ?o sdmx-dimension:refArea ?area }}""",
    ),
    Fault(
        "ic-19",
        "no concept",
        f"DELETE {{ ?area a skos:Concept }} WHERE {{ {_ONE} ?o sdmx-dimension:refArea ?area }}",
    ),
    Fault("ic-19", "outside the collection", COLLECTED + "; DELETE WHERE { x:inner skos:member ?area }"),
    Fault("ic-20", "not below the root", DESCENDING + "; DELETE WHERE { x:middle skos:narrower ?area }"),
    Fault(
        "ic-21",
        "not below the root",
        ASCENDING + "; DELETE WHERE { x:middle x:within x:root }",
    ),
    Fault(
        "abbreviated-cube",
        "untyped observation",
        f"DELETE {{ ?o a qb:Observation }} WHERE {{ {_ONE} ?o a qb:Observation }}",
    ),
    Fault("abbreviated-cube", "untyped structure", "DELETE DATA { structure:bills a qb:DataStructureDefinition }"),
    Fault("abbreviated-cube", "no component property", "DELETE WHERE { component:status qb:componentProperty ?p }"),
    Fault(
        "abbreviated-cube",
        "attribute on the data set",
        f"""DELETE {{ ?o sdmx-attribute:decimals ?n }}
        INSERT {{ component:decimals qb:componentAttachment qb:DataSet . ?dataset sdmx-attribute:decimals ?n }}
        WHERE {{ {_ONE_NUMBER} ?o sdmx-attribute:decimals ?n ; qb:dataSet ?dataset }}""",
    ),
    Fault(
        "abbreviated-cube",
        "attribute on the slice",
        SLICED
        + """; DELETE { ?o sdmx-attribute:decimals ?n }
        INSERT { component:decimals qb:componentAttachment qb:Slice . x:slice sdmx-attribute:decimals 1 }
        WHERE { x:slice qb:observation ?o OPTIONAL { ?o sdmx-attribute:decimals ?n } }""",
    ),
    Fault(
        "abbreviated-cube",
        "dimension on the slice",
        SLICED
        + "; DELETE { ?o sdmx-dimension:refArea ?a } WHERE { x:slice qb:observation ?o ; sdmx-dimension:refArea ?a }",
    ),
    Fault("blank-node", "as subject", "INSERT DATA { [] rdfs:comment 'nameless' }"),
    Fault("blank-node", "as object", "INSERT DATA { x:thing rdfs:seeAlso [] }"),
    Fault(
        "clashing-label",
        "a label given twice",
        """INSERT { ?b skos:prefLabel ?label } WHERE {
          SELECT ?b ?label WHERE {
            ?a skos:inScheme scheme:topics ; skos:prefLabel ?label . ?b skos:inScheme scheme:topics .
            FILTER (LANG(?label) = "zh" && ?a != ?b)
          } ORDER BY ?a ?b LIMIT 1
        }""",
    ),
    Fault("concept-without-scheme", "no scheme", "DELETE WHERE { nature:flow skos:inScheme ?scheme }"),
    Fault("concept-without-scheme", "untyped scheme", "DELETE DATA { scheme:topics a skos:ConceptScheme }"),
    Fault("cyclic-broader", "both ways", "INSERT { ?b skos:broader ?a } WHERE { ?a skos:broader ?b }"),
    Fault("cyclic-broader", "by narrower", "INSERT { ?a skos:narrower ?b } WHERE { ?a skos:broader ?b }"),
    Fault("cyclic-broader", "itself", "INSERT DATA { area:CN skos:broader area:CN }"),
    Fault("missing-code-list", "no list", "DELETE WHERE { sdmx-attribute:obsStatus qb:codeList ?list }"),
    Fault(
        "missing-code-list",
        "a list that is not there",
        "DELETE WHERE { pf:unit qb:codeList ?list }; INSERT DATA { pf:unit qb:codeList x:nowhere }",
    ),
    Fault(
        "missing-label",
        "concept, English",
        'DELETE { area:CN skos:prefLabel ?l } WHERE { area:CN skos:prefLabel ?l FILTER (LANG(?l) = "en") }',
    ),
    Fault(
        "missing-label",
        "class, Chinese",
        'DELETE { pf:Area rdfs:label ?l } WHERE { pf:Area rdfs:label ?l FILTER (LANG(?l) = "zh") }',
    ),
    Fault("missing-label", "property", "DELETE WHERE { pf:origin rdfs:label ?label }"),
    Fault("missing-label", "component of SDMX", "DELETE WHERE { sdmx-dimension:refArea rdfs:label ?label }"),
    Fault("missing-label", "candidate, Chinese", CANDIDATE + "; DELETE WHERE { x:candidate skos:prefLabel ?label }"),
    Fault(
        "name-clash",
        "a label claimed as another name",
        """INSERT { ?b skos:altLabel ?label } WHERE {
          SELECT ?b ?label WHERE {
            ?a a pf:Indicator ; skos:prefLabel ?label . ?b a pf:Indicator .
            FILTER (LANG(?label) = "zh" && ?a != ?b)
          } ORDER BY ?a ?b LIMIT 1
        }""",
    ),
    Fault("orphan-mention", "no observation", f"DELETE {{ ?o pf:mention ?m }} WHERE {{ {_ONE} ?o pf:mention ?m }}"),
    Fault(
        "period-mismatch",
        "a flow at a date",
        "DELETE { ?i pf:nature nature:stock } INSERT { ?i pf:nature nature:flow } WHERE { ?i pf:nature nature:stock }",
    ),
    Fault(
        "period-mismatch",
        "a stock over a period",
        "DELETE { ?i pf:nature nature:flow } INSERT { ?i pf:nature nature:stock } WHERE { ?i pf:nature nature:flow }",
    ),
    Fault("undefined-term", "property", "INSERT DATA { x:thing pf:misspelt 1 }"),
    Fault("undefined-term", "class", "INSERT DATA { x:thing a pf:Misspelt }"),
    Fault("undefined-term", "range", "INSERT DATA { x:thing rdfs:range pf:Misspelt }"),
    Fault("undefined-term", "class as a property", "INSERT DATA { x:thing pf:Unit 1 }"),
    Fault("undefined-term", "property as a class", "INSERT DATA { x:thing a pf:unit }"),
    Fault(
        "unit-mismatch",
        "an amount in percent",
        """DELETE { ?o pf:unit ?unit } INSERT { ?o pf:unit unit:percent } WHERE {
          ?o pf:measure measure:level ; pf:unit ?unit . ?unit qudt:hasQuantityKind quantitykind:Currency .
        }""",
    ),
    Fault("unit-mismatch", "a unit of no kind", "DELETE WHERE { ?unit qudt:hasQuantityKind ?kind }"),
]
