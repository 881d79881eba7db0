"""Can everything that one program imports be imported, from the expected files, with the attributes that are used?

Run by path in a fresh interpreter, with the program's own arguments, environment and directory (see `imports`), so
it imports nothing but the standard library: `imports_child.py --module=NAME --root=DIR`.
Prints one line of JSON: `{"modules": N, "faults": [[output, remedy]]}`.
"""

import ast
import contextlib
import importlib
import importlib.util
import json
import os
import pkgutil
import re
import site
import sys
import sysconfig
from collections.abc import Iterator
from types import ModuleType

REINSTALL = "install requirements.lock again: python -m pip install --force-reinstall --no-deps --require-hashes -r"
REINSTALL += " requirements.lock; or rebuild the image"
RENAME = "delete or rename one of the two, so that each importable name exists once"

Fault = tuple[str, str]

_IMPORTED = re.compile(r"^import (\w+)", re.MULTILINE)


def main(module: str, root: str) -> None:
    """Probe *module*, which is started in the current directory, of the application in *root*."""
    answer = os.dup(1)
    # what a module prints on being imported is not the answer
    os.dup2(2, 1)
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd()
    root = os.path.realpath(root)
    own = own_packages(root)
    faults = import_all(module)
    faults += doubled_names(root, own)
    faults += wrong_files(root, own)
    faults += missing_attributes(own)
    if any(name.partition(".")[0] == "Crypto" for name in sys.modules):
        faults += wrong_ciphers()
    os.write(answer, json.dumps({"modules": len(sys.modules), "faults": list(dict.fromkeys(faults))}).encode())


def own_packages(root: str) -> set[str]:
    """Name the packages that stand in the application's root."""
    return {name for name in os.listdir(root) if os.path.isfile(os.path.join(root, name, "__init__.py"))}


def doubled_names(root: str, own: set[str]) -> Iterator[Fault]:
    """Find importable names that exist twice: one of the two hides the other (no. 8 of the recorded failures)."""
    used = {name.partition(".")[0] for name in sys.modules}
    yield from _beside_each_other(root, os.listdir(root), root)
    for package in sorted(own & used):
        for place, folders, files in os.walk(os.path.join(root, package)):
            yield from _beside_each_other(place, [*folders, *files], root)
    here = _top_level_names(root)
    for name in sorted(here & set(sys.stdlib_module_names)):
        yield f"{name} of the application hides Python's own module {name}", RENAME
    for folder in site_folders():
        for name in sorted(here & used & _top_level_names(folder)):
            yield f"{name} can be imported from two places: the application and site-packages", RENAME


def _beside_each_other(place: str, entries: list[str], root: str) -> Iterator[Fault]:
    """Find `agents.py` beside `agents/` in *place*."""
    for name in sorted(set(entries)):
        if f"{name}.py" in entries and any(entry.endswith(".py") for entry in _listed(os.path.join(place, name))):
            path = os.path.relpath(os.path.join(place, name), root)
            yield f"{path}.py and {path}/ have one importable name", RENAME


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _top_level_names(folder: str) -> set[str]:
    entries = _listed(folder)
    modules = {name[:-3] for name in entries if name.endswith(".py")}
    packages = {name for name in entries if os.path.isfile(os.path.join(folder, name, "__init__.py"))}
    return {name for name in modules | packages if name.isidentifier()}


def import_all(module: str) -> list[Fault]:
    """Import *module*, and if it is a package every module below it, as if it were being started."""
    faults = _import(module)
    package = sys.modules.get(module)
    if faults or package is None or not hasattr(package, "__path__"):
        return faults
    if importlib.util.find_spec(f"{module}.__main__") is None:
        faults.append((f"{module} can't be started: it has no __main__", f"add {module}/__main__.py to the image"))
    for found in pkgutil.walk_packages(package.__path__, f"{module}.", onerror=lambda _: None):
        faults += _import(found.name)
    return faults


def _import(name: str) -> list[Fault]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        remedy = f"add it to the image (COPY or requirements.lock), then rebuild; {name} imports it"
        return [(f"{missing} is missing", remedy if missing != name else "add it to the image with COPY, then rebuild")]
    # whatever a module raises while it is imported, the program would die of
    except (Exception, SystemExit) as error:  # noqa: BLE001
        told = f"{type(error).__name__}: {error}".replace(os.getcwd() + os.sep, "")
        return [(f"{name} can't be imported: {told}", REINSTALL if isinstance(error, ImportError) else "correct it")]
    return []


