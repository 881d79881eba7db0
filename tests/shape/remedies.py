"""Which words of the program does an outlet show behind `→`, and do they read on from there?

Every outlet writes `cause → remedy` or `cause; remedy`, so a remedy begins small (unless with a name)
and has no full stop.

A remedy is found by where it stands in the source: an argument, field or variable called so, or a constant that one
of these names. Tables and tuples have no names for their columns: there, a whole sentence (a capital to begin
with, a full stop to end) is what gives it away.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

NAMES = {"Helix", "Discord", "PostgreSQL", "MEGA"}
HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""stands for what an f-string fills in"""

Positions = dict[str, int]
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def well_formed(remedy: str) -> bool:
    """Say whether *remedy* reads on behind an arrow; an empty one is none."""
    first = re.match(r"[\w']*", remedy)
    word = first.group() if first else ""
    begins_small = not word[:1].isupper() or word in NAMES or word.isupper()
    return begins_small and not remedy.endswith((".", "!"))


def is_sentence(text: str) -> bool:
    """Say whether *text* stands alone, as a remedy never does."""
    return bool(re.match(r"`|[A-Z][a-z]", text)) and " " in text and text.endswith(".")


def positions(trees: Iterable[ast.Module]) -> Positions:
    """Where `remedy` stands among the arguments of every function and class that takes one."""
    found: Positions = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, Definition):
                names = _parameters(node)
                if "remedy" in names:
                    found[node.name] = names.index("remedy")
    return found


def remedies(tree: ast.Module, where: Positions) -> Iterator[tuple[int, str]]:
    """Every remedy of a file, with its line."""
    values = _assigned(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for given in _given(node, where):
                yield from _texts(given, values)
    for name, given in values.items():
        if "remedy" in name.lower():
            for one in given:
                yield from _texts(one, values)


def sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a file that is a whole sentence, docstrings left out, with its line."""
    apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    apart |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in apart:
            yield from ((line, text) for line, text in _texts(node, {}) if is_sentence(text))


def _parameters(node: Definition) -> list[str]:
    if isinstance(node, ast.ClassDef):
        return [part.target.id for part in node.body if isinstance(part, ast.AnnAssign) and _is_name(part.target)]
    return [argument.arg for argument in node.args.posonlyargs + node.args.args if argument.arg != "self"]


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _given(call: ast.Call, where: Positions) -> Iterator[ast.expr]:
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "remedy")
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = where.get(name)
    # behind `*pair` nobody can count
    if place is not None and place < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args):
        yield call.args[place]


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    values: dict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and node.value is not None:
                values[target.id].append(node.value)
    return values


def _texts(node: ast.expr, values: dict[str, list[ast.expr]]) -> Iterator[tuple[int, str]]:
    """The texts that an expression may give, as far as its file says."""
    match node:
        case ast.Constant(value=str(text)):
            yield node.lineno, text
        case ast.JoinedStr(values=parts):
            yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in parts)
        case ast.IfExp(body=yes, orelse=no):
            yield from _texts(yes, values)
            yield from _texts(no, values)
        case ast.BoolOp(values=either):
            for one in either:
                yield from _texts(one, values)
        case ast.Name(id=name):
            for one in values.get(name, ()):
                yield from _texts(one, {})
        case _:
            return
