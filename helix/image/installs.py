"""What do pip, uv, Poetry, Pipenv, PDM, conda and the system's package manager install in a RUN line?"""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from helix.image import declared, projects
from helix.image.declared import Declared, Reader
from helix.image.filesystem import Bundle, FileSystem, clean

SITE = "/usr/local/lib/python3/site-packages"
_VALUE_FLAGS = """
    -i --index-url --extra-index-url -f --find-links -c --constraint --trusted-host --python --platform
    --only-binary --no-binary --root-user-action --progress-bar --timeout --retries --cache-dir -w --wheel-
    dir --upgrade-strategy --implementation --abi --python-version -p --config-settings --index-strategy
    --prefix --target -t -d --dest --log --cert
"""
VALUE_FLAGS = frozenset(_VALUE_FLAGS.split())


@dataclass(slots=True)
class Workplace:
    """Where a command runs: the stage's files, the working directory, the variables, the Dockerfile's line."""

    system: FileSystem
    read: Reader
    folder: str
    environment: dict[str, str]
    line: int


@dataclass(slots=True)
class Options:
    """The words of one pip command, sorted."""

    requirements: list[str] = field(default_factory=list)
    editables: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)


def run(argv: Sequence[str], place: Workplace) -> bool:
    """Carry out one command if it installs something; tell whether it was such a command."""
    name, rest = posixpath.basename(argv[0]), list(argv[1:])
    if re.fullmatch(r"python[\d.]*", name) and rest[:1] == ["-m"] and len(rest) > 1:
        return run([posixpath.join(posixpath.dirname(argv[0]), rest[1]), *rest[2:]], place)
    if re.fullmatch(r"pip[\d.]*", name):
        return _pip(argv[0], rest, place)
    handler = HANDLERS.get(name)
    return handler is not None and handler(rest, place)


def _conda(rest: list[str], place: Workplace) -> bool:
    wanted = [word for word in rest[1:] if not word.startswith("-")]
    _add(place, SITE, declared.names(wanted) | Declared(is_open=True))
    return True


def _pip(executable: str, rest: list[str], place: Workplace) -> bool:
    options = _options(rest[1:])
    match rest[:1]:
        case ["install"]:
            _install(options, _site(executable, options, place), place)
        case ["wheel" | "download"]:
            folder = next(
                (options.values[key] for key in ("-w", "--wheel-dir", "-d", "--dest") if key in options.values), "."
            )
            _install(options, clean(posixpath.join(place.folder, folder)), place)
        case ["uninstall"]:
            _uninstall(options, place)
    return True


def _options(words: Sequence[str]) -> Options:
    options, at = Options(), 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        at += 1
        name, sign, value = word.partition("=")
        if word in {"-r", "--requirement", "--requirements"}:
            options.requirements.append(following)
            at += 1
        elif word.startswith("-r") or name in {"--requirement", "--requirements"}:
            options.requirements.append(value if sign else word[2:])
        elif word in {"-e", "--editable"}:
            options.editables.append(following)
            at += 1
        elif word in VALUE_FLAGS:
            options.values[word] = following
            at += 1
        elif word.startswith("-"):
            options.values[name] = value
            options.flags.add(name)
        else:
            options.targets.append(word)
    return options


def _install(options: Options, site: str, place: Workplace) -> None:
    found = Declared()
    for path in options.requirements:
        found |= declared.requirements(place.read, clean(posixpath.join(place.folder, path)))
    is_project = False
    for target in options.targets:
        if _is_path(target):
            wheels = _wheels(place, target)
            is_project = is_project or wheels is None
            found |= wheels if wheels is not None else _project(place, target, site, is_editable=False)
        else:
            found |= declared.names([target])
    for target in options.editables:
        found |= _project(place, target, site, is_editable=True)
    if "--no-deps" in options.flags and not is_project and found.names:
        found = Declared(found.names, is_locked=True, is_open=found.is_open)
    _add(place, site, found)