def wrong_files(root: str, own: set[str]) -> Iterator[Fault]:
    """Compare the file of each imported module with where it has to come from."""
    installed = tuple(folder + os.sep for folder in site_folders())
    library = tuple(os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("stdlib", "platstdlib"))
    for name, module in sorted(sys.modules.items()):
        origin = _origin(module)
        top = name.partition(".")[0]
        if origin is None or name == "__main__":
            continue
        if top in own:
            base = os.path.join(root, *name.split("."))
            if origin not in (base + ".py", os.path.join(base, "__init__.py")):
                yield f"{name} comes from another file than the application's {name.replace('.', '/')}", RENAME
        elif top in sys.stdlib_module_names:
            # setuptools puts its own copy of distutils in the place of the library's
            if top != "distutils" and (origin.startswith(installed) or not origin.startswith(library)):
                yield f"Python's own module {name} is hidden by another of that name", RENAME
        # Debian's own sitecustomize is a link out of the library
        elif not origin.startswith(installed + library) and not _as_found(module).startswith(library):
            yield f"{name} is not imported from site-packages: another of that name hides it", RENAME


def _origin(module: ModuleType) -> str | None:
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None)
    if not isinstance(origin, str) or not getattr(spec, "has_location", False):
        return None
    return os.path.realpath(origin)


def _as_found(module: ModuleType) -> str:
    """Give the path that the import system found, links and all."""
    path = os.path.abspath(str(getattr(module.__spec__, "origin", "")))
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def site_folders() -> list[str]:
    """Give the folders that distributions are installed to, each once."""
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    return list(dict.fromkeys(os.path.realpath(folder) for folder in folders))


def missing_attributes(own: set[str]) -> Iterator[Fault]:
    """Find `package.attribute` in the application's modules where the imported package has no such attribute."""
    for name, module in sorted(sys.modules.items()):
        origin = _origin(module)
        if name.partition(".")[0] not in own or origin is None or not origin.endswith(".py"):
            continue
        with open(origin, encoding="utf-8") as file:
            text = file.read()
        # parsing is the slow part, and most modules import no distribution by `import name`
        if not set(_IMPORTED.findall(text)) - sys.stdlib_module_names:
            continue
        for used, attribute in _used_attributes(ast.parse(text)):
            target = sys.modules.get(used)
            if target is None or used.partition(".")[0] in sys.stdlib_module_names or hasattr(target, attribute):
                continue
            if importlib.util.find_spec(f"{used}.{attribute}") if hasattr(target, "__path__") else None:
                continue
            yield f"{used} has no {attribute}, which {name} uses", REINSTALL


def _used_attributes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give (module, attribute) for each `module.attribute` below an `import module [as name]` of the top level."""
    imported: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                imported[alias.asname or top] = alias.name if alias.asname else top
    for inner in ast.walk(tree):
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id in imported:
            yield imported[inner.value.id], inner.attr


def wrong_ciphers() -> list[Fault]:
    """Encrypt the vectors of FIPS 197 and SP 800-38A: an AES that can be imported may still be broken."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    expected = {
        "MODE_ECB": "3ad77bb40d7a3660a89ecaf32466ef97",
        "MODE_CBC": "7649abac8119b246cee98e9b12e9197d",
        "MODE_CTR": "874d6191b620e3261bef6864990db6ce",
    }
    try:
        aes = importlib.import_module("Crypto.Cipher.AES")
        found = {
            "MODE_ECB": aes.new(key, aes.MODE_ECB).encrypt(plain).hex(),
            "MODE_CBC": aes.new(key, aes.MODE_CBC, iv=bytes(range(16))).encrypt(plain).hex(),
            "MODE_CTR": aes.new(
                key,
                aes.MODE_CTR,
                initial_value=int.from_bytes(bytes(range(0xF0, 0x100)), "big"),
                nonce=b"",
            )
            .encrypt(plain)
            .hex(),
        }
    # a damaged Crypto raises whatever it likes: ImportError, AttributeError, OSError of a library that is gone
    except Exception as error:  # noqa: BLE001
        return [(f"AES of pycryptodome can't be used: {type(error).__name__}: {error}", REINSTALL)]
    wrong = [mode for mode, text in expected.items() if found[mode] != text]
    return [(f"AES of pycryptodome encrypts wrongly in {', '.join(wrong)}", REINSTALL)] if wrong else []


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main(*(word.partition("=")[2] for word in sys.argv[1:3]))
