"""What does a command line start inside the image?

Follows `sh -c`, start scripts (also ones that a RUN line wrote), `exec "$@"`, tini, gosu, `uv run`, console scripts and
the usual servers down to the Python file or module. What is no Python is left alone.
"""

import configparser
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from helix.image import tools
from helix.image.entries.entry import SHELLS
from helix.image.shell import commands, unwrap
from helix.image.targets import Surroundings, Target, TargetKind
from helix.image.words import expand

PYTHON = re.compile(r"(^|/)(python|pypy)[\d.]*$")
DEEPEST = 6
MOST_SCRIPTS = 500
S6_SCRIPT = re.compile(r"/etc/(s6-overlay/s6-rc\.d|services\.d|cont-init\.d)/[^/]+(/run|/up)?")
SHEBANG = re.compile(r"^#!\s*(\S+)(?:\s+(?:-S\s+)?(\S+))?")


@dataclass(slots=True)
class Interpreter:
    """Interprets commands; `read` gives the text of a path in the image. No script is read twice in the same way."""

    read: Callable[[str], str | None]
    targets: list[Target] = field(default_factory=list)
    _scripts: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)

    def argv(self, words: Sequence[str], place: Surroundings, depth: int = 0) -> None:
        """Interpret words that run without a shell."""
        command, variables = unwrap(words)
        if not command or depth > DEEPEST:
            return
        if variables:
            place = Surroundings(place.system, place.directory, {**place.environment, **dict(variables)})
        name = posixpath.basename(command[0])
        rest = list(command[1:])
        if PYTHON.search(command[0]):
            self._python(rest, place, depth)
        elif SHELLS.search(command[0]):
            self._shell(rest, place, depth)
        elif name == "init" and command[0] == "/init":
            self._s6(place, depth)
        elif (found := tools.start(name, rest, place)) is not None:
            self._tool(name, rest, found, place, depth)
        elif name in place.system.scripts and "/" not in command[0].removeprefix("/usr/local/bin/"):
            self._console_script(place.system.scripts[name], place)
        elif "/" in command[0] or command[0].endswith((".sh", ".py")):
            self._file(command[0], rest, place, depth)

    def shell(self, text: str, place: Surroundings, arguments: Sequence[str] = (), depth: int = 0) -> None:
        """Interpret a shell text."""
        if depth > DEEPEST:
            return
        environment = dict(place.environment)
        for command in commands(text):
            here = Surroundings(place.system, place.directory, {**environment, **dict(command.environment)})
            words = _with_arguments(command.argv, arguments)
            words = [expand(word, here.environment) if "$" in word else word for word in words]
            if not words:
                environment |= {key: expand(value, environment) for key, value in command.environment}
            elif words[0] == "export":
                pairs = (word.split("=", 1) for word in words[1:] if "=" in word)
                environment |= {key: expand(value, environment) for key, value in pairs}
            elif words[0] == "cd" and len(words) > 1:
                place = place.moved(words[1])
            elif words[0] not in {"source", "."}:
                self.argv(words, here, depth)

    def _python(self, words: list[str], place: Surroundings, depth: int) -> None:
        is_isolated = False
        while words and words[0].startswith("-") and words[0] not in {"-m", "-c", "-"}:
            flag = words.pop(0)
            is_isolated = is_isolated or flag in {"-I", "-P"}
            if flag in {"-W", "-X"} and words:
                words.pop(0)
        first = None if is_isolated else place.directory
        if words[:1] == ["-m"] and len(words) > 1:
            found = tools.start(words[1], words[2:], place)
            path = place.search_path(first)
            if found is not None:
                self.targets.extend(found)
                if not _is_ours(words[1], path, place):
                    return
            self.targets.append(Target(TargetKind.MODULE, words[1], path, place.directory, is_main=True))
        elif words[:1] == ["-c"] and len(words) > 1:
            path = place.search_path(first)
            self.targets.append(Target(TargetKind.CODE, words[1], path, place.directory, is_main=True))
        elif words and words[0] != "-" and "$" not in words[0]:
            script = place.located(words[0])
            folder = posixpath.dirname(place.system.real(script))
            if place.system.is_folder(script) and place.system.is_file(script + "/__main__.py"):
                script, folder = script + "/__main__.py", script
            path = place.search_path(None if is_isolated else folder)
            self.targets.append(Target(TargetKind.SCRIPT, script, path, place.directory, is_main=True))

    def _shell(self, words: list[str], place: Surroundings, depth: int) -> None:
        while words and words[0].startswith(("-", "+")):
            flag = words.pop(0)
            if not flag.startswith("--") and flag.startswith("-") and "c" in flag:
                if words:
                    self.shell(words[0], place, words[2:], depth + 1)
                return
            if flag in {"-o", "+o"} and words:
                words.pop(0)
        if words:
            self._file(words[0], words[1:], place, depth, is_shell=True)

    def _file(self, path: str, rest: list[str], place: Surroundings, depth: int, *, is_shell: bool = False) -> None:
        located = place.located(path)
        key = (located, place.directory, tuple(rest))
        if key in self._scripts or len(self._scripts) > MOST_SCRIPTS:
            return
        self._scripts.add(key)
        text = self.read(located)
        if not place.system.is_file(located):
            self.targets.append(Target(TargetKind.MISSING_SCRIPT, located, directory=place.directory))
            return
        shebang = SHEBANG.match(text or "")
        words = [word for word in (shebang[1], shebang[2]) if word] if shebang else []
        if any(PYTHON.search(word) for word in words):
            folder = posixpath.dirname(place.system.real(located))
            self.targets.append(
                Target(TargetKind.SCRIPT, located, place.search_path(folder), place.directory, is_main=True)
            )
        elif text and (is_shell or any(SHELLS.search(word) for word in words) or "with-contenv" in "".join(words)):
            self.shell(text, place, rest, depth + 1)

    def _console_script(self, target: str, place: Surroundings) -> None:
        module, _, attribute = target.partition(":")
        attribute = attribute.split(".")[0].split("[")[0].strip()
        path = place.search_path(None)
        self.targets.append(Target(TargetKind.MODULE, module.strip(), path, place.directory, attribute=attribute))

    def _tool(self, name: str, rest: list[str], found: list[Target], place: Surroundings, depth: int) -> None:
        self.targets.extend(found)
        if name in place.system.scripts:
            self._console_script(place.system.scripts[name], place)
        if name == "honcho":
            procfile = self.read(place.located("Procfile")) or ""
            for line in procfile.splitlines():
                self.shell(line.partition(":")[2], place, depth=depth + 1)
        elif name == "uwsgi":
            self._uwsgi(rest, place)

    def _uwsgi(self, words: list[str], place: Surroundings) -> None:
        options: dict[str, str] = {}
        pairs = zip(words, [*words[1:], ""], strict=True)
        options |= {word.lstrip("-"): value for word, value in pairs if word.startswith("-")}
        file = options.get("ini") or next((word for word in words if word.endswith(".ini")), "")
        if file:
            path = place.located(file)
            text = self.read(path)
            if not place.system.is_file(path):
                self.targets.append(Target(TargetKind.MISSING_SCRIPT, path, directory=place.directory))
            options |= _ini(text or "")
        place = place.moved(options.get("chdir", "."))
        more = [place.located(options[key]) for key in ("pythonpath", "pp", "python-path") if options.get(key)]
        path_items = (*more, *place.search_path(place.directory))
        module = options.get("module") or options.get("w") or options.get("wsgi")
        if module:
            name, _, attribute = module.partition(":")
            self.targets.append(
                Target(TargetKind.MODULE, name, path_items, place.directory, attribute=attribute.split("(")[0])
            )
        elif options.get("wsgi-file"):
            script = place.located(options["wsgi-file"])
            self.targets.append(Target(TargetKind.SCRIPT, script, path_items, place.directory))

    def _s6(self, place: Surroundings, depth: int) -> None:
        for path in _s6_scripts(place):
            self._file(path, [], place, depth + 1, is_shell=True)


