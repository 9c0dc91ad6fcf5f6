"""Writes cards as content files: always the same bytes for the same card, easy to edit by hand."""

from typing import Any, cast

import yaml

from knowledge.card import Card

_ROWS = ("benefit", "limits", "law")
"""Fields whose entries stand on one line each."""


class _OneLine(dict[str, Any]):
    """A mapping written on one line."""


class _Quoted(str):
    """A text written between quotes."""

    __slots__ = ()


class _Writer(yaml.SafeDumper):
    """YAML as the content files have it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists inside mappings, as a person does."""
        del indentless
        return super().increase_indent(flow, False)


def _one_line(writer: _Writer, data: _OneLine) -> yaml.Node:
    return writer.represent_mapping("tag:yaml.org,2002:map", data, flow_style=True)


def _quoted(writer: Any, data: _Quoted) -> yaml.Node:
    return writer.represent_scalar("tag:yaml.org,2002:str", str(data), style='"')


_Writer.add_representer(_OneLine, _one_line)
_Writer.add_representer(_Quoted, _quoted)


def plain_data(card: Card) -> dict[str, Any]:
    """The card as plain data, in the order of its fields, without what is at its default."""
    return _sorted_out(card.model_dump(exclude_defaults=True))


def write_card(card: Card) -> str:
    """The content file of a card."""
    data = plain_data(card)
    for name in _ROWS:
        if name in data:
            data[name] = [_OneLine(row) for row in data[name]]
    if "eligibility" in data:
        data["eligibility"]["all"] = [_rule_part(part) for part in data["eligibility"]["all"]]
    return write_yaml(data)


def write_yaml(data: Any) -> str:
    """Any plain data in the manner of the content files."""
    return yaml.dump(
        _dressed(data),
        Dumper=_Writer,
        allow_unicode=True,
        sort_keys=False,
        width=10_000,
        default_flow_style=False,
    )


def _rule_part(part: dict[str, Any]) -> dict[str, Any]:
    if "fact" in part:
        return _OneLine(part)
    name = "any" if "any" in part else "all"
    return {name: [_rule_part(one) for one in part[name]]}


def _sorted_out(value: Any) -> Any:
    """Tuples as lists, whole numbers as integers."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {name: _sorted_out(kept) for name, kept in entries.items()}
    if isinstance(value, list | tuple):
        return [_sorted_out(kept) for kept in cast("list[Any]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _dressed(value: Any) -> Any:
    """Texts that are more than one bare word between quotes."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        dressed = {name: _dressed(kept) for name, kept in entries.items()}
        return _OneLine(dressed) if isinstance(value, _OneLine) else dressed
    if isinstance(value, list):
        return [_dressed(kept) for kept in cast("list[Any]", value)]
    if isinstance(value, str) and not _is_bare(value):
        return _Quoted(value)
    return value


def _is_bare(text: str) -> bool:
    """Whether a text is an id or a word of a closed list."""
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum() and text[0].isalpha()
