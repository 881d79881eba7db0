"""What does installing a project (`pip install .`) put into site-packages?

Reads pyproject.toml, setup.cfg and setup.py as data. Where a build backend can't be foreseen, every package that is
there is taken to be installed: this can hide a fault, but it never invents one.
"""

import ast
import configparser
import fnmatch
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from helix.image.declared import Reader, table, toml
from helix.image.filesystem import FileSystem, Origin

NOT_PACKAGES = frozenset({"build", "dist", "docs", "doc", "examples", "example", "test", "tests", "bin", "venv", "env"})

WHERE = re.compile(r"(?:package_dir\s*=\s*\{\s*['\"]{2}\s*:|where\s*=)\s*['\"]([\w./-]+)['\"]")


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its own files describe it; `packages` None means that discovery decides."""

    source_folder: str
    packages: tuple[str, ...] | None
    modules: tuple[str, ...]
    includes: tuple[str, ...]
    scripts: dict[str, str]


def describe(system: FileSystem, read: Reader, folder: str) -> Project | None:
    """Describe the project in a folder of the image; None where there is none."""
    texts = {name: read(posixpath.join(folder, name)) for name in ("pyproject.toml", "setup.cfg", "setup.py")}
    if not any(texts.values()):
        return None
    data = toml(texts["pyproject.toml"] or "")
    setuptools = table(data, "tool", "setuptools")
    find = table(setuptools, "packages", "find")
    where = next((item for item in find.get("where", ()) if isinstance(item, str)), None)
    where = where or str(table(setuptools, "package-dir").get("", "")) or _where_in_setup(texts)
    packages = setuptools.get("packages")
    explicit = tuple(packages) if isinstance(packages, list) else _packages_in_setup_py(texts["setup.py"] or "")
    modules = setuptools.get("py-modules") or _modules_in_setup_py(texts["setup.py"] or "")
    source = posixpath.join(folder, where) if where else _default_source(system, folder)
    scripts = table(data, "project", "scripts") | table(data, "tool", "poetry", "scripts") | _scripts_in_setup(texts)
    return Project(
        source,
        explicit,
        tuple(item for item in modules if isinstance(item, str)),
        tuple(item for item in find.get("include", ()) if isinstance(item, str)),
        {name: target for name, target in scripts.items() if isinstance(target, str)},
    )


def install(system: FileSystem, project: Project, site: str, line: int) -> None:
    """Put the files of the project's packages into site-packages."""
    for path, target in list(_installed(system, project, site)):
        origin = system.origin(path)
        if origin is not None:
            system.add_file(target, Origin(origin.source, line, origin.text))
    system.scripts |= project.scripts


def _installed(system: FileSystem, project: Project, site: str) -> Iterator[tuple[str, str]]:
    source = project.source_folder
    for module in project.modules:
        path = posixpath.join(source, module.replace(".", "/") + ".py")
        yield path, posixpath.join(site, posixpath.relpath(path, source))
    for path in system.walk(source):
        inside = posixpath.relpath(path, source)
        package = posixpath.dirname(inside).replace("/", ".")
        if (package and _is_included(project, package)) or (
            not package and project.packages is None and inside.endswith(".py") and inside != "setup.py"
        ):
            yield path, posixpath.join(site, inside)


def _is_included(project: Project, package: str) -> bool:
    top = package.split(".", maxsplit=1)[0]
    if project.packages is not None:
        return any(package == name or _is_data_below(package, name, project.packages) for name in project.packages)
    if project.includes:
        return any(fnmatch.fnmatchcase(package, pattern) for pattern in project.includes)
    return top not in NOT_PACKAGES and not top.startswith(".") and not top.endswith(".egg-info")


def _is_data_below(package: str, name: str, packages: tuple[str, ...]) -> bool:
    """Folders below an explicitly named package are packages of their own, and not installed unless named."""
    return False if package not in packages else package.startswith(name + ".")


def _default_source(system: FileSystem, folder: str) -> str:
    source = posixpath.join(folder, "src")
    has_code = any(path.endswith((".py", ".so")) for path in system.walk(source)) if system.is_folder(source) else False
    return source if has_code else folder


def _where_in_setup(texts: dict[str, str | None]) -> str:
    found = re.search(
        r"(?:package_dir\s*=\s*\{\s*['\"]{2}\s*:|where\s*=)\s*['\"]([\w./-]+)['\"]", texts["setup.py"] or ""
    )
    if found:
        return found[1]
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(texts["setup.cfg"] or "")
    except configparser.Error:
        return ""
    where = parser.get("options.packages.find", "where", fallback="")
    return where.strip() or parser.get("options", "package_dir", fallback="").partition("=")[2].strip()


def _packages_in_setup_py(text: str) -> tuple[str, ...] | None:
    found = _literal_in_setup_py(text, "packages")
    return tuple(found) if found is not None else None


def _modules_in_setup_py(text: str) -> list[str]:
    return _literal_in_setup_py(text, "py_modules") or []


def _literal_in_setup_py(text: str, name: str) -> list[str] | None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == name:
            try:
                value = ast.literal_eval(node.value)
            except (ValueError, TypeError):
                return None
            return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else None
    return None


def _scripts_in_setup(texts: dict[str, str | None]) -> dict[str, str]:
    """Find `name = module:attribute`: a line of setup.cfg, a text in quotes in setup.py."""
    lines = dict(re.findall(r"^\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*$", texts["setup.cfg"] or "", re.MULTILINE))
    quoted = re.findall(r"['\"]\s*([\w.-]+)\s*=\s*([\w.]+:[\w.]+)\s*(?:\[[^\]]*\])?['\"]", texts["setup.py"] or "")
    return lines | dict(quoted)
