"""Lodging: a resident's words become a deed, and they are told the code, the unit and the date."""

from datetime import date, datetime

from handlers.casebook import Promise, Told
from handlers.deeds import Lodge
from handlers.office import office_of
from handlers.placing import named_in
from handlers.routing import unit_for
from handlers.turn import VIETNAM, Draft, Turn
from storage.cases import Kind
from storage.receipts import Openness

_WORTH_A_LOOK = 0.05
"""From this trust on, a card tells the topic of what was said."""
_LONGEST = 8_000
"""Letters of one opinion that are kept."""


def draft_of(turn: Turn, text: str) -> Draft:
    """What somebody says, with the kind, the topic and the place it seems to have."""
    draft = Draft(area=turn.asker.area, hamlet=turn.asker.hamlet)
    add_words(turn, draft, text)
    return draft


def add_words(turn: Turn, draft: Draft, text: str) -> None:
    """These words belong to it too; what the resident chose themselves stands."""
    draft.text = "\n".join(filter(None, (draft.text, text)))[:_LONGEST]
    if turn.incoming.attachments or not draft.inbox_id:
        draft.inbox_id = turn.inbox_id
    if "kind" not in draft.done:
        draft.kind = _kind_said(turn, draft.text)
    if "topic" not in draft.done:
        draft.topic = topic_of(turn, draft.text)
    if "place" not in draft.done:
        named = named_in(turn, text)
        if len(named.communes) == 1:
            draft.area, draft.hamlet = named.communes[0].id, named.hamlet
        draft.hamlet = named.hamlet or draft.hamlet


def _kind_said(turn: Turn, text: str) -> Kind:
    said = turn.library.kind_said(text)
    kinds: tuple[Kind, ...] = ("suggestion", "petition", "difficulty", "report", "praise")
    return next(kind for kind in kinds if kind == said)


def topic_of(turn: Turn, text: str) -> str:
    """The topic of the card that the search finds for it; opinions of no topic are feedback."""
    candidates = turn.house.search.find(text).candidates
    if candidates and candidates[0].score >= _WORTH_A_LOOK:
        return candidates[0].card.topic
    return "feedback"


def lodge(turn: Turn, draft: Draft, *, openness: Openness = "open") -> Told:
    """The commit will open the case, or join the one that says the same; what can be told now."""
    now = turn.house.clock.now()
    promise = turn.casebook.promise_of(draft.joins) if draft.joins else None
    joins = draft.joins if promise else 0
    promise = promise or _promise(turn, draft, now)
    deed = Lodge(
        code=turn.casebook.new_code(),
        kind=draft.kind,
        topic=draft.topic,
        text=draft.text,
        at=now,
        area=draft.area,
        hamlet=draft.hamlet,
        openness=openness,
        unit=promise.unit,
        inbox_id=draft.inbox_id,
        joins=joins,
    )
    turn.deeds.append(deed)
    return Told(
        code=deed.code,
        kind=draft.kind,
        topic=draft.topic,
        stage="new",
        unit=deed.unit,
        words=draft.text if openness == "open" else "",
        said_at=now,
        due_at=promise.due_at,
        is_mine=True,
    )


def _promise(turn: Turn, draft: Draft, now: datetime) -> Promise:
    """Who will hold a new case, and until when they have to answer."""
    unit = unit_for(turn.library, draft.topic, area=draft.area, day=turn.today)
    return Promise(unit, office_of(turn.house, now).due_at(draft.kind))


def unit_name(turn: Turn, told: Told) -> str:
    """Who holds the case, as one reads it."""
    unit = turn.library.units.get(told.unit)
    return unit.name if unit else turn.phrase("unit_unknown")


def day_of(at: datetime | None) -> date | None:
    """The Vietnamese calendar day of a moment."""
    return at.astimezone(VIETNAM).date() if at else None
