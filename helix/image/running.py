"""What does a RUN line change in the image, as far as that can be told without running it?

Copies, moves, removals, links, written files and installations are followed. A download makes a folder *open*; any
other unknown command is remembered as a *generator*, which may have made files that are in no checkout.
"""

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from helix.image import copying, installs
from helix.image.copying import Copy
from helix.image.filesystem import FileSystem, Origin, clean
from helix.image.installs import Workplace
from helix.image.shell import Command, commands, unwrap
from helix.image.words import expand

_HARMLESS = """
    adduser addgroup useradd groupadd usermod passwd chmod chown chgrp chsh true false : set test [ [[ echo
    printf cat ls find export umask ldconfig locale-gen update-ca-certificates update-alternatives dpkg apt-
    key gpg sed awk grep head tail sort which command type exit return sleep date id whoami uname hash eval
    ulimit wait sync trap shift local read source . unset npm npx yarn pnpm corepack playwright strip dpkg-
    reconfigure apt-mark pwd env du df setcap rmdir
"""
HARMLESS = frozenset(_HARMLESS.split())
DOWNLOADS = frozenset({"git", "curl", "wget", "tar", "unzip", "svn", "hg", "aws", "gsutil", "rsync", "7z", "dvc"})


@dataclass(slots=True)
class Effects:
    """What RUN lines did that can't be modelled: commands that may have written anything, with their lines."""

    generators: list[tuple[str, int]] = field(default_factory=list)


def run(script: str, place: Workplace, effects: Effects) -> None:
    """Follow the commands of one RUN line."""
    environment = dict(place.environment)
    folder = place.folder
    for command in commands(script):
        environment |= dict(command.environment) if not command.argv else {}
        argv, variables = unwrap([expand(word, environment) if "$" in word else word for word in command.argv])
        here = Workplace(place.system, place.read, folder, environment | dict(variables), place.line)
        _write(here, command, argv)
        if not argv:
            continue
        if argv[0] == "cd":
            folder = clean(posixpath.join(folder, argv[1] if len(argv) > 1 else environment.get("HOME", "/root")))
        elif argv[0] == "export":
            environment |= dict(word.split("=", 1) for word in argv[1:] if "=" in word)
        elif argv[0] in {"sh", "bash"} and "-c" in argv[1:-1]:
            run(argv[argv.index("-c") + 1], here, effects)
        else:
            _run(argv, here, effects)


def _run(argv: Sequence[str], place: Workplace, effects: Effects) -> None:
    name = posixpath.basename(argv[0])
    operands = [word for word in argv[1:] if not word.startswith("-")]
    if name in MODELLED:
        MODELLED[name](operands, place)
    elif name in DOWNLOADS:
        for target in _download_targets(name, list(argv[1:]), place):
            place.system.open_folders.add(target)
    elif virtual := _virtual_environment(name, argv):
        place.system.add_file(clean(posixpath.join(place.folder, virtual, "pyvenv.cfg")), Origin(None, place.line))
    elif name not in HARMLESS and not _only_compiles(argv) and not installs.run(argv, place):
        effects.generators.append((" ".join(argv)[:80], place.line))


def _only_compiles(argv: Sequence[str]) -> bool:
    return list(argv[1:3]) == ["-m", "compileall"] or list(argv[1:3]) == ["-m", "ensurepip"]


def _write(place: Workplace, command: Command, argv: Sequence[str]) -> None:
    targets = [*command.writes, *(argv[1:] if argv[:1] == ("tee",) else ())]
    for target in targets:
        if target.startswith(("/dev/", "-")):
            continue
        text = command.stdin if command.stdin is not None else _printed(argv)
        place.system.add_file(posixpath.join(place.folder, target), Origin(None, place.line, text))


def _printed(argv: Sequence[str]) -> str | None:
    if argv[:1] not in (("echo",), ("printf",)):
        return None
    words = [word for word in argv[1:] if word not in {"-e", "-n", "-ne", "-en"}]
    return " ".join(words).replace("\\n", "\n") + "\n"


def _make_folders(operands: Sequence[str], place: Workplace) -> None:
    for operand in operands:
        for path in _braces(operand):
            place.system.add_folder(place.system.real(clean(posixpath.join(place.folder, path))))


def _remove(operands: Sequence[str], place: Workplace) -> None:
    for operand in operands:
        for path in _globbed(place.system, clean(posixpath.join(place.folder, operand))):
            place.system.remove(path)


