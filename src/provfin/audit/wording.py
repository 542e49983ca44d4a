"""Owns saying identities in words: which quantities, at which time, and how they hang together, in two languages.

Refuses to show codes where a name is known.
"""

from collections.abc import Hashable, Iterable, Sequence

from provfin.audit.figures import LEVEL, Figure, Slot
from provfin.audit.network import Between, Ceiling, Constraint, Mixture, Network, Product, Proportion, Total
from provfin.periods import Period
from provfin.vocabulary import load_vocabulary

_SEPARATORS = {"en": "; ", "zh": "；"}
_WORDS = {
    "en": {
        "between": "{0} lies between {1}",
        "and": " and ",
        "exchange rate": "exchange rate [{}]",
        "hundred": "100",
        "in yuan": "{} in yuan",
        "move of the rate": "its move in that time",
        "move of the rest": "its move in a year",
        "ratio": "the range of the terms",
        "rest": "what is not named of {}",
        "share of the rest": "share of what is not named of {}",
    },
    "zh": {
        "between": "{0} 介于 {1} 之间",
        "and": "与",
        "exchange rate": "汇率（{}）",
        "hundred": "100",
        "in yuan": "{} 折人民币",
        "move of the rate": "其间的变动幅度",
        "move of the rest": "一年的变动幅度",
        "ratio": "规定比例",
        "rest": "{} 中未列部分",
        "share of the rest": "{} 中未列部分占比",
    },
}


class Wording:
    """Names the quantities of one network, from the figures that have them."""

    def __init__(self, network: Network, figures: Iterable[Figure]) -> None:
        self.network = network
        self.names: dict[tuple[object, ...], tuple[str, str]] = {}
        for figure in figures:
            self.names.setdefault(_thing(figure.slot), (figure.name, figure.name_en))

    def write(self, numbers: Sequence[int], language: str) -> str:
        """Return the constraints with these numbers as equations."""
        written = (self._write_one(self.network.constraints[number], language) for number in numbers)
        return _SEPARATORS[language].join(dict.fromkeys(written))

    def _write_one(self, constraint: Constraint, language: str) -> str:
        first, *rest = (self.name(self.network.names[place], language) for place in constraint.places)
        match constraint.form:
            case Total(signs=signs):
                return f"{first} = {_write_sum(rest, signs)}"
            case Ceiling():
                return f"{first} ≥ {' + '.join(rest)}"
            case Between() | Mixture():
                words = _WORDS[language]
                return words["between"].format(first, words["and"].join(rest))
            case Product(offset=offset):
                return f"{first} = {_write_product(rest, int(offset))}"
            case Proportion():
                return f"{first} × (1 + {rest[0]}) = {rest[1]} × (1 + {rest[2]})"
        raise TypeError(constraint.form)

    def name(self, quantity: Hashable, language: str) -> str:
        """Return the name of a quantity with its time and what is measured of it."""
        if not isinstance(quantity, Slot):
            return self._name_unprinted(quantity, language)
        names = self.names.get(_thing(quantity)) or _find_names(quantity)
        if language == "zh":
            return f"{names[0]}（{quantity.period.label_zh}{_write_measure(quantity, 'zh')}）"
        return f"{names[1]} [{quantity.period.code}{_write_measure(quantity, 'en')}]"

    def _name_unprinted(self, quantity: Hashable, language: str) -> str:
        """Name what no report prints: a kind of quantity, and what or when it is of."""
        kind, of = _split(quantity)
        word = _WORDS[language][kind]
        if isinstance(of, Slot):
            return word.format(self.name(of, language))
        when = "" if of is None else of.label_zh if language == "zh" else of.code
        return word.format(when)


def _split(quantity: Hashable) -> tuple[str, Slot | Period | None]:
    assert isinstance(quantity, tuple)
    return quantity[0], quantity[1] if len(quantity) > 1 else None


def _thing(slot: Slot) -> tuple[object, ...]:
    return slot.area, slot.indicator, slot.members


def _find_names(slot: Slot) -> tuple[str, str]:
    """Name what nobody printed by its indicator and the codes of its breakdown."""
    vocabulary = load_vocabulary()
    indicator = vocabulary.indicators[slot.indicator]
    members = [item for name, code in slot.members for item in vocabulary.dimensions[name].members if item.slug == code]
    if not members:
        return indicator.label, indicator.label_en
    return f"{''.join(item.label for item in members)}{indicator.label}", (
        f"{indicator.label_en} ({', '.join(item.label_en for item in members)})"
    )


def _write_measure(slot: Slot, language: str) -> str:
    if slot.measure == LEVEL:
        return ""
    measure = load_vocabulary().measures[slot.measure]
    return f"，{measure.label}" if language == "zh" else f", {measure.label_en.lower()}"


def _write_sum(names: Sequence[str], signs: Sequence[int]) -> str:
    text = names[0] if signs[0] > 0 else f"− {names[0]}"
    for name, sign in zip(names[1:], signs[1:], strict=True):
        text += f" {'+' if sign > 0 else '−'} {name}"
    return text


def _write_product(names: Sequence[str], offset: int) -> str:
    if offset:
        return f"{names[0]} × (1 + {names[1]})"
    return f"{names[0]} × {names[1]}"
