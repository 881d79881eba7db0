"""Which start commands do Railway, Fly, Render and Heroku files give, and do they contradict one another?"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from helix.image.entries import trees
from helix.image.entries.entry import Entry, from_words
from helix.image.findings import Finding, Kind, Place, Severity

Read = Callable[[str], str | None]
RAILWAY = ("railway.toml", "railway.json")


def find(read: Read, *, has_dockerfile: bool) -> Iterator[Entry]:
    """Yield the start commands; a Dockerfile deploy runs Railway's without a shell."""
    for file in RAILWAY:
        text = read(file)
        command = _railway(text, file).get("startCommand") if text else None
        if text and isinstance(command, str) and command.strip():
            place = Place(file, trees.line_of(text, "startCommand"))
            entry = from_words(command, place, command)
            yield entry if has_dockerfile else Entry(command, place, text=command)
    yield from _fly(read("fly.toml") or "")
    yield from _yaml_commands(read("render.yaml") or "", "render.yaml")
    yield from _yaml_commands(read("heroku.yml") or "", "heroku.yml")


def conflicts(read: Read, has_file: Callable[[str], bool]) -> Iterator[Finding]:
    """Find two deploy configurations that contradict each other."""
    texts = {file: text for file in RAILWAY if (text := read(file)) is not None}
    if len(texts) == 2:
        yield from _railway_conflicts(texts)
    programs = [
        file for file in (".railway/railway.ts", ".railway/railway.py", ".railway/railway.go") if has_file(file)
    ]
    if programs and texts:
        other = ", ".join(texts)
        message = f"{programs[0]} and {other} both configure the deploy; the platform reads one of them"
        yield _conflict("railway", message, Place(other.split(",")[0], 1), Severity.WARNING, f"delete {other}")


def start_commands(read: Read) -> Iterator[tuple[str, str, int]]:
    """Yield file, command and line of each place that may hold the start command."""
    for file in RAILWAY:
        text = read(file)
        command = _railway(text, file).get("startCommand") if text else None
        if text and isinstance(command, str):
            yield file, command.strip(), trees.line_of(text, "startCommand")
    for number, line in enumerate((read("Procfile") or "").splitlines(), start=1):
        if found := re.match(r"web:\s*(\S.*)", line):
            yield "Procfile", found[1].strip(), number


def _railway_conflicts(texts: dict[str, str]) -> Iterator[Finding]:
    first, second = (_settings(text, file) for file, text in texts.items())
    differing = sorted(key for key in first.keys() & second.keys() if first[key] != second[key])
    place = Place("railway.json", 1)
    if differing:
        said = "; ".join(f"{key}: {first[key]!r} and {second[key]!r}" for key in differing)
        message = f"railway.toml and railway.json contradict each other: {said}"
        yield _conflict(
            "railway.toml, railway.json", message, place, Severity.ERROR, "keep one of them, delete the other"
        )
    else:
        message = "railway.toml and railway.json are both there; only one of them is read"
        yield _conflict("railway.toml, railway.json", message, place, Severity.WARNING, "delete one of them")


def _settings(text: str, file: str) -> dict[str, Any]:
    data = trees.toml(text) if file.endswith(".toml") else trees.json_object(text)
    found: dict[str, Any] = {}
    for section in ("build", "deploy"):
        values = data.get(section)
        found |= {f"{section}.{key}": value for key, value in values.items()} if isinstance(values, dict) else {}
    return found


def _railway(text: str | None, file: str) -> dict[str, Any]:
    settings = _settings(text or "", file)
    return {key.removeprefix("deploy."): value for key, value in settings.items() if key.startswith("deploy.")}


def _fly(text: str) -> Iterator[Entry]:
    processes = trees.toml(text).get("processes")
    for name, command in processes.items() if isinstance(processes, dict) else ():
        if isinstance(command, str) and command:
            yield from_words(f"{name}: {command}", Place("fly.toml", trees.line_of(text, command)), command)


def _yaml_commands(text: str, file: str) -> Iterator[Entry]:
    for document in trees.documents(text)[:1]:
        for service in trees.items(trees.child(document, "services")):
            command = trees.child(service, "dockerCommand")
            if trees.plain(command):
                yield Entry(trees.plain(command), Place(file, trees.line(command)), text=trees.plain(command))
        for name, command in trees.pairs(trees.child(document, "run")):
            if trees.plain(command):
                yield Entry(
                    f"{name}: {trees.plain(command)}", Place(file, trees.line(command)), text=trees.plain(command)
                )


def _conflict(name: str, message: str, place: Place, severity: Severity, remedy: str) -> Finding:
    return Finding(Kind.CONFLICT, severity, name, message, remedy, at=place)
