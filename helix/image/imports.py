"""Which imports and file reads stand in a Python text, and when does each happen?

Only the syntax tree is read. A function that the module calls itself at its top level (`main()`, also through
`asyncio.run(main())`) runs at the start, so what stands in it is graded as if it stood at the top.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from helix.image import calls
from helix.image.modules import Facts, Grade, Import, Reference, Walk
from helix.image.names import bound
from helix.image.paths import Value, evaluate

IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
FILE_ERRORS = frozenset({"OSError", "IOError", "FileNotFoundError", "EnvironmentError", "Exception", "BaseException"})
PLATFORM = re.compile(
    r"sys\.(platform|version_info|implementation)|os\.name|platform\.|PY3|PY2|find_spec|TYPE_CHECKING"
)
TESTS_FILES = re.compile(r"exists\(|is_file\(|is_dir\(|isfile\(|isdir\(")
LEAVES = frozenset({ast.Name, ast.Constant, ast.Load, ast.Store, ast.Lambda, ast.alias, ast.operator, ast.Add, ast.Sub})
RELEVANT = re.compile(
    r"import|load_extension|reload_extension|run|iter_modules|walk_packages|setdefault|include|read_|iterdir|open|listdir"
    r"|scandir|fileConfig|truetype|dotenv_values|Jinja2Templates|StaticFiles"
)
"""A function that nobody calls at the start and in which none of these words stands needs no reading."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Scope:
    """How what is being read comes to run; failed imports or missing files may be provided for."""

    grade: Grade
    guards_imports: bool = False
    guards_files: bool = False

    @property
    def imports(self) -> Grade:
        """The grade of an import that stands here."""
        return Grade.GUARDED if self.guards_imports else self.grade

    @property
    def files(self) -> Grade:
        """The grade of a file that is read here, or by what is imported here."""
        return Grade.GUARDED if self.guards_files else self.grade

    def at(self, grade: Grade) -> "Scope":
        """Give the scope with a grade that is no better than this."""
        return Scope(max(self.grade, grade), self.guards_imports, self.guards_files)


