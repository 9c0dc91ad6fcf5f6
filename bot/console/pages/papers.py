"""Papers: leaflets, what is read aloud, the booklet and the pocket pack, to take along."""

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from bot.console.guard import Guard
from bot.console.visit import HEADERS, Visit
from bot.printing.papers import Papers, Size
from knowledge.card import Card

PATH = "/console/papers"
_PDF = "application/pdf"
_SIZES: dict[str, Size] = {"a5.pdf": "a5", "a4.pdf": "a4"}


def routes(guard: Guard) -> list[Route]:
    """The list, and each thing that is printed; the guard runs all of them in worker threads."""
    return [
        guard.route(PATH, show),
        guard.route(f"{PATH}/pack.html", pack),
        guard.route(f"{PATH}/booklet.pdf", booklet),
        guard.route(f"{PATH}/topics/{{id}}/{{file}}", topic),
        guard.route(f"{PATH}/cards/{{id}}/{{file}}", card),
    ]


def papers_of(visit: Visit) -> Papers:
    """What can be printed just now."""
    return Papers(visit.desk.house, visit.desk.public_url)


def show(visit: Visit) -> Response:
    """Every topic with its cards."""
    papers = papers_of(visit)
    cards: dict[str, list[Card]] = {}
    for one in papers.cards():
        cards.setdefault(one.topic, []).append(one)
    return visit.show("papers.html", cards=cards, has_code=bool(visit.desk.public_url))


def pack(visit: Visit) -> Response:
    """One page to keep on the phone."""
    return _file(papers_of(visit).pack().encode(), "so-tay.html", "text/html; charset=utf-8")


def booklet(visit: Visit) -> Response:
    """The same on paper."""
    return _file(papers_of(visit).booklet(), "so-tay.pdf", _PDF)


def topic(visit: Visit) -> Response:
    """The short answers of a topic."""
    papers, name, size = papers_of(visit), visit.path["id"], _SIZES.get(visit.path["file"])
    if name not in papers.library.topics or size is None:
        raise HTTPException(404)
    return _file(papers.topic(name, size), f"{name}-{size}.pdf", _PDF)


def card(visit: Visit) -> Response:
    """A leaflet of a card, or what is read aloud of it."""
    papers, file = papers_of(visit), visit.path["file"]
    found = papers.find(visit.path["id"])
    if found is None:
        raise HTTPException(404)
    if file == "loudspeaker.txt":
        text = papers.loudspeaker(found).encode()
        return _file(text, f"{found.id}.txt", "text/plain; charset=utf-8")
    if file not in _SIZES:
        raise HTTPException(404)
    return _file(papers.leaflet(found, _SIZES[file]), f"{found.id}-{file}", _PDF)


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, 200, headers, kind)
