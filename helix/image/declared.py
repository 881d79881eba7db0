"""Which distributions do the files of a repository declare?

requirements files, pyproject.toml (PEP 621, PEP 735, Poetry), setup.cfg, setup.py (read, never run), Pipfile,
environment.yml and the locks of uv, Poetry, PDM and Pipenv. A lock names everything that gets installed.
"""

import ast
import configparser
import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from packaging.utils import canonicalize_name

Reader = Callable[[str], str | None]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Declared:
    """Names of distributions; `is_locked` when these are all, `is_open` when one of them can't be named."""

    names: frozenset[str] = frozenset()
    is_locked: bool = False
    is_open: bool = False

    def __or__(self, other: "Declared") -> "Declared":
        """Join two declarations; an empty one says nothing about being locked."""
        if not self.names and not self.is_open:
            return other
        if not other.names and not other.is_open:
            return self
        return Declared(self.names | other.names, self.is_locked and other.is_locked, self.is_open or other.is_open)


def names(found: Iterable[str], *, is_locked: bool = False) -> Declared:
    """Take names (or whole requirements) as a declaration."""
    parsed = [_name(text) for text in found]
    return Declared(frozenset(name for name in parsed if name), is_locked, any(not name for name in parsed))


def requirements(read: Reader, path: str, depth: int = 0) -> Declared:
    """Read a requirements file and those that it names."""
    text = read(path)
    if text is None or depth > DEEPEST:
        return Declared(is_open=True)
    found, hashed = Declared(), "--hash" in text
    lines = [line.split(" --")[0].strip() for line in re.sub(r"\\\r?\n", " ", text).splitlines()]
    plain = [re.sub(r"(^|\s)#.*", "", line).strip() for line in lines]
    for line in plain:
        if other := re.match(r"(?:-r|--requirement)[ =]*(\S+)", line):
            found |= requirements(read, posixpath.join(posixpath.dirname(path), other[1]), depth + 1)
        elif re.match(r"(-e|--editable)\s", line):
            found |= Declared(is_open=not line.split(None, 1)[1].startswith("."))
    found |= names((line for line in plain if line and not line.startswith("-")), is_locked=hashed)
    return found


def pyproject(text: str, extras: Iterable[str] = (), groups: Iterable[str] = ()) -> Declared:
    """Read [project], [dependency-groups] and [tool.poetry]."""
    data = toml(text)
    project, poetry = table(data, "project"), table(data, "tool", "poetry")
    found = names(_strings(project.get("dependencies")))
    if "dependencies" in _strings(project.get("dynamic")):
        found |= Declared(is_open=True)
    optional = table(project, "optional-dependencies")
    for extra in extras:
        found |= names(_strings(optional.get(extra)))
    for group in groups:
        found |= names(_strings(table(data, "dependency-groups").get(group)))
    for part in (poetry, *(table(poetry, "group", group) for group in groups)):
        found |= names(name for name in table(part, "dependencies") if name != "python")
    return found


def setup_cfg(text: str) -> Declared:
    """Read [options] install_requires."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
        lines = parser.get("options", "install_requires", fallback="").splitlines()
    except configparser.Error:
        return Declared(is_open=True)
    return names(line.split("#")[0] for line in lines if line.split("#")[0].strip())


def setup_py(text: str) -> Declared:
    """Read install_requires where it is a literal list; anything else is open."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Declared(is_open=True)
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            try:
                return names(ast.literal_eval(node.value))
            except (ValueError, TypeError):
                return Declared(is_open=True)
    return Declared()


def pipfile(text: str) -> Declared:
    """Read [packages] of a Pipfile."""
    return names(table(toml(text), "packages"))


def pipfile_lock(text: str) -> Declared:
    """Read the default section of Pipfile.lock."""
    try:
        data = json.loads(text)
        return names(data["default"], is_locked=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        return Declared(is_open=True)


def package_lock(text: str, *, has_dev: bool, extras: Iterable[str] | None) -> Declared:
    """Read uv.lock (following the project's own dependencies), poetry.lock, pdm.lock or pylock.toml.

    `extras` None means all of them.
    """
    data = toml(text)
    packages = [
        item for item in _items(data.get("package") or data.get("packages")) if isinstance(item.get("name"), str)
    ]
    if not packages:
        return Declared(is_open=True)
    projects = [item for item in packages if set(table(item, "source")) & {"editable", "virtual"}]
    if not projects:
        return names((item["name"] for item in packages), is_locked=True)
    by_name: dict[str, dict[str, Any]] = {canonicalize_name(item["name"]): item for item in packages}
    pending = [name for item in projects for name in _project_needs(item, has_dev=has_dev, extras=extras)]
    found: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in found and name in by_name:
            found.add(name)
            pending.extend(_needs(by_name[name].get("dependencies")))
            pending.extend(
                need for some in table(by_name[name], "optional-dependencies").values() for need in _needs(some)
            )
    return names(found, is_locked=True)


def conda(text: str) -> Declared:
    """Read the names in environment.yml; conda brings more than it names."""
    found = re.findall(r"^\s*-\s*([A-Za-z][\w.-]*)", text, re.MULTILINE)
    return replace(names(found), is_open=True)


def toml(text: str) -> dict[str, Any]:
    """Read TOML; what is none is empty."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def table(data: dict[str, Any], *path: str) -> dict[str, Any]:
    """Give a table inside a table; an absent one is empty."""
    for key in path:
        value = data.get(key)
        data = value if isinstance(value, dict) else {}
    return data


def _project_needs(item: dict[str, Any], *, has_dev: bool, extras: Iterable[str] | None) -> list[str]:
    needs = list(_needs(item.get("dependencies")))
    optional = table(item, "optional-dependencies")
    for extra in optional if extras is None else extras:
        needs.extend(_needs(optional.get(extra)))
    if has_dev:
        needs.extend(need for some in table(item, "dev-dependencies").values() for need in _needs(some))
    return needs


def _needs(value: object) -> list[str]:
    return [canonicalize_name(item["name"]) for item in _items(value) if isinstance(item.get("name"), str)]


def _name(text: str) -> str:
    """Give the canonical name in a requirement, "" for a path, an address or a variable."""
    text = text.strip()
    found = NAME.match(text)
    if not found or re.match(r"[a-z+]+://|[^\s@;]*[/\\$]|[^\s@;]*\.(whl|zip|tar\.gz)$", text):
        return _egg(text)
    return canonicalize_name(found[0])


def _egg(text: str) -> str:
    found = re.search(r"#egg=([\w.-]+)", text) or re.search(r"([\w.-]+?)-\d[^/]*\.(?:whl|tar\.gz|zip)$", text)
    return canonicalize_name(found[1]) if found else ""


def _items(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
