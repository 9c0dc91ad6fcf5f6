"""The house's habits as checks: each returns what is wrong, so that planted faults prove it."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "handlers", "knowledge", "storage")
BANNED = {"utils", "helpers", "common", "core", "services", "manager", "models"}

# What a function is asked of, rather than given.
RECEIVERS = {"self", "cls", "connection", "turn"}
# Joined in one place, or overriding another library's method.
DICTATED = {"__init__", "check_response"}
LONGEST_FUNCTION = 60
LONGEST_FILE = 400


def sources(root: Path = ROOT) -> list[Path]:
    """Every Python file of the four rooms."""
    return sorted(path for room in ROOMS for path in (root / room).rglob("*.py"))


def function_lengths(text: str) -> Iterator[tuple[str, int]]:
    """Each function with its number of lines, docstring left out."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            end = node.end_lineno or node.lineno
            yield node.name, end - body[0].lineno + 1 + (body[0].lineno > node.lineno)


def long_functions(files: Iterable[tuple[str, str]]) -> list[str]:
    """Functions over sixty lines, and a word if too many are long."""
    lengths = [(f"{name}:{f}", n) for name, text in files for f, n in function_lengths(text)]
    wrong = [f"{name}: {n} lines" for name, n in lengths if n > LONGEST_FUNCTION]
    if lengths:
        numbers = sorted(n for _, n in lengths)
        if numbers[len(numbers) // 2] > 10:
            wrong.append(f"half of the functions have over {numbers[len(numbers) // 2] - 1} lines")
        if numbers[int(len(numbers) * 0.9)] > 30:
            wrong.append(f"one in ten has {numbers[int(len(numbers) * 0.9)]} lines or more")
    return wrong


def long_files(files: Iterable[tuple[str, str]]) -> list[str]:
    """Files over four hundred lines."""
    lengths = ((name, len(text.splitlines())) for name, text in files)
    return [f"{name}: {n} lines" for name, n in lengths if n > LONGEST_FILE]


def many_positional(files: Iterable[tuple[str, str]]) -> list[str]:
    """Functions with more than three positional parameters besides self."""
    wrong: list[str] = []
    for name, text in files:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [a for a in node.args.args if a.arg not in RECEIVERS]
                if len(given) - len(node.args.defaults) > 3 and node.name not in DICTATED:
                    wrong.append(f"{name}:{node.name}: {len(given)} positional parameters")
    return wrong


def badly_named(files: Iterable[str]) -> list[str]:
    """Modules whose name says nothing."""
    return [name for name in files if Path(name).stem in BANNED]


def without_opening(files: Iterable[tuple[str, str]]) -> list[str]:
    """Modules that do not open with a sentence on what they are for."""
    return [name for name, text in files if not ast.get_docstring(ast.parse(text))]


def vietnamese_in_code(files: Iterable[tuple[str, str]]) -> list[str]:
    """Sentences residents could read that stand in Python instead of a content file."""
    wrong: list[str] = []
    for name, text in files:
        for value, line in _strings(text):
            if _is_sentence(value):
                wrong.append(f"{name}:{line}: {value[:50]}")
    return wrong


def _is_sentence(text: str) -> bool:
    """Three Vietnamese words and a plain one: tables of letters have no plain ones."""
    words = [word for word in re.findall(r"[^\W\d]+", text) if 1 < len(word) < 8]
    toned = [word for word in words if _VIETNAMESE.search(word)]
    return len(toned) > 2 and len(words) > len(toned)


_VIETNAMESE = re.compile(
    r"[àáãèéìíĩòóõùúũýăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE
)


def _strings(text: str) -> Iterator[tuple[str, int]]:
    tree = ast.parse(text)
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    loose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docs or id(node) in loose:
                continue
            yield node.value, node.lineno


_SAYING = {"say", "phrase", "choice", "render", "Refusal"}


def phrases_used(files: Iterable[tuple[str, str]]) -> tuple[set[str], set[str]]:
    """Names of phrases the code says, and prefixes of names it makes (f"label_{…}")."""
    names: set[str] = set()
    prefixes: set[str] = set()
    for _, text in files:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and _called(node) in _SAYING and node.args:
                _note_name(node.args[0], names, prefixes)
            # `name = f"section_{…}" if … else "section_untold"`, said on the next line.
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp):
                if ast.unparse(node.targets[0]) != "phrase":
                    continue
                for side in (node.value.body, node.value.orelse):
                    _note_name(side, names, prefixes)
    return names, prefixes


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _note_name(node: ast.expr, names: set[str], prefixes: set[str]) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        names.add(node.value)
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        prefixes.add(str(node.values[0].value))


def phrases_missing(written: set[str], names: set[str], prefixes: set[str]) -> list[str]:
    """Phrases said and not written, and written and never said."""
    unwritten = [f"not written: {name}" for name in sorted(names - written)]
    begun = tuple(prefixes)
    unsaid = [
        f"never said: {name}" for name in sorted(written - names) if not name.startswith(begun)
    ]
    return unwritten + unsaid
