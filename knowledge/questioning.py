"""The next question to a household: the one that decides most among the policies still open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from knowledge.card import Card
from knowledge.eligibility import Grade, Truth, judge, truth_of
from knowledge.household import HOUSEHOLD_FACTS
from knowledge.inquiry import HOME, Asking, Inquiry, Person, known_by
from knowledge.rule import conditions_of

MOST_QUESTIONS = 12
UNSURE = "?"
_REMEMBERED = 4096
_GRADES: tuple[Grade, ...] = ("eligible", "maybe", "not_yet")

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the numbers of the choices from 0, none of them for "không rõ".

    `person`: the place of whom the question was about, among the people in view.
    """

    question: str
    person: int
    chosen: tuple[int, ...] = ()

    def note(self) -> str:
        """As it is kept in a conversation: "elder@0:1+2"."""
        return f"{self.question}@{self.person}:{'+'.join(map(str, self.chosen)) or UNSURE}"


@dataclass(frozen=True, slots=True)
class InView:
    """Somebody of the family: who, and what is known of them."""

    who: Person
    facts: Facts


@dataclass(frozen=True, slots=True)
class Family:
    """What the answers so far tell; the household itself stands first."""

    people: tuple[InView, ...]
    asked: frozenset[tuple[str, int]] = frozenset()

    def facts_of(self, person: InView) -> dict[str, object]:
        """What is known of a person, the household's facts included."""
        return {**person.facts, **self.people[0].facts}


@dataclass(frozen=True, slots=True)
class Next:
    """What to ask now, and about whom: their place among the people in view."""

    question: Asking
    person: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one card came out: the best grade, for whom, and why; the fields are a Result's."""

    card: Card
    grade: Grade
    people: tuple[str, ...]
    because: tuple[str, ...]
    against: tuple[str, ...]
    unknown: tuple[str, ...]
    confirm: tuple[str, ...]


