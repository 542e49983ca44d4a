"""Owns the structure message: agency, concepts, code lists, data structures and dataflows of a release.

pysdmx writes it; it has one language and no hierarchy within a code list, and turns an apostrophe in an address into a
quotation mark. So what it is given for a name is the IRI of what is named, and names, definitions, addresses and
parents are put in their places afterwards. Refuses nothing that the cube has.
"""

from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]
from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.model import (
    Agency,
    AgencyScheme,
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    ItemReference,
    Role,
)
from pysdmx.model.message import Header

from provfin.exports.sdmx import cube as graph
from provfin.exports.sdmx.cube import VALUE, CodeList, Cube, Family, name_component
from provfin.findings import Text
from provfin.turtle import BASE

AGENCY = "PROVFIN"
# Two numbers are the versions of 2.1, which 3.0 takes for artefacts that may still change: code lists grow.
VERSION = "1.0"
CONCEPTS = "CS_PROVFIN"
_AGENCY_IRI = f"{BASE}agent/provfin"
_SCHEME_IRI = "https://w3id.org/provfin/def"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

Artefact = AgencyScheme | Codelist | ConceptScheme | DataStructureDefinition | Dataflow


def write_structures(cube: Cube, header: Header, form: Format) -> bytes:
    """Return the structure message in SDMX-ML, 2.1 or 3.0 as `form` says: https://sdmx.org/?page_id=5008."""
    text = write_sdmx(list(describe_artefacts(cube)), form, header=header, prettyprint=False)
    assert text is not None
    root = etree.fromstring(text.encode())
    _write_names(root, cube)
    _write_parents(root, cube, is_reference=form is Format.STRUCTURE_SDMX_ML_2_1)
    etree.indent(root)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


# The artefacts


def describe_artefacts(cube: Cube) -> Iterator[Artefact]:
    """Yield every artefact of a release; the name and description of each are the IRI of what is named."""
    agency = Agency(id=AGENCY, name=_AGENCY_IRI)
    yield AgencyScheme(id="AGENCIES", name=_AGENCY_IRI, agency="SDMX", version=VERSION, items=[agency])
    yield from (_describe_list(cube, codes) for codes in cube.code_lists)
    concepts = [_describe_concept(cube, concept) for concept in cube.concepts.values()]
    yield ConceptScheme(id=CONCEPTS, name=_SCHEME_IRI, agency=AGENCY, version=VERSION, items=concepts)
    yield from (describe_structure(cube, family) for family in cube.families)
    yield from (_describe_dataflow(family) for family in cube.families)


def _find_definition(cube: Cube, iri: str) -> str | None:
    return None if cube.define(iri) is None else iri


def _describe_list(cube: Cube, codes: CodeList) -> Codelist:
    described = _find_definition(cube, codes.iri)
    items = [Code(id=code.id, name=code.iri, description=_find_definition(cube, code.iri)) for code in codes.codes]
    return Codelist(
        id=codes.id, name=codes.iri, description=described, agency=AGENCY, version=VERSION, items=items
    )  # fmt: skip


def _describe_concept(cube: Cube, concept: graph.Concept) -> Concept:
    return Concept(id=concept.id, name=concept.iri, description=_find_definition(cube, concept.iri))


def describe_structure(cube: Cube, family: Family) -> DataStructureDefinition:
    """Return the data structure of a family."""
    return DataStructureDefinition(
        id=f"DSD_{family.id}",
        name=family.iri,
        agency=AGENCY,
        version=VERSION,
        components=describe_components(cube, family),
    )


def describe_components(cube: Cube, family: Family, *, is_text: bool = False) -> Components:
    """Return the components of a family: dimensions, the value, attributes; every one of type text if `is_text`."""
    roles = dict.fromkeys(family.dimensions, Role.DIMENSION)
    roles |= {name_component(VALUE): Role.MEASURE} | dict.fromkeys(cube.attributes, Role.ATTRIBUTE)
    return Components([_describe_component(cube, name, role, is_text=is_text) for name, role in roles.items()])


def _describe_component(cube: Cube, name: str, role: Role, *, is_text: bool) -> Component:
    concept = cube.concepts[name]
    urn = f"urn:sdmx:org.sdmx.infomodel.codelist.Codelist={AGENCY}:{concept.codes}({VERSION})"
    return Component(
        id=name,
        required=role is Role.DIMENSION or concept.is_required,
        role=role,
        concept=ItemReference(sdmx_type="Concept", agency=AGENCY, id=CONCEPTS, version=VERSION, item_id=name),
        local_dtype=DataType.STRING if is_text else DataType(concept.type) if concept.codes is None else None,
        local_enum_ref=None if concept.codes is None or is_text else urn,
        attachment_level="O" if role is Role.ATTRIBUTE else None,
    )


def _describe_dataflow(family: Family) -> Dataflow:
    structure = f"DataStructure={AGENCY}:DSD_{family.id}({VERSION})"
    return Dataflow(id=family.id, name=family.iri, agency=AGENCY, version=VERSION, structure=structure)


# What pysdmx does not write


def _write_names(root: etree._Element, cube: Cube) -> None:
    for element in list(root.iter("{*}Name")):
        element.getparent().set("uri", element.text)
        _write_text(element, cube.name(element.text))
    for element in list(root.iter("{*}Description")):
        text = cube.define(element.text)
        assert text is not None
        _write_text(element, text)


def _write_text(element: etree._Element, text: Text) -> None:
    chinese = etree.Element(element.tag)
    element.text, chinese.text = text
    element.set(_LANGUAGE, "en")
    chinese.set(_LANGUAGE, "zh")
    element.addnext(chinese)


def _write_parents(root: etree._Element, cube: Cube, *, is_reference: bool) -> None:
    """Write which code lies above which: by its identifier since 3.0, by a reference in 2.1."""
    parents = {(codes.id, code.id): code.parent for codes in cube.code_lists for code in codes.codes}
    for element in root.iter("{*}Code"):
        parent = parents[element.getparent().get("id"), element.get("id")]
        if parent is None:
            continue
        place = etree.SubElement(element, f"{{{etree.QName(element).namespace}}}Parent")
        if is_reference:
            etree.SubElement(place, "Ref", id=parent)
        else:
            place.text = parent
