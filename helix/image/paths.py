"""Which path does an expression such as `Path(__file__).parent / "data" / "x.json"` stand for?

Evaluated on the syntax tree alone. `Path(__file__).parents[2]` means another folder once COPY has moved the module, so
the value is kept relative to "this module's file" and resolved twice: inside the image and inside the checkout.
"""

import ast
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass

DEEPEST = 40


@dataclass(frozen=True, slots=True)
class PathValue:
    """A path: `up` steps up from the module's file (None: relative to the working directory), then `tail`."""

    up: int | None
    tail: str = ""

    def parent(self) -> "PathValue":
        """Go one folder up."""
        if self.tail:
            return PathValue(self.up, posixpath.dirname(self.tail))
        return PathValue(self.up + 1 if self.up is not None else None, ".." if self.up is None else "")

    def joined(self, other: str) -> "PathValue":
        """Go down."""
        return PathValue(None, other) if other.startswith("/") else PathValue(self.up, posixpath.join(self.tail, other))

    def against(self, file: str, directory: str) -> str:
        """Give the path for a module's file and a working directory."""
        start = directory
        if self.up is not None:
            start = file
            for _ in range(self.up):
                start = posixpath.dirname(start)
        return posixpath.normpath(posixpath.join(start, self.tail))


Value = PathValue | str | None
METHODS: dict[str, Callable[[PathValue], PathValue]] = {
    "resolve": lambda path: path,
    "absolute": lambda path: path,
    "expanduser": lambda path: path,
    "as_posix": lambda path: path,
}
SAME = frozenset({"abspath", "realpath", "normpath", "Path", "PurePath", "PosixPath", "str", "fspath", "expanduser"})


def evaluate(node: ast.AST, names: Mapping[str, Value], depth: int = 0) -> Value:
    """Evaluate an expression to a path or a text; None when it is neither."""
    result: Value = None
    if depth > DEEPEST:
        return result
    match node:
        case ast.Constant(value=str(text)):
            result = text
        case ast.Name(id="__file__"):
            result = PathValue(0)
        case ast.Name(id=name):
            result = names.get(name)
        case ast.Attribute(value=inner, attr="parent"):
            result = _up(_path(evaluate(inner, names, depth + 1)), 1)
        case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(value=int(steps))):
            result = _up(_path(evaluate(inner, names, depth + 1)), steps + 1)
        case ast.BinOp(left=left, op=ast.Div() | ast.Add() as operator, right=right):
            result = _binary(evaluate(left, names, depth + 1), operator, evaluate(right, names, depth + 1))
        case ast.JoinedStr(values=values):
            result = _formatted(values, names, depth)
        case ast.Call():
            result = _call(node, names, depth)
    return result


def as_path(value: Value) -> PathValue | None:
    """Take a text as a path relative to the working directory."""
    return _path(value)


def _path(value: Value) -> PathValue | None:
    return PathValue(None, value) if isinstance(value, str) else value


def _up(path: PathValue | None, steps: int) -> PathValue | None:
    for _ in range(min(steps, DEEPEST)):
        path = path.parent() if path else None
    return path


def _binary(left: Value, operator: ast.operator, right: Value) -> Value:
    if isinstance(operator, ast.Div):
        path = _path(left)
        tail = right if isinstance(right, str) else right.tail if right is not None and right.up is None else None
        return path.joined(tail) if path and tail is not None else None
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, PathValue) and isinstance(right, str):
        return PathValue(left.up, (left.tail + right).lstrip("/") if not left.tail else left.tail + right)
    return None


def _formatted(values: list[ast.expr], names: Mapping[str, Value], depth: int) -> Value:
    result: Value = ""
    for part in values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        found = evaluate(inner, names, depth + 1)
        if found is None:
            return None
        result = found if result == "" else _binary(result, ast.Add(), found)
        if result is None:
            return None
    return result


def _call(node: ast.Call, names: Mapping[str, Value], depth: int) -> Value:
    name, owner = called(node)
    values = [evaluate(argument, names, depth + 1) for argument in node.args]
    if name == "getcwd" or (name == "cwd" and not values):
        return PathValue(None)
    if name in {"join", "joinpath"} or (name in {"Path", "PurePath"} and len(values) > 1):
        start = evaluate(owner, names, depth + 1) if name == "joinpath" and owner else values.pop(0) if values else None
        return _joined(_path(start), values)
    if name == "dirname" and values:
        path = _path(values[0])
        return path.parent() if path else None
    if name in SAME and values:
        return values[0] if name in {"str", "fspath"} else _path(values[0])
    if name in METHODS and owner is not None:
        path = _path(evaluate(owner, names, depth + 1))
        return METHODS[name](path) if path else None
    return None


def _joined(path: PathValue | None, values: list[Value]) -> PathValue | None:
    for value in values:
        tail = value if isinstance(value, str) else value.tail if value is not None and value.up is None else None
        if path is None or tail is None:
            return None
        path = path.joined(tail)
    return path


def called(node: ast.Call) -> tuple[str, ast.expr | None]:
    """Give the last name of what is called, and the object it is called on."""
    match node.func:
        case ast.Name(id=name):
            return name, None
        case ast.Attribute(attr=name, value=owner):
            return name, owner
    return "", None
