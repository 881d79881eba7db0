"""Which names does a module bind at its top level?

Needed for `from module import name`: a name that is neither bound nor a submodule fails at the start. Where names come
to be in ways that can't be read off (a star import, `globals()`, `exec`, `__getattr__`), the answer is None.
"""

import ast
import re
from collections.abc import Iterator

UNTELLABLE = re.compile(r"\bglobals\(|\bexec\(|__getattr__|sys\.modules|\bsetattr\(|import\s+\*|\bvars\(|\blocals\(")
IMPLICIT = frozenset(
    {"__name__", "__file__", "__doc__", "__path__", "__package__", "__spec__", "__loader__", "__dict__"}
)


def bound(tree: ast.Module, text: str) -> frozenset[str] | None:
    """List the names; None when they can't be told."""
    if UNTELLABLE.search(text):
        return None
    found = set(IMPLICIT) | {"__version__"} if "__version__" in text else set(IMPLICIT)
    has_global = "global " in text
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        found.update(_names(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            found.update(_declared_global(node) if has_global else ())
            continue
        pending.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.Import(names=aliases):
            yield from (alias.asname or alias.name.split(".")[0] for alias in aliases)
        case ast.ImportFrom(names=aliases, module=module, level=level):
            yield from (alias.asname or alias.name for alias in aliases)
            if level and module:
                yield module.split(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def _declared_global(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Global):
            yield from inner.names
