"""What do uvicorn, gunicorn, celery, flask, streamlit and their like import, and from where?

Each adds the working directory to sys.path in its own way; the rules here were read in their sources.
"""

import posixpath
from collections.abc import Callable, Iterator, Sequence

from helix.image.targets import Surroundings, Target, TargetKind

VALUE_FLAGS = {
    "gunicorn": "-b -w -k -c -t -p -u -g -m --bind --workers --worker-class --config --timeout --threads",
    "uvicorn": "--host --port --uds --fd --workers --loop --http --ws --env-file --log-config --log-level --root-path",
    "hypercorn": "-b --bind -w --workers -k --worker-class -c --config",
    "daphne": "-b --bind -p --port -u --unix-socket -e --endpoint -v --verbosity -t --http-timeout",
    "streamlit": "--server.port --server.address --server.headless --server.fileWatcherType --theme.base",
    "fastapi": "--host --port --workers --root-path --app",
    "granian": "--host --port --interface --workers --log-level --loop --threads",
    "celery": "-l --loglevel -c --concurrency -Q --queues -P --pool -n --hostname -b --broker -s --schedule",
    "dramatiq": "-p --processes -t --threads -Q --queues",
}


def start(name: str, words: Sequence[str], place: Surroundings) -> list[Target] | None:
    """Give what a known tool starts; None when the tool is not known."""
    handler = HANDLERS.get(name)
    if handler is None:
        return None
    return [_program(name, DISTRIBUTIONS.get(name, (name,))), *handler(list(words), place)]


def _program(name: str, distributions: tuple[str, ...]) -> Target:
    return Target(TargetKind.PROGRAM, name, distributions=distributions)


def _value(words: Sequence[str], *names: str) -> str:
    """Give the value of an option, written with a blank or an equals sign."""
    for at, word in enumerate(words):
        if word in names and at + 1 < len(words):
            return words[at + 1]
        key, sign, value = word.partition("=")
        if sign and key in names:
            return value
    return ""


def _operands(name: str, words: Sequence[str]) -> list[str]:
    """Drop the options, with their values where the tool's options take one."""
    takes = set(VALUE_FLAGS.get(name, "").split())
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in takes or (word.startswith("--") and "=" not in word and name in {"gunicorn", "celery"})
        else:
            found.append(word)
    return found


def _application(text: str, place: Surroundings, first: str | None = None, more: Sequence[str] = ()) -> Target:
    module, _, attribute = text.partition(":")
    attribute = attribute.split("(")[0].split(".")[0]
    path = (*more, *place.search_path(place.directory if first is None else first))
    return Target(TargetKind.MODULE, module, tuple(dict.fromkeys(path)), place.directory, attribute=attribute)


def _uvicorn(words: list[str], place: Surroundings) -> Iterator[Target]:
    first = place.located(_value(words, "--app-dir") or ".")
    for text in [word for word in _operands("uvicorn", words) if _is_dotted(word)][:1]:
        yield _application(text, place, first)


def _gunicorn(words: list[str], place: Surroundings) -> Iterator[Target]:
    place = place.moved(_value(words, "--chdir") or ".")
    more = [place.located(item) for item in _value(words, "--pythonpath").split(",") if item]
    config = _value(words, "-c", "--config")
    if config and not config.startswith("python:"):
        yield Target(TargetKind.FILE, place.located(config.removeprefix("file:")), directory=place.directory)
    for text in [word for word in _operands("gunicorn", words) if _is_dotted(word)][-1:]:
        yield _application(text, place, None, more)


def _plain(name: str) -> Callable[[list[str], Surroundings], Iterator[Target]]:
    """Handle a tool whose first operand is the application and which puts the working directory first."""

    def handle(words: list[str], place: Surroundings) -> Iterator[Target]:
        for text in [word for word in _operands(name, words) if _is_dotted(word)][:1]:
            yield _application(text, place)

    return handle


def _celery(words: list[str], place: Surroundings) -> Iterator[Target]:
    application = _value(words, "-A", "--app")
    if _is_dotted(application):
        yield Target(
            TargetKind.MODULE,
            application.split(":")[0].removesuffix(".app"),
            place.search_path(place.directory),
            place.directory,
        )


def _flask(words: list[str], place: Surroundings) -> Iterator[Target]:
    application = _value(words, "--app", "-A") or place.environment.get("FLASK_APP", "")
    path = place.search_path(place.directory)
    if application.endswith(".py"):
        yield Target(TargetKind.SCRIPT, place.located(application), path, place.directory)
    elif _is_dotted(application):
        yield Target(TargetKind.MODULE, application.split(":")[0], path, place.directory)
    elif not application:
        for name in ("wsgi.py", "app.py"):
            if place.system.is_file(place.located(name)):
                yield Target(TargetKind.SCRIPT, place.located(name), path, place.directory)
                return


def _script(words: list[str], place: Surroundings) -> Iterator[Target]:
    """Handle `streamlit run x.py` and `chainlit run x.py`: the script's own folder comes first."""
    scripts = [word for word in words if word.endswith(".py")]
    for script in scripts[:1]:
        path = place.located(script)
        yield Target(TargetKind.SCRIPT, path, place.search_path(posixpath.dirname(path)), place.directory, is_main=True)


def _fastapi(words: list[str], place: Surroundings) -> Iterator[Target]:
    scripts = [word for word in words if word.endswith(".py")]
    for script in scripts[:1]:
        path = place.located(script)
        folder = posixpath.dirname(path)
        while place.system.is_file(posixpath.join(folder, "__init__.py")) and folder != "/":
            folder = posixpath.dirname(folder)
        module = posixpath.relpath(path, folder)[:-3].replace("/", ".").removesuffix(".__init__")
        yield Target(TargetKind.MODULE, module, place.search_path(folder), place.directory)


def _alembic(words: list[str], place: Surroundings) -> Iterator[Target]:
    yield Target(
        TargetKind.FILE, place.located(_value(words, "-c", "--config") or "alembic.ini"), directory=place.directory
    )


def _nothing(words: list[str], place: Surroundings) -> Iterator[Target]:
    """Handle a tool that imports nothing of the repository by itself."""
    return iter(())


def _is_dotted(text: str) -> bool:
    module = text.split(":", maxsplit=1)[0]
    return bool(module) and all(part.isidentifier() for part in module.split("."))


HANDLERS: dict[str, Callable[[list[str], Surroundings], Iterator[Target]]] = {
    "uvicorn": _uvicorn,
    "gunicorn": _gunicorn,
    "hypercorn": _plain("hypercorn"),
    "daphne": _plain("daphne"),
    "granian": _plain("granian"),
    "arq": _plain("arq"),
    "dramatiq": _plain("dramatiq"),
    "huey_consumer": _plain("huey_consumer"),
    "waitress-serve": _plain("waitress-serve"),
    "celery": _celery,
    "flask": _flask,
    "streamlit": _script,
    "chainlit": _script,
    "fastapi": _fastapi,
    "alembic": _alembic,
    "rq": _nothing,
    "supervisord": _nothing,
    "honcho": _nothing,
    "uwsgi": _nothing,
}
DISTRIBUTIONS = {
    "huey_consumer": ("huey",),
    "waitress-serve": ("waitress",),
    "supervisord": ("supervisor",),
    "uwsgi": ("uwsgi", "pyuwsgi"),
    "fastapi": ("fastapi", "fastapi-cli"),
}
