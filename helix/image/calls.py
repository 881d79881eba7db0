"""Which calls and settings import a module or read a file by its name?

`import_module("a.b")`, `load_extension("cogs.music")`, `pkgutil.iter_modules(…)`, `uvicorn.run("app:app")`, Django's
INSTALLED_APPS, `open(…)`, `Path(…).read_text()`, template and static folders.
"""

import ast
from collections.abc import Iterator, Mapping

from helix.image.modules import Grade, Import, Walk
from helix.image.paths import PathValue, Value, as_path, called, evaluate

BY_NAME = frozenset(
    {"import_module", "__import__", "load_extension", "reload_extension", "run_module", "import_string"}
)
WALKERS = frozenset({"iter_modules", "walk_packages"})
READERS = frozenset({"read_text", "read_bytes", "iterdir"})
OPENERS = frozenset({"open", "listdir", "scandir", "fileConfig", "read_csv", "read_json", "truetype", "dotenv_values"})
FOLDER_ARGUMENTS = {"Jinja2Templates": "directory", "StaticFiles": "directory"}
DJANGO_LISTS = frozenset({"INSTALLED_APPS", "MIDDLEWARE", "AUTHENTICATION_BACKENDS", "TEMPLATE_CONTEXT_PROCESSORS"})
DJANGO_NAMES = frozenset({"ROOT_URLCONF", "WSGI_APPLICATION", "ASGI_APPLICATION"})


def name_of(node: ast.Call) -> str:
    """Give the last name of what is called."""
    return called(node)[0]


def imports(node: ast.Call, names: Mapping[str, Value], grade: Grade) -> Iterator[Import]:
    """Yield the modules that a call imports by name."""
    name, owner = called(node)
    first = evaluate(node.args[0], names) if node.args else None
    if not isinstance(first, str) or not first:
        return
    if name in BY_NAME:
        level = len(first) - len(first.lstrip("."))
        if all(part.isidentifier() for part in first.lstrip(".").split(".")):
            yield Import(first.lstrip("."), (), level, node.lineno, grade, is_dotted=name == "import_string")
    elif name == "run" and isinstance(owner, ast.Name) and owner.id in {"uvicorn", "hypercorn"} and ":" in first:
        yield Import(first.split(":")[0], (), 0, node.lineno, grade)
    elif name == "setdefault" and first == "DJANGO_SETTINGS_MODULE" and len(node.args) > 1:
        module = evaluate(node.args[1], names)
        if isinstance(module, str):
            yield Import(module, (), 0, node.lineno, grade)
    elif name == "include" and "." in first and first.replace(".", "").isidentifier():
        yield Import(first, (), 0, node.lineno, grade, is_dotted=True)


def walks(node: ast.Call, names: Mapping[str, Value], modules: Mapping[str, str], grade: Grade) -> Iterator[Walk]:
    """Yield the packages all of whose modules a call imports."""
    name = name_of(node)
    if name in WALKERS and node.args:
        package = _package_of(node.args[0], modules)
        if package is not None:
            yield Walk(package, node.lineno, grade)
    elif name in BY_NAME and node.args:
        prefix = _prefix(node.args[0])
        if prefix:
            yield Walk(prefix, node.lineno, grade)


def read_path(node: ast.Call, names: Mapping[str, Value]) -> PathValue | None:
    """Give the path that a call reads, where it can be told."""
    name, owner = called(node)
    if name in READERS or (name == "open" and owner is not None and not node.args):
        path = evaluate(owner, names) if owner is not None else None
        return path if isinstance(path, PathValue) else None
    if name == "open" and isinstance(owner, ast.Name) and owner.id not in {"io", "codecs", "Image", "aiofiles"}:
        path = evaluate(owner, names)
        return path if isinstance(path, PathValue) and not _writes(node, 0) else None
    if name in OPENERS and node.args and not (name == "open" and _writes(node, 1)):
        return as_path(evaluate(node.args[0], names))
    if name in FOLDER_ARGUMENTS:
        arguments = [keyword.value for keyword in node.keywords if keyword.arg == FOLDER_ARGUMENTS[name]]
        arguments = arguments or node.args[:1]
        return as_path(evaluate(arguments[0], names)) if arguments else None
    return None


def django_settings(node: ast.Assign | ast.AnnAssign, grade: Grade) -> Iterator[Import]:
    """Yield the modules that Django imports because its settings name them."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    if names & DJANGO_LISTS and node.value is not None:
        for inner in ast.walk(node.value):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield from _dotted(inner.value, inner.lineno, grade)
    elif names & DJANGO_NAMES and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        yield from _dotted(node.value.value, node.lineno, grade)


def _dotted(text: str, line: int, grade: Grade) -> Iterator[Import]:
    if text and all(part.isidentifier() for part in text.split(".")):
        yield Import(text, (), 0, line, grade, is_dotted=True)


def _writes(node: ast.Call, position: int) -> bool:
    """Tell whether an open() creates the file, or does something that can't be told."""
    modes = [keyword.value for keyword in node.keywords if keyword.arg == "mode"]
    modes += node.args[position : position + 1]
    if not modes:
        return False
    value = modes[0].value if isinstance(modes[0], ast.Constant) else None
    return not isinstance(value, str) or bool(set(value) & set("wax+"))


def _package_of(node: ast.expr, modules: Mapping[str, str]) -> str | None:
    """Give the package whose `__path__` is walked; "" for the module's own."""
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id="__path__"):
                return ""
            case ast.Attribute(value=ast.Name(id=name), attr="__path__"):
                return modules.get(name)
    return None


def _prefix(node: ast.expr) -> str:
    """Give the constant package at the beginning of f"cogs.{name}" or "cogs." + name."""
    match node:
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *rest]) if rest:
            pass
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add()):
            pass
        case _:
            return ""
    package = text.rpartition(".")[0]
    return package if package and all(part.isidentifier() for part in package.split(".")) else ""