def read(text: str, *, is_main: bool, called: str = "") -> Facts:
    """Read a module; `is_main` says that it is the program itself, `called` names a function that the start calls."""
    try:
        tree = ast.parse(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        return Facts(error=error.msg or "invalid syntax", error_line=error.lineno or 1)
    except (ValueError, RecursionError, MemoryError) as error:
        return Facts(error=f"can't be parsed: {error}", error_line=0)
    reader = _Reader(is_main, text.split("\n"))
    try:
        reader.module(tree, called)
    except RecursionError:
        return Facts(error="is nested too deeply to be read", error_line=0)
    return Facts(tuple(reader.imports), tuple(reader.walks), tuple(reader.references), bound(tree, text))


@dataclass(slots=True)
class _Reader:
    is_main: bool
    lines: list[str]
    imports: list[Import] = field(default_factory=list)
    walks: list[Walk] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    names: dict[str, Value] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    functions: dict[str, list[Function]] = field(default_factory=dict)
    reached: dict[str, Grade] = field(default_factory=dict)
    pending: list[Function] = field(default_factory=list)

    def module(self, tree: ast.Module, called: str) -> None:
        for node in tree.body:
            if isinstance(node, Function):
                self.functions.setdefault(node.name, []).append(node)
        if called in self.functions:
            self.reached[called] = Grade.START
        self.block(tree.body, Scope(Grade.START))
        done: set[str] = set()
        while waiting := [name for name in self.reached if name not in done]:
            for name in waiting:
                done.add(name)
                for function in self.functions[name]:
                    self.block(function.body, Scope(self.reached[name]))
        pending, self.pending = self.pending, []
        while pending:
            for node in pending:
                is_done = node.name in done and node in self.functions[node.name]
                if not is_done and RELEVANT.search("\n".join(self.lines[node.lineno - 1 : node.end_lineno])):
                    self.block(node.body, Scope(Grade.LAZY))
            pending, self.pending = self.pending, []

    def block(self, statements: Sequence[ast.stmt], scope: Scope) -> None:
        for statement in statements:
            self.statement(statement, scope)
            if isinstance(statement, ast.If) and _leaves(statement.body):
                # what follows `if …: return` runs on one branch only
                scope = scope.at(Grade.CONDITIONAL)

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                self.add_import(node, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.pending.append(node)
                self.expressions([*node.decorator_list, *node.args.defaults], scope)
            case ast.ClassDef():
                self.expressions([*node.decorator_list, *node.bases], scope)
                self.block(node.body, scope)
            case ast.If():
                self.condition(node, scope)
            case ast.Try() | ast.TryStar():
                self.attempt(node, scope)
            case ast.With() | ast.AsyncWith():
                self.expressions([item.context_expr for item in node.items], scope)
                self.block(node.body, _suppressed(node, scope))
            case ast.For() | ast.AsyncFor() | ast.While():
                self.expressions([node.test if isinstance(node, ast.While) else node.iter], scope)
                self.block([*node.body, *node.orelse], scope)
            case ast.Match():
                self.expressions([node.subject], scope)
                for case in node.cases:
                    self.block(case.body, scope.at(Grade.CONDITIONAL))
            case _:
                self.assignment(node)
                self.expressions([node], scope)

    def condition(self, node: ast.If, scope: Scope) -> None:
        test = ast.unparse(node.test)
        if "TYPE_CHECKING" in test and "not" not in test:
            self.block(node.orelse, scope)
            return
        if "__name__" in test and "__main__" in test:
            self.block(node.body if self.is_main else node.orelse, scope)
            return
        self.expressions([node.test], scope)
        inner = scope.at(Grade.CONDITIONAL)
        if PLATFORM.search(test):
            inner = Scope(inner.grade, guards_imports=True, guards_files=scope.guards_files)
        if TESTS_FILES.search(test):
            inner = Scope(inner.grade, scope.guards_imports, guards_files=True)
        self.block(node.body, inner)
        self.block(node.orelse, inner)

    def attempt(self, node: "ast.Try | ast.TryStar", scope: Scope) -> None:
        caught = {name for handler in node.handlers if not _gives_up(handler) for name in _caught(handler)}
        guards_imports = scope.guards_imports or bool(caught & IMPORT_ERRORS)
        guards_files = scope.guards_files or bool(caught & FILE_ERRORS)
        self.block([*node.body, *node.orelse], Scope(scope.grade, guards_imports, guards_files))
        for handler in node.handlers:
            self.block(handler.body, Scope(max(scope.grade, Grade.CONDITIONAL), guards_imports=True, guards_files=True))
        self.block(node.finalbody, scope)

    def assignment(self, node: ast.stmt) -> None:
        """Remember names that stand for a path or a text."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.names[name] = evaluate(value, self.names)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self.names[name] = evaluate(value, self.names)

    def expressions(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        for node in nodes:
            for inner in _calls_and_assignments(node):
                if isinstance(inner, ast.Call):
                    self.call(inner, scope)
                else:
                    self.settings(inner, scope)

    def call(self, node: ast.Call, scope: Scope) -> None:
        name = calls.name_of(node)
        if isinstance(node.func, ast.Name) and name in self.functions and scope.grade < Grade.LAZY:
            self.reached[name] = min(self.reached.get(name, scope.grade), scope.grade)
        found = calls.imports(node, self.names, scope.imports)
        self.imports.extend(replace(one, files=scope.files) for one in found)
        walks = calls.walks(node, self.names, self.modules, scope.imports)
        self.walks.extend(replace(one, files=scope.files) for one in walks)
        path = calls.read_path(node, self.names)
        if path is not None:
            self.references.append(Reference(path, node.lineno, scope.files))

    def settings(self, node: ast.Assign | ast.AnnAssign, scope: Scope) -> None:
        found = calls.django_settings(node, scope.imports)
        self.imports.extend(replace(one, files=scope.files) for one in found)

    def add_import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.modules[alias.asname or alias.name.split(".")[0]] = alias.name
                self.imports.append(Import(alias.name, (), 0, node.lineno, scope.imports, files=scope.files))
            return
        names = tuple(alias.name for alias in node.names)
        if node.module == "__future__":
            return
        for alias in node.names:
            self.modules[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}".lstrip(".")
        wanted = Import(node.module or "", names, node.level, node.lineno, scope.imports, files=scope.files)
        self.imports.append(wanted)


def _calls_and_assignments(node: ast.AST) -> Iterator[ast.Call | ast.Assign | ast.AnnAssign]:
    """Yield what runs with a statement, which leaves out the bodies of lambdas; ast.walk takes three times as long."""
    pending = [node]
    while pending:
        inner = pending.pop()
        if isinstance(inner, ast.Call | ast.Assign | ast.AnnAssign):
            yield inner
        for name in inner._fields:
            value = getattr(inner, name, None)
            if isinstance(value, list):
                pending.extend(item for item in value if isinstance(item, ast.AST) and type(item) not in LEAVES)
            elif isinstance(value, ast.AST) and type(value) not in LEAVES:
                pending.append(value)


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break) for node in body) or _exits(body)


def _exits(body: Sequence[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and calls.name_of(node.value) in {"exit", "_exit"}
        for node in body
    )


def _gives_up(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler ends the program or raises again, so that nothing is provided for."""
    return any(isinstance(node, ast.Raise) for node in handler.body) or _exits(handler.body)


def _caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"BaseException"}
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in nodes}


def _suppressed(node: ast.With | ast.AsyncWith, scope: Scope) -> Scope:
    for item in node.items:
        if isinstance(item.context_expr, ast.Call) and calls.name_of(item.context_expr) == "suppress":
            names = {getattr(argument, "id", "") for argument in item.context_expr.args}
            imports, files = bool(names & IMPORT_ERRORS), bool(names & FILE_ERRORS)
            return Scope(scope.grade, scope.guards_imports or imports, scope.guards_files or files)
    return scope
