"""Content files as data that remembers its lines, so that every mistake names file and line."""

from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

_Model = TypeVar("_Model", bound=BaseModel)
Path_ = tuple[str | int, ...]


class Listed(Protocol):
    """A model whose entries stand in a list, each with an id of its own."""

    @property
    def id(self) -> str: ...

    @classmethod
    def model_validate(cls, obj: Any) -> Self: ...


_Listed = TypeVar("_Listed", bound=Listed)


class ContentError(Exception):
    """A content file is wrong: where, what, and what to do about it."""

    def __init__(self, path: Path, line: int, problem: str, mend: str) -> None:
        super().__init__(f"{path}:{line}: {problem} Mend: {mend}")
        self.path = path
        self.line = line
        self.problem = problem
        self.mend = mend


class Source:
    """One parsed YAML file: `data`, and the line on which each part of it stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: dict[Path_, int] = {(): 1}
        self.data: Any = self._parse()

    def line(self, *where: str | int) -> int:
        """The line (from 1) of the part at `where`, or of the nearest part around it."""
        place = where
        while place not in self._lines:
            place = place[:-1]
        return self._lines[place]

    def error(self, problem: str, mend: str, *where: str | int) -> ContentError:
        """A mistake at `where`."""
        return ContentError(self.path, self.line(*where), problem, mend)

    def _parse(self) -> Any:
        try:
            node = yaml.compose(self.path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            # Where the broken thing begins, rather than where the reader gave up on it.
            mark = error.context_mark or error.problem_mark
            line = mark.line + 1 if mark else 1
            mend = "check the indentation, quotes and dashes of this line"
            raise ContentError(self.path, line, f"not YAML: {error.problem}.", mend) from error
        except UnicodeDecodeError as error:
            raise ContentError(self.path, 1, "not UTF-8.", "save the file as UTF-8") from error
        if node is None:
            raise ContentError(self.path, 1, "the file is empty.", "fill it or delete it")
        return self._value(node, ())

    def _value(self, node: yaml.Node, where: Path_) -> Any:
        self._lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(child, (*where, i)) for i, child in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, where: Path_) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            self._lines[(*where, key)] = key_node.start_mark.line + 1
            if key in found:
                raise self.error(f"'{key}' is there twice.", "keep one of them", *where, key)
            found[key] = self._value(value_node, (*where, key))
        return found


_TEXT = "tag:yaml.org,2002:str"


def _scalar(node: yaml.Node) -> Any:
    if node.tag == _TEXT:
        return node.value
    loader = yaml.CSafeLoader("")
    try:
        # PyYAML's stubs leave this one untyped.
        return loader.construct_object(node, deep=True)  # pyright: ignore[reportUnknownMemberType]
    finally:
        loader.dispose()


def mistakes_of(source: Source, error: ValidationError, where: Path_ = ()) -> list[ContentError]:
    """What pydantic found wrong in `source` (at `where`), each with its line and a mend."""
    found: list[ContentError] = []
    for detail in error.errors():
        place = (*where, *detail["loc"])
        name = ".".join(str(part) for part in detail["loc"])
        found.append(source.error(f"{name}: {detail['msg']}.", _mend(detail["type"], name), *place))
    return found


def _mend(kind: str, name: str) -> str:
    mends = {
        "missing": f"add '{name}:' with its value",
        "extra_forbidden": f"remove '{name}', or correct its spelling",
        "too_short": "add more entries",
        "string_too_short": "write something here, or remove the line",
        "string_pattern_mismatch": "use small letters a-z, digits and '-' only",
        "literal_error": "use one of the words named",
        "string_type": "put the value between double quotes",
    }
    return mends.get(kind, "correct the value as said")


def read_one(source: Source, kind: type[_Model]) -> tuple[_Model | None, list[ContentError]]:
    """The file as one `kind`, or what is wrong with it."""
    try:
        return kind.model_validate(source.data), []
    except ValidationError as error:
        return None, mistakes_of(source, error)


def read_list(source: Source, kind: type[_Listed], found: dict[str, _Listed]) -> list[ContentError]:
    """Put the file's entries into `found` by id; what is wrong with them."""
    mistakes: list[ContentError] = []
    for number, entry in enumerate(source.data):
        try:
            item = kind.model_validate(entry)
        except ValidationError as error:
            mistakes += mistakes_of(source, error, (number,))
            continue
        if item.id in found:
            problem = f"the id '{item.id}' is there twice."
            mistakes.append(source.error(problem, "give one another id", number, "id"))
        found[item.id] = item
    return mistakes