def _wheels(place: Workplace, target: str) -> Declared | None:
    """Give what `pip wheel` put into a folder that is now installed from."""
    path = clean(posixpath.join(place.folder, target))
    folder = posixpath.dirname(path) if "*" in path or path.endswith(".whl") else path
    bundle = place.system.bundles.get(folder)
    if bundle is not None:
        return Declared(bundle.names, bundle.is_locked, bundle.is_open)
    return Declared(is_open=True) if "*" in target or target.endswith((".whl", ".tar.gz", ".zip")) else None


def _project(place: Workplace, target: str, site: str, *, is_editable: bool) -> Declared:
    path, _, extras = target.partition("[")
    folder = clean(posixpath.join(place.folder, path.removeprefix("file://")))
    project = projects.describe(place.system, place.read, folder)
    if project is None:
        return Declared(is_open=True)
    if is_editable:
        place.system.roots.add(project.source_folder)
        place.system.scripts |= project.scripts
    else:
        projects.install(place.system, project, site, place.line)
    return _dependencies(place, folder, [extra.strip() for extra in extras.rstrip("]").split(",") if extra.strip()])


def _dependencies(place: Workplace, folder: str, extras: Sequence[str]) -> Declared:
    found = declared.pyproject(place.read(posixpath.join(folder, "pyproject.toml")) or "", extras)
    found |= declared.setup_cfg(place.read(posixpath.join(folder, "setup.cfg")) or "")
    return found | declared.setup_py(place.read(posixpath.join(folder, "setup.py")) or "")


def _uninstall(options: Options, place: Workplace) -> None:
    gone = declared.names(options.targets).names
    for folder, bundle in place.system.bundles.items():
        place.system.bundles[folder] = Bundle(bundle.names - gone, bundle.is_locked, bundle.is_open, bundle.line)


def _uv(rest: list[str], place: Workplace) -> bool:
    words = [word for word in rest if word not in {"-q", "--quiet", "--no-cache", "--offline"}]
    match words[:2]:
        case ["pip", "install"]:
            return _pip("pip", words[1:], place)
        case ["pip", "sync"]:
            paths = [f"-r{word}" for word in words[2:] if not word.startswith("-")]
            return _pip("pip", ["install", *paths, "--no-deps"], place)
        case ["sync", *_]:
            _sync(place, words[1:], "uv.lock")
        case ["add" | "tool", *_]:
            _add(place, SITE, declared.names(word for word in words[1:] if not word.startswith("-")))
        case ["venv" | "build" | "export" | "python" | "lock", *_]:
            return True
        case _:
            return False
    return True


def _sync(place: Workplace, flags: Sequence[str], lock: str) -> None:
    """Install a locked project: its dependencies, and itself (editable) when it has a build system."""
    text = place.read(posixpath.join(place.folder, "pyproject.toml")) or ""
    locked = place.read(posixpath.join(place.folder, lock))
    extras = None if "--all-extras" in flags else _values(flags, {"--extra", "-E", "--extras"})
    has_dev = not ({"--no-dev", "--no-default-groups", "--only"} & set(flags) or "--only=main" in flags)
    found = declared.pyproject(text, extras or (), _values(flags, {"--group", "--with"}))
    if locked is not None:
        found = declared.package_lock(locked, has_dev=has_dev or "--group" in flags, extras=extras)
    elif not text:
        found = Declared(is_open=True)
    has_build_system = "[build-system]" in text or lock == "poetry.lock"
    skips_project = {"--no-install-project", "--no-root", "--no-install-workspace", "--no-self"} & set(flags)
    for site in _project_sites(place, lock):
        if has_build_system and not skips_project:
            _project(place, ".", site, is_editable="--no-editable" not in flags)
        _add(place, site, found)


def _project_sites(place: Workplace, lock: str) -> list[str]:
    """Tell where a project manager installs: uv into .venv; the others by settings that may stand anywhere."""
    folder = place.environment.get("UV_PROJECT_ENVIRONMENT", ".venv") if lock == "uv.lock" else ".venv"
    own = clean(posixpath.join(place.folder, folder, "lib/python3/site-packages"))
    return [own] if lock == "uv.lock" else [own, SITE]