def _copy(operands: Sequence[str], place: Workplace) -> None:
    *sources, target = operands if len(operands) > 1 else ("", "")
    into = place.system.is_folder(clean(posixpath.join(place.folder, target)))
    snapshot = place.system.fork()
    for source in filter(None, sources):
        for path in _globbed(snapshot, clean(posixpath.join(place.folder, source))):
            keeps_name = snapshot.is_folder(path) and into and not source.endswith("/.")
            destination = posixpath.join(target, posixpath.basename(path)) if keeps_name else target
            one = Copy((path,), destination + ("/" if into and not keeps_name else ""), place.line, place.folder)
            copying.from_stage(place.system, snapshot, one)


def _move(operands: Sequence[str], place: Workplace) -> None:
    *sources, target = operands if len(operands) > 1 else ("", "")
    into = clean(posixpath.join(place.folder, target))
    for source in filter(None, sources):
        for path in _globbed(place.system, clean(posixpath.join(place.folder, source))):
            # moving something onto itself is refused and changes nothing
            if into != path and not (place.system.is_folder(into) and posixpath.dirname(path) == into):
                _copy([path, into + "/" if target.endswith("/") else into], place)
                place.system.remove(path)


def _link(operands: Sequence[str], place: Workplace) -> None:
    if not operands:
        return
    target, path = operands[0], operands[1] if len(operands) > 1 else posixpath.basename(operands[0])
    path = clean(posixpath.join(place.folder, path))
    if place.system.is_folder(path):
        path = posixpath.join(path, posixpath.basename(target))
    place.system.add_link(path, target)


def _touch(operands: Sequence[str], place: Workplace) -> None:
    for operand in operands:
        path = clean(posixpath.join(place.folder, operand))
        if not place.system.exists(path):
            place.system.add_file(path, Origin(None, place.line, ""))


def _nothing(operands: Sequence[str], place: Workplace) -> None:
    """Do nothing: tee and install write what their redirection or their copy says."""


MODELLED = {
    "mkdir": _make_folders,
    "rm": _remove,
    "cp": _copy,
    "install": _copy,
    "mv": _move,
    "ln": _link,
    "touch": _touch,
    "tee": _nothing,
}


def _virtual_environment(name: str, argv: Sequence[str]) -> str:
    """Give the folder that a virtual environment is made in."""
    is_made = (re.fullmatch(r"python[\d.]*", name) and list(argv[1:3]) == ["-m", "venv"]) or name == "virtualenv"
    if name == "uv" and list(argv[1:2]) == ["venv"]:
        is_made = True
        argv = [*argv, ".venv"] if len(argv) == 2 else argv
    operands = [word for word in argv[1:] if not word.startswith("-") and word not in {"venv", "-m"}]
    return operands[-1] if is_made and operands else ""


def _download_targets(name: str, words: list[str], place: Workplace) -> Iterator[str]:
    """Yield the folders or files that a download fills."""
    operands = [word for word in words if not word.startswith("-")]
    if name == "git":
        if operands[:1] != ["clone"] or len(operands) < 2:
            return
        target = (
            operands[-1]
            if len(operands) > 2 and "://" not in operands[-1]
            else posixpath.basename(operands[1]).removesuffix(".git")
        )
    elif name in {"curl", "wget", "tar", "unzip"}:
        options = {"curl": ("-o", "--output"), "wget": ("-O", "-P"), "tar": ("-C", "--directory"), "unzip": ("-d",)}[
            name
        ]
        target = next((b for a, b in pairwise(words) if a in options), "")
        if not target and name == "curl" and not any(word in {"-O", "-LO", "-sLO", "-OL"} for word in words):
            return
    else:
        target = operands[-1] if operands else "."
    path = clean(posixpath.join(place.folder, target))
    if path != "/":
        yield path


def _globbed(system: FileSystem, path: str) -> list[str]:
    if not re.search(r"[*?\[]", path):
        return [path]
    found = ["/"]
    for part in path.strip("/").split("/"):
        found = [
            posixpath.join(above, name)
            for above in found
            for name in system.names(above)
            if fnmatch.fnmatchcase(name, part)
        ]
    return found


def _braces(word: str) -> list[str]:
    found = re.search(r"\{([^{}]*,[^{}]*)\}", word)
    if not found:
        return [word]
    return [
        path for part in found[1].split(",") for path in _braces(word[: found.start()] + part + word[found.end() :])
    ]
