"""Which Dockerfile, which build context, which target does a repository mean?"""

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helix.image.context import Context, read_text
from helix.image.entries import compose, trees
from helix.image.entries.compose import Service

NAMES = ("Dockerfile", "dockerfile", "Containerfile")
NAMED_LIKE = re.compile(r"(^|[./])dockerfile($|\.)|\.dockerfile$", re.IGNORECASE)
NOT_SHIPPED = re.compile(r"(^|[./_-])(dev|test|tests|ci|devcontainer|local|debug|base|docs)([./_-]|$)", re.IGNORECASE)
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """The Dockerfile (relative to the repository, None without one), the contexts to try, and the compose services."""

    dockerfile: str | None
    contexts: tuple[str, ...]
    target: str
    services: tuple[Service, ...]
    others: tuple[str, ...] = ()


def choose(tree: Context, dockerfile: str | None, context: str | None) -> Choice:
    """Choose what is built; `dockerfile` and `context` are what the user named, relative to the repository."""
    services = tuple(_services(tree))
    candidates = list(dict.fromkeys(_candidates(tree, services)))
    chosen = dockerfile or (candidates[0] if candidates else None)
    ours = tuple(service for service in services if service.dockerfile == chosen)
    contexts = [context] if context is not None else [service.context for service in ours[:1]]
    if not contexts and chosen is not None:
        contexts = list(dict.fromkeys(["", posixpath.dirname(chosen)]))
    target = next((service.target for service in ours if service.target), "")
    return Choice(chosen, tuple(contexts or [""]), target, ours, tuple(name for name in candidates if name != chosen))


def text(tree: Context, path: str | None) -> str | None:
    """Read a Dockerfile, which may lie outside the repository."""
    if path is None:
        return None
    return tree.text(path) or read_text(Path(os.path.normpath(tree.root / path)))


def _services(tree: Context) -> Iterator[Service]:
    for path in sorted(tree.files):
        if compose.FILE.fullmatch(posixpath.basename(path)) and path.count("/") < DEEPEST:
            yield from compose.find(tree.text(path) or "", path)


def _candidates(tree: Context, services: tuple[Service, ...]) -> Iterator[str]:
    yield from (name for name in NAMES if name in tree.files)
    for file in ("railway.toml", "railway.json"):
        content = tree.text(file) or ""
        data = trees.toml(content) if file.endswith(".toml") else trees.json_object(content)
        build = data.get("build")
        named = build.get("dockerfilePath") if isinstance(build, dict) else None
        if isinstance(named, str) and posixpath.normpath(named.lstrip("/")) in tree.files:
            yield posixpath.normpath(named.lstrip("/"))
    yield from (service.dockerfile for service in services if service.dockerfile in tree.files)
    named_like = [
        path for path in tree.files if NAMED_LIKE.search(posixpath.basename(path)) and path.count("/") < DEEPEST
    ]
    named_like = [path for path in named_like if not path.endswith((".dockerignore", ".md", ".py", ".j2", ".template"))]
    yield from sorted(named_like, key=lambda path: (bool(NOT_SHIPPED.search(path)), path.count("/"), path))