def _ini(text: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
        return {key: value or "" for key, value in parser.items("uwsgi")}
    except (configparser.Error, AttributeError):
        # AttributeError: a continuation line below a key without a value (CPython 3.11 and 3.12)
        return {}


def _s6_scripts(place: Surroundings) -> Iterator[str]:
    for path in place.system.walk("/etc"):
        if S6_SCRIPT.fullmatch(path) and posixpath.basename(path) not in {"type", "dependencies"}:
            yield path


def _is_ours(name: str, path: Sequence[str], place: Surroundings) -> bool:
    """Tell whether a tool's own package is in the image, because this is the tool's repository."""
    folders = [
        *path,
        *place.system.roots,
        *(folder for folder in place.system.children if folder.endswith("-packages")),
    ]
    return any(place.system.is_file(posixpath.join(folder, name, "__init__.py")) for folder in folders)


def _with_arguments(words: Sequence[str], arguments: Sequence[str]) -> list[str]:
    """Put a script's own arguments in for `"$@"`."""
    found: list[str] = []
    for word in words:
        found.extend(arguments if word in {"$@", "${@}", "$*"} else [word])
    return found


def environment_of(image: Mapping[str, str], own: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Join the image's variables with those of an entry point."""
    return {**image, **{key: expand(value, image) for key, value in own}}