@dataclass(frozen=True)
class Questioning:
    """The inquiry with the cards of a day; what it works out is remembered, within bounds."""

    inquiry: Inquiry
    cards: Mapping[str, Card]
    _truths: dict[object, Truth] = field(default_factory=dict[object, Truth], repr=False)
    _next: dict[Sequence[str], Next | None] = field(
        default_factory=dict[Sequence[str], Next | None], repr=False
    )

    def read(self, notes: Sequence[str]) -> list[Answer]:
        """The answers of a conversation; what no longer fits the content ends the reading."""
        found: list[Answer] = []
        for note in notes:
            head, _, chosen = note.partition(":")
            name, _, person = head.partition("@")
            question = self.question(name)
            numbers = () if chosen == UNSURE else tuple(map(int, chosen.split("+")))
            if question is None or any(n >= len(question.choices) for n in numbers):
                break
            found.append(Answer(name, int(person), numbers))
        return found

    def question(self, name: str) -> Asking | None:
        """The question of an id."""
        return next((one for one in self.inquiry.questions if one.id == name), None)

    def family(self, answers: Sequence[Answer]) -> Family:
        """What the answers tell."""
        home = self._person(HOME)
        family = Family((InView(home, known_by(home.given)),))
        for answer in answers:
            question = self.question(answer.question)
            if question is not None and answer.person < len(family.people):
                family = self._told(family, question, answer)
        return family

    def _person(self, name: str) -> Person:
        return next(one for one in self.inquiry.people if one.id == name)

    def _told(self, family: Family, question: Asking, answer: Answer) -> Family:
        people = list(family.people)
        for number in answer.chosen:
            option = question.choices[number]
            facts = known_by(option.sets)
            home = {name: facts[name] for name in facts if name in HOUSEHOLD_FACTS}
            own = {name: facts[name] for name in facts if name not in HOUSEHOLD_FACTS}
            _learn(people, 0, home)
            if not option.people:
                _learn(people, answer.person, own)
            comers = map(self._person, option.people)
            people.extend(InView(who, {**known_by(who.given), **own}) for who in comers)
        asked = family.asked | {(question.id, answer.person)}
        return Family(tuple(people), asked)

    def next(self, answers: Sequence[Answer]) -> Next | None:
        """What to ask now; None when enough is known, or enough was asked."""
        key = tuple(answer.note() for answer in answers)
        if key not in self._next:
            if len(self._next) >= _REMEMBERED:
                self._next.clear()
            self._next[key] = self._best(self.family(answers), len(answers))
        return self._next[key]

    def _best(self, family: Family, count: int) -> Next | None:
        if count >= MOST_QUESTIONS:
            return None
        now = self._open(family)
        gains = [(now - self._expected(family, ask), ask) for ask in self._could_ask(family)]
        gain, best = max(gains, key=lambda one: one[0], default=(0.0, None))
        return best if gain >= self.inquiry.worth else None

    def _could_ask(self, family: Family) -> Iterator[Next]:
        for question in self.inquiry.questions:
            for place, person in enumerate(family.people):
                is_about = person.who.id == question.about
                if is_about and (question.id, place) not in family.asked:
                    yield Next(question, place)

    def _expected(self, family: Family, ask: Next) -> float:
        """How many policies would still be open after the answer, on the average."""
        total, sum_ = 0.0, 0.0
        for number, option in enumerate(ask.question.choices):
            answer = Answer(ask.question.id, ask.person, (number,))
            total += option.likely
            sum_ += option.likely * self._open(self._told(family, ask.question, answer))
        return sum_ / total

    def _open(self, family: Family) -> int:
        """How many policies are undecided: of who is in view, and of who may still come."""
        known = [(one.who, family.facts_of(one)) for one in family.people]
        count = sum(self._truth(c, facts) is None for who, facts in known for c in who.cards)
        home = family.people[0].facts
        for who in self._may_come(family):
            facts = {**known_by(who.given), **home}
            count += sum(self._truth(card, facts) is not False for card in who.cards)
        return count

    def _may_come(self, family: Family) -> Iterator[Person]:
        asked = {question for question, _ in family.asked}
        coming = {
            who
            for question in self.inquiry.questions
            if question.id not in asked
            for option in question.choices
            for who in option.people
        }
        return (person for person in self.inquiry.people if person.id in coming)

    def _truth(self, name: str, facts: Facts) -> Truth:
        rule = self.cards[name].eligibility
        assert rule is not None
        key = (name, *(facts.get(condition.fact) for condition in conditions_of(rule)))
        if key not in self._truths:
            if len(self._truths) >= 16 * _REMEMBERED:
                self._truths.clear()
            self._truths[key] = truth_of(rule, facts)
        return self._truths[key]

    def outcomes(self, answers: Sequence[Answer]) -> list[Outcome]:
        """Every policy that was checked, the best first; each once, for whom it came out best."""
        family = self.family(answers)
        best: dict[str, Outcome] = {}
        for person in family.people:
            facts = family.facts_of(person)
            for name in person.who.cards:
                found = _outcome(self.cards[name], person.who.title, facts)
                best[name] = _better(best.get(name), found)
        order = {grade: place for place, grade in enumerate(_GRADES)}
        return sorted(best.values(), key=lambda one: (order[one.grade], len(one.unknown)))


def _learn(people: list[InView], place: int, facts: Facts) -> None:
    if facts:
        people[place] = InView(people[place].who, {**people[place].facts, **facts})


def _outcome(card: Card, title: str, facts: Facts) -> Outcome:
    found = judge(card, facts)
    return Outcome(
        card=card,
        grade=found.grade,
        people=(title,),
        because=found.because,
        against=found.against,
        unknown=found.unknown,
        confirm=found.confirm,
    )


def _better(old: Outcome | None, new: Outcome) -> Outcome:
    if old is None or _GRADES.index(new.grade) < _GRADES.index(old.grade):
        return new
    if old.grade != new.grade or new.people[0] in old.people:
        return old
    return replace(old, people=(*old.people, *new.people))
