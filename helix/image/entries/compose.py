"""Which commands and bind mounts does a compose file give to the services that are built from this Dockerfile?"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from helix.image.entries import trees
from helix.image.entries.entry import Entry, from_argv, from_words
from helix.image.findings import Place

FILE = re.compile(r"(docker-)?compose(\.(prod|production|deploy|staging))?\.ya?ml")


@dataclass(frozen=True, slots=True)
class Service:
    """One service that is built here, with paths relative to the repository."""

    entry: Entry | None
    context: str
    dockerfile: str
    target: str
    mounts: tuple[str, ...]


def find(text: str, file: str) -> Iterator[Service]:
    """Yield the services that have a `build`."""
    for document in trees.documents(text)[:1]:
        for name, node in trees.pairs(trees.child(document, "services")):
            build = trees.child(node, "build")
            if build is not None:
                yield _service(name, node, build, file)


def _service(name: str, node: yaml.Node, build: yaml.Node, file: str) -> Service:
    folder = posixpath.dirname(file)
    context = trees.plain(build) or trees.plain(trees.child(build, "context")) or "."
    context = posixpath.normpath(posixpath.join(folder, context))
    mounts = tuple(_mounts(node))
    dockerfile = trees.plain(trees.child(build, "dockerfile")) or "Dockerfile"
    return Service(
        _entry(name, node, file, mounts),
        "" if context == "." else context,
        posixpath.normpath(posixpath.join(context, dockerfile)),
        trees.plain(trees.child(build, "target")),
        mounts,
    )


def _entry(name: str, node: yaml.Node, file: str, mounts: tuple[str, ...]) -> Entry | None:
    command, entrypoint = trees.child(node, "command"), trees.child(node, "entrypoint")
    chosen = command or entrypoint
    if chosen is None:
        return None
    words = [*_words(entrypoint), *_words(command)]
    text = trees.plain(chosen)
    label = f"{name}: {' '.join(words)}"
    more = {
        "directory": trees.plain(trees.child(node, "working_dir")) or None,
        "environment": tuple(_environment(node)),
        "mounts": mounts,
    }
    place = Place(file, trees.line(chosen))
    if entrypoint is None and isinstance(command, yaml.ScalarNode):
        return from_words(label, place, _interpolated(text), **more)
    return from_argv(label, place, [_interpolated(word) for word in words], **more) if words else None


def _words(node: yaml.Node | None) -> list[str]:
    return trees.strings(node) or trees.plain(node).split()


def _interpolated(text: str) -> str:
    """Drop what compose replaces itself; `$$` is how a dollar sign reaches the container."""
    marked = text.replace("$$", "\0")
    return re.sub(r"\$\{[^}]*\}|\$[A-Za-z_]\w*", "0", marked).replace("\0", "$")


def _environment(node: yaml.Node) -> Iterator[tuple[str, str]]:
    variables = trees.child(node, "environment")
    for name, value in trees.pairs(variables):
        yield name, trees.plain(value)
    for item in trees.strings(variables):
        key, sign, text = item.partition("=")
        if sign:
            yield key, text


def _mounts(node: yaml.Node) -> Iterator[str]:
    """Yield the container paths of bind mounts (a source that begins with a dot, a slash or a tilde)."""
    for item in trees.items(trees.child(node, "volumes")):
        if isinstance(item, yaml.ScalarNode):
            source, _, rest = item.value.partition(":")
            if rest and source.startswith((".", "/", "~", "$")):
                yield posixpath.normpath(rest.split(":")[0])
        elif trees.plain(trees.child(item, "type")) == "bind":
            yield posixpath.normpath(trees.plain(trees.child(item, "target")) or "/")
