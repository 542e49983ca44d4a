"""Owns what is carried from clause to clause: the time, the place, the things spoken of, and what was said of them.

Refuses to read words: those who do note here what they found.
"""

from dataclasses import dataclass, field, replace

from provfin.document import Part
from provfin.statements.times import Time
from provfin.statements.topics import Topic
from provfin.vocabulary import Concept

_LATEST = 24


@dataclass(frozen=True)
class Said:
    """What was said last of a topic: the measure and whether the value was negative."""

    measure: str = ""
    is_negative: bool = False


@dataclass
class Context:
    """What is carried from clause to clause."""

    part: Part
    area: Concept
    home: Concept
    time: Time
    topics: list[Topic] = field(default_factory=list)
    in_sentence: list[Topic] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    # Whether the time spoken of now opened its sentence, so that the next sentence is of it too.
    sticks: bool = True
    # Whether this sentence has told its time itself.
    tells_time: bool = False
    # Whether amounts are told as sums since the beginning (累计).
    is_sum: bool = False
    # Whether something that has no name here was spoken of since the last figure.
    is_open: bool = False
    # The measure of the increase told last, which signed amounts of its parts share.
    increase: str = ""
    # Times listed together, which the figures of a list are dealt out to.
    times: list[Time] = field(default_factory=list)
    # What the further figures of a clause are about, where it was dealt out with its first (分别增长3.1%、下降2.2%).
    dealt: list[Topic] = field(default_factory=list)
    # What the parts of this sentence are parts of (其中).
    whole: Topic | None = None
    # Whether the four quarters of the year were named together.
    is_quarterly: bool = False
    roles: dict[str, Concept] = field(default_factory=dict)
    brackets: list[tuple[Time, Topic | None]] = field(default_factory=list)
    # The time that was left for an earlier one (上年末), and whether the next name brings it back.
    left: Time | None = None
    in_passing: bool = False

    def open_sentence(self, *, is_anew: bool) -> None:
        """Forget what does not carry on from one sentence to the next."""
        self.said.pop("", None)
        self.area, self.in_sentence, self.roles, self.brackets = self.home, [], {}, []
        self.is_sum = self.tells_time = self.is_open = self.is_quarterly = False
        self.increase, self.times, self.whole = "", [], None
        self.come_back()
        if is_anew or not self.sticks or self.time.day:
            self.time = Time(self.time.year)
        self.sticks = True

    def note(self, topic: Topic) -> None:
        """Remember a topic as the one spoken of last."""
        plain = replace(topic, is_carried=False)
        self.in_sentence = [*(item for item in self.in_sentence if item != plain), plain][-_LATEST:]
        self.topics = [*self.topics, plain][-_LATEST:]

    def say(self, topic: Topic, said: Said) -> None:
        """Remember what was said of a topic, and last."""
        self.note(topic)
        self.said[topic.name] = self.said[""] = said
        self.is_open = False

    def leave_for(self, time: Time) -> None:
        """Speak of an earlier time until something brings the time back that is spoken of now."""
        self.left = self.left or self.time
        self.time = time

    def come_back(self) -> None:
        """Speak again of the time that was left for an earlier one."""
        self.time, self.left, self.in_passing = self.left or self.time, None, False

    def enter_bracket(self) -> None:
        """Remember what is spoken of outside of a bracket that opens."""
        self.brackets.append((self.time, self.in_sentence[-1] if self.in_sentence else None))

    def leave_brackets(self, number: int) -> None:
        """Go back to what was spoken of before so many brackets that close."""
        for _ in range(min(number, len(self.brackets))):
            self.time, topic = self.brackets.pop()
            if topic is not None:
                self.note(topic)
