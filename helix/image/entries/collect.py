"""Which entry points does a repository have, all places taken together?"""

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from helix.image.build import Image, Reader
from helix.image.context import Context
from helix.image.entries import dockerfile, kubernetes, platforms, procfile, supervisord
from helix.image.entries.compose import Service
from helix.image.entries.entry import Entry
from helix.image.findings import Place
from helix.image.shell import unwrap
from helix.image.words import shell_words

SUPERVISORD = re.compile(r"(^|/)supervisord?(\.conf|/.*\.conf|\.d/.*\.conf|d\.conf)$")
MANIFEST = re.compile(r"(^|/)(k8s|kubernetes|manifests?|deploy|deployment|kube)/.*\.ya?ml$")
MOST_MANIFESTS = 50


def given(commands: Sequence[str]) -> list[Entry]:
    """Take the commands that the user named."""
    return [Entry(command, Place("--entry", number), text=command) for number, command in enumerate(commands, start=1)]


def collect(tree: Context, image: Image, file: str | None, services: Sequence[Service], read: Reader) -> list[Entry]:
    """Collect the entry points; `tree` is the repository, `file` its Dockerfile, `read` reads inside the image."""
    entries: list[Entry] = []
    if file is not None:
        mounts = tuple(mount for service in services if service.entry is None for mount in service.mounts)
        entries.extend(replace(entry, mounts=mounts) for entry in dockerfile.find(image, file))
    if "Procfile" in tree.files:
        entries.extend(procfile.find(tree.text("Procfile") or "", "Procfile"))
    entries.extend(_supervised(tree, image, read, {word for entry in entries for word in _words(entry)}))
    entries.extend(_with_entrypoint(service.entry, image) for service in services if service.entry is not None)
    entries.extend(platforms.find(tree.text, has_dockerfile=file is not None))
    for path in sorted(path for path in tree.files if MANIFEST.search(path))[:MOST_MANIFESTS]:
        entries.extend(kubernetes.find(tree.text(path) or "", path, tree.root.resolve().name))
    return _distinct(entries)


def _supervised(tree: Context, image: Image, read: Reader, words: set[str]) -> Iterator[Entry]:
    """Yield the programs of supervisord's configuration: named in a command, at the usual place, or in the root.

    One that only lies in a folder of examples is nobody's entry point.
    """
    for path, origin in sorted(image.system.files.items()):
        if not SUPERVISORD.search(path) or not (origin.source in tree.files or origin.text is not None):
            continue
        is_named = any(word.endswith(posixpath.basename(path)) for word in words)
        is_in_root = origin.source is not None and "/" not in origin.source
        if is_named or is_in_root or path.startswith("/etc/"):
            include = partial(_included, image, read, path)
            yield from supervisord.find(read(path) or "", origin.source or path, posixpath.dirname(path), include)


def _words(entry: Entry) -> Sequence[str]:
    return entry.argv if entry.text is None else shell_words(entry.text) or ()


def _included(image: Image, read: Reader, path: str, pattern: str) -> list[tuple[str, str]]:
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), pattern))
    found = [
        name
        for name in sorted(image.system.files)
        if fnmatch.fnmatchcase(name, wanted) and not SUPERVISORD.search(name)
    ]
    return [(image.system.files[name].source or name, read(name) or "") for name in found]


def _with_entrypoint(entry: Entry, image: Image) -> Entry:
    """Put the image's ENTRYPOINT before a compose command, as compose does."""
    first = image.entrypoint.json if image.entrypoint is not None else None
    if not first or not entry.argv:
        return entry
    return replace(entry, argv=(*first, *entry.argv))


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Drop entry points that start the same thing in the same way."""
    seen: set[object] = set()
    found = []
    for entry in entries:
        words = tuple(shell_words(entry.text) or [entry.text]) if entry.text is not None else entry.argv
        key = (unwrap(words)[0], entry.directory, entry.environment)
        if key not in seen or entry.findings:
            seen.add(key)
            found.append(entry)
    return found