def _values(words: Sequence[str], names: set[str]) -> list[str]:
    """Collect the values of options, written with a blank or an equals sign."""
    found = [following for word, following in pairwise(words) if word in names]
    return found + [value for name, sign, value in (word.partition("=") for word in words) if sign and name in names]


def _pip_sync(rest: list[str], place: Workplace) -> bool:
    return _pip("pip", ["install", *(f"-r{item}" for item in rest or ["requirements.txt"])], place)


def _manager(name: str, rest: list[str], place: Workplace) -> bool:
    verb = next((word for word in rest if not word.startswith("-")), "")
    if verb not in {"install", "sync", "add", "export"}:
        return verb in {"config", "lock", "self", "env", "use", "--version"}
    if verb == "export":
        _add(place, SITE, Declared(is_open=True))
    elif verb == "add" or (name == "pipenv" and [word for word in rest[1:] if not word.startswith("-")]):
        _add(place, SITE, declared.names(word for word in rest[1:] if not word.startswith("-")))
    elif name == "pipenv":
        lock = place.read(posixpath.join(place.folder, "Pipfile.lock"))
        text = place.read(posixpath.join(place.folder, "Pipfile"))
        for site in _project_sites(place, "Pipfile.lock"):
            _add(place, site, declared.pipfile_lock(lock) if lock else declared.pipfile(text or "[packages]\n"))
    else:
        _sync(place, rest, "poetry.lock" if name == "poetry" else "pdm.lock")
    return True


def _system_packages(rest: list[str], place: Workplace) -> bool:
    found = [
        re.sub(r"^(python3-|py3-)", "", word).split("=")[0] for word in rest if re.match(r"(python3|py3)-\w", word)
    ]
    if found:
        _add(place, "/usr/lib/python3/dist-packages", declared.names(found) | Declared(is_open=True))
    return True


def _site(executable: str, options: Options, place: Workplace) -> str:
    """Tell the folder that pip installs into."""
    for key in ("--target", "-t"):
        if options.values.get(key):
            return clean(posixpath.join(place.folder, options.values[key]))
    for key in ("--prefix", "--root"):
        if options.values.get(key):
            return clean(posixpath.join(place.folder, options.values[key], "lib/python3/site-packages"))
    if "--user" in options.flags:
        return clean(place.environment.get("HOME", "/root") + "/.local/lib/python3/site-packages")
    folder = posixpath.dirname(executable) or next(_virtual_folders(place), "")
    if folder.endswith("/bin") and folder not in {"/bin", "/usr/bin", "/usr/local/bin"}:
        return clean(posixpath.join(place.folder, folder[:-4], "lib/python3/site-packages"))
    return SITE


def _virtual_folders(place: Workplace) -> Iterator[str]:
    """Yield the folders of PATH that belong to a virtual environment."""
    if place.environment.get("VIRTUAL_ENV"):
        yield place.environment["VIRTUAL_ENV"] + "/bin"
    for folder in place.environment.get("PATH", "").split(":"):
        if place.system.is_file(clean(folder[:-4] + "/pyvenv.cfg")) and folder.endswith("/bin"):
            yield folder


def _is_path(word: str) -> bool:
    return (
        word.startswith((".", "/", "file:"))
        or "/" in word.split("[", maxsplit=1)[0].split("@", maxsplit=1)[0]
        or word.endswith(".whl")
    )


def _add(place: Workplace, site: str, found: Declared) -> None:
    if found.names or found.is_open:
        place.system.install(site, Bundle(found.names, found.is_locked, found.is_open, place.line))


HANDLERS: dict[str, Callable[[list[str], Workplace], bool]] = {
    "uv": _uv,
    "poetry": partial(_manager, "poetry"),
    "pipenv": partial(_manager, "pipenv"),
    "pdm": partial(_manager, "pdm"),
    "pip-sync": _pip_sync,
    **dict.fromkeys(("conda", "mamba", "micromamba"), _conda),
    **dict.fromkeys(("apt-get", "apt", "apk", "dnf", "yum", "microdnf"), _system_packages),
}
