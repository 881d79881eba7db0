"""Is what an import or a path names in the image, and what is to be said when it is not?

One judge serves all entry points of an image; it keeps what it has read.
"""

import posixpath
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from helix.image import imports, known, resolve
from helix.image.blame import Blame, Cause
from helix.image.build import Image, Reader
from helix.image.filesystem import FileSystem, is_below
from helix.image.findings import Finding, Kind, Place, Severity
from helix.image.installed import BY_GRADE, Installed
from helix.image.lookup import Found, Lookup
from helix.image.modules import Facts, Grade, Import, Need, Reference
from helix.image.resolve import Spec
from helix.image.targets import Target

SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/opt", "/etc", "/lib", "/command")


@dataclass
class Judge:
    """Knows one image, the repository, and the bind mounts of the entry point at hand."""

    image: Image
    blame: Blame
    read: Reader
    mounts: tuple[str, ...] = ()
    _facts: dict[tuple[str, bool, str], Facts | None] = field(default_factory=dict)
    _shadowed: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)

    @property
    def system(self) -> FileSystem:
        """The image's files."""
        return self.image.system

    @cached_property
    def installed(self) -> Installed:
        """What is installed."""
        return Installed(self.image)

    @cached_property
    def lookup(self) -> Lookup:
        """Finds in the repository what the image lacks."""
        return Lookup(self.system, self.blame.checkout)

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """The folders that stand behind the standard library on sys.path."""
        folders = {path.partition("-packages/")[0] + "-packages" for path in self.system.files if "-packages/" in path}
        return (*sorted(folders | set(self.system.bundles)), *sorted(self.system.roots))

    def facts(self, file: str, *, is_main: bool, called: str = "") -> Facts | None:
        """Read a module once; None when its text is not known."""
        origin = self.system.origin(file)
        key = ((origin.source if origin else None) or file, is_main, called)
        if key not in self._facts:
            text = self.read(file) if file.endswith(".py") or is_main else None
            self._facts[key] = imports.read(text, is_main=is_main, called=called) if text is not None else None
        return self._facts[key]

    def place(self, file: str, line: int) -> Place:
        """Give the repository's file and line for a line of a file in the image."""
        origin = self.system.origin(file)
        if origin is None or origin.source is None:
            return Place(self.blame.dockerfile, origin.line if origin else 1)
        return Place(self.blame.checkout.path_of(origin.source), line)

    def _at(self, need: Need) -> Place | None:
        return self.place(need.file, need.line) if need.file else None

    def top(self, name: str, path: Sequence[str]) -> Spec | None:
        """Find a top-level module of our own; None for the standard library, distributions and what is absent."""
        if name in resolve.FIRST_ANYWAY:
            return None
        own = resolve.find(self.system, path, name, name)
        if own is not None and own.file is not None:
            return own
        if resolve.is_standard(name, self.image.python):
            return None
        site = resolve.find(self.system, self.sites, name, name)
        if site is not None and site.file is not None:
            return site
        if self.installed.is_exactly(name):
            return None
        found = own or site
        return found if found is not None and resolve.holds_code(self.system, found.folders) else None

    def shadowed(self, spec: Spec, path: Sequence[str], need: Need) -> Iterator[Finding]:
        """Tell when a name could have meant another file, or a module of the standard library."""
        key = (spec.name, tuple(path))
        if spec.file is None or key in self._shadowed or not any(is_below(spec.file, folder) for folder in path):
            return
        others = [str(self.place(other, 1).file) for other in resolve.all_files(self.system, path, spec.name)]
        others = [other for other in dict.fromkeys(others) if other != self.place(spec.file, 1).file]
        if resolve.is_standard(spec.name, self.image.python):
            others.append(f"the standard library's {spec.name}")
        self._shadowed[key] = tuple(others)
        if others:
            winner = self.place(spec.file, 1)
            message = f"`import {spec.name}` finds {winner.file}, which hides {', '.join(others)}"
            at = self._at(need) or winner
            yield Finding(
                Kind.SHADOWED, Severity.WARNING, spec.name, message, "rename one of them", at, need.chain, None
            )

    def absent_top(self, name: str, dotted: str, target: Target, need: Need) -> Iterator[Finding]:
        """Judge a top-level name that is neither ours inside the image nor built in."""
        if resolve.is_standard(name, self.image.python) or name in resolve.FIRST_ANYWAY:
            return
        near = self.lookup.module(self.lookup.near_roots(target), dotted)
        if near is None and self.installed.provides(name):
            return
        found = near or self.lookup.module(self.lookup.far_roots(target, need.file), dotted)
        if found is not None and not (self.installed.is_exactly(name)):
            yield self._missing_module(name if found.is_whole else dotted, found, need)
        elif name in resolve.STANDARD and self.image.python:
            version = ".".join(map(str, self.image.python))
            message = f"Python {version} has no module {name}"
            at, place = self._at(need), self._copy_line((need.file or "/",))
            severity = BY_GRADE[need.grade]
            yield Finding(Kind.MISSING_MODULE, severity, name, message, "use its successor", at, need.chain, place)
        elif found is None and need.grade < Grade.GUARDED and not name.startswith("__"):
            yield self._missing_distribution(name, need)

    def absent_part(self, name: str, parent: Spec, need: Need) -> Iterator[Finding]:
        """Judge a submodule that its package, which is ours, does not hold."""
        part = name.rpartition(".")[2]
        roots = [(root, folder) for folder in parent.folders for root in self.blame.checkout.roots(self.system, folder)]
        found = self.lookup.module(roots, part)
        if found is not None:
            yield self._missing_module(name, found, need)
            return
        is_likely_made = any(self.lookup.is_made_from(root, part) for root, _ in roots) or part in {
            "_version",
            "version",
        }
        is_foreign = any(is_below(folder, site) for folder in parent.folders for site in self.sites)
        severity = self._capped(BY_GRADE[need.grade], tuple(parent.folders), is_unsure=is_likely_made or is_foreign)
        message = f"{name} is neither in the image nor in the repository"
        remedy = f"correct the import, or add the module {name} to the repository"
        at = self._at(need)
        yield Finding(
            Kind.MISSING_MODULE, severity, name, message, remedy, at, need.chain, self._copy_line(parent.folders[:1])
        )

    def unbound(self, spec: Spec, name: str, need: Need) -> Iterator[Finding]:
        """Judge `from spec import name` where the module that resolves has no such name."""
        where = self.place(spec.file, 1).file if spec.file else ", ".join(spec.folders)
        folders = spec.folders or (posixpath.dirname(spec.file or "/"),)
        cause = Cause(
            f"{where} has none",
            f"import it from the module that defines it; {spec.name} resolves to {where}",
            self._copy_line(folders),
        )
        if spec.file is None:
            cause = self._lost_package(spec) or cause
        is_unsure = spec.file is None and bool(self.image.effects.generators)
        severity = self._capped(BY_GRADE[need.grade], folders, is_unsure=is_unsure)
        message = f"cannot import name {name!r} from {spec.name}: {cause.message}"
        full = f"{spec.name}.{name}"
        yield Finding(
            Kind.MISSING_MODULE, severity, full, message, cause.remedy, self._at(need), need.chain, cause.place
        )

    def _lost_package(self, spec: Spec) -> Cause | None:
        """Tell why a package of the repository has lost its `__init__.py` on the way into the image."""
        for folder in spec.folders:
            for root in self.blame.checkout.roots(self.system, folder):
                source = posixpath.join(root, "__init__.py")
                if self.blame.checkout.keeps(source):
                    return self.blame.absent(source, posixpath.join(folder, "__init__.py"))
        return None

    def is_in_checkout(self, spec: Spec, name: str) -> bool:
        """Tell whether the repository has a submodule that the image's package lacks."""
        roots = [(root, folder) for folder in spec.folders for root in self.blame.checkout.roots(self.system, folder)]
        return self.lookup.module(roots, name) is not None

    def no_package(self, wanted: Import, need: Need) -> Iterator[Finding]:
        """Judge a relative import in a module that belongs to no package."""
        text = "." * wanted.level + (wanted.module or ", ".join(wanted.names))
        message = f"relative import of {text!r} in a program that is started as a script: it has no parent package"
        remedy = "start it with python -m package.module from the folder above the package"
        at, place = self._at(need), self._copy_line((need.file or "/",))
        yield Finding(Kind.MISSING_MODULE, BY_GRADE[need.grade], text, message, remedy, at, need.chain, place)

    def unreadable(self, facts: Facts, need: Need) -> Iterator[Finding]:
        """Judge a module that does not parse; a newer Python than the checking one may well read it."""
        place = self.place(need.file, facts.error_line or 1)
        is_sure = facts.error_line and self.image.python and self.image.python <= sys.version_info[:2]
        severity = self._capped(BY_GRADE[need.grade], (), is_unsure=not is_sure)
        message = f"{place.file} can't be compiled: {facts.error}"
        yield Finding(Kind.INVALID_SYNTAX, severity, place.file, message, "correct the line", place, need.chain, None)

    def absent_file(self, reference: Reference, directory: str, need: Need) -> Iterator[Finding]:
        """Judge a file or a folder that a module reads; only what the repository keeps can be missed."""
        wanted = reference.path.against(need.file, directory)
        if not wanted.startswith("/") or wanted == "/" or self.system.exists(wanted):
            return
        source = self.lookup.source_of_reference(reference, need.file, wanted, directory)
        if source is None:
            return
        cause = self.blame.absent(source, wanted)
        is_made = bool(self.image.effects.generators)
        severity = self._capped(BY_GRADE[need.grade], (wanted,), is_unsure=is_made)
        name = source.lstrip("/")
        at = self._at(need)
        message = f"{wanted} is read and is not in the image: {cause.message}"
        yield Finding(Kind.MISSING_FILE, severity, name, message, cause.remedy, at, need.chain, cause.place)

    def missing_entry_file(self, path: str, directory: str) -> Iterator[Finding]:
        """Judge a script, or a configuration file, that an entry point names and the image lacks."""
        source = self.lookup.source_of_path(path, directory)
        if source is not None:
            cause = self.blame.absent(source, path)
            severity = self._capped(Severity.ERROR, (path,), is_unsure=False)
        else:
            cause = Cause(
                f"{path} is neither in the image nor in the repository", f"add {path}", self._copy_line((path,))
            )
            is_system = any(is_below(path, folder) for folder in SYSTEM_FOLDERS) or "$" in path
            is_unsure = is_system or bool(self.image.effects.generators)
            severity = self._capped(Severity.ERROR, (path,), is_unsure=is_unsure)
        name = source.lstrip("/") if source else path
        message = f"the entry point starts {path}, which is not in the image: {cause.message}"
        yield Finding(Kind.MISSING_FILE, severity, name, message, cause.remedy, None, (), cause.place)

    def missing_program(self, name: str, distributions: Sequence[str]) -> Iterator[Finding]:
        """Judge a program that a distribution brings."""
        if any(item in self.installed.names for item in distributions) or name in self.system.scripts:
            return
        if self.system.is_file(f"/usr/local/bin/{name}") or self.system.is_file(f"/usr/bin/{name}"):
            return
        severity = self.installed.severity(Grade.START)
        message = f"the entry point starts {name}, and nothing that is installed brings it"
        remedy = f"add {distributions[0]} to the requirements"
        yield Finding(
            Kind.MISSING_DISTRIBUTION, severity, distributions[0], message, remedy, None, (), self._install_line()
        )

    def _missing_module(self, name: str, found: Found, need: Need) -> Finding:
        cause = self.blame.absent(found.source, found.wanted)
        severity = self._capped(BY_GRADE[need.grade], (found.wanted,), is_unsure=False)
        at = self._at(need)
        message = f"module {name} is not in the image: {cause.message}"
        return Finding(Kind.MISSING_MODULE, severity, name, message, cause.remedy, at, need.chain, cause.place)

    def _missing_distribution(self, name: str, need: Need) -> Finding:
        wanted = " or ".join(known.candidates(name)[:3])
        message = f"nothing that the image installs provides `import {name}`"
        at = self._at(need)
        severity = self.installed.severity(need.grade)
        if self.mounts:
            severity = max(severity, Severity.WARNING, key=list(Severity).index)
        remedy = f"declare {wanted} in the requirements that the image installs"
        return Finding(Kind.MISSING_DISTRIBUTION, severity, name, message, remedy, at, need.chain, self._install_line())

    def _capped(self, severity: Severity, paths: Sequence[str], *, is_unsure: bool) -> Severity:
        """Lower to a warning what a bind mount, a download or a generator may supply."""
        is_mounted = any(is_below(path, mount) for path in paths for mount in self.mounts)
        is_open = any(self.system.may_hold(path) for path in paths)
        if is_unsure or is_mounted or is_open:
            return max(severity, Severity.WARNING, key=list(Severity).index)
        return severity

    def _copy_line(self, folders: Sequence[str]) -> Place:
        return self.blame.last_copy(folders[0] if folders else "/")

    def _install_line(self) -> Place:
        return Place(self.blame.dockerfile, self.installed.declared.line)
