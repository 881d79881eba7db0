"""Does everything that one entry point imports and reads exist in the image?

A walk over the import graph *inside the image*, worst grade first, so that each module is judged by the most urgent way
it is reached. What is absent is looked for in the repository: if it is there, the image lacks it.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from helix.image import imports, resolve
from helix.image.findings import Finding, Severity
from helix.image.judge import Judge
from helix.image.modules import Facts, Grade, Import, Need, Reference, Walk
from helix.image.resolve import Spec
from helix.image.targets import Target, TargetKind

MOST_MODULES = 50_000


@dataclass(frozen=True, slots=True, order=True)
class Visit:
    """One module to read, and how it was reached; `files` is the grade for the files that it reads."""

    grade: Grade
    files: Grade
    number: int
    file: str = field(compare=False)
    name: str = field(compare=False)
    chain: tuple[str, ...] = field(compare=False)
    is_package: bool = field(compare=False, default=False)
    is_main: bool = field(compare=False, default=False)
    can_be_relative: bool = field(compare=False, default=True)
    called: str = field(compare=False, default="")


@dataclass(slots=True)
class Closure:
    """The walk for one target."""

    judge: Judge
    target: Target
    findings: list[Finding] = field(default_factory=list)
    modules: int = 0
    _has_failed_guarded: bool = False
    _guarded_files: list[Finding] = field(default_factory=list)
    _heap: list[Visit] = field(default_factory=list)
    _seen: dict[str, tuple[Grade, Grade]] = field(default_factory=dict)
    _specs: dict[str, Spec | None] = field(default_factory=dict)

    def run(self) -> list[Finding]:
        """Walk from the target and give what was found."""
        self._start()
        while self._heap and self.modules < MOST_MODULES:
            visit = heapq.heappop(self._heap)
            self.modules += 1
            self._read(visit)
        return self._without_unreached_files()

    def _without_unreached_files(self) -> list[Finding]:
        """Lower what may never be read: a guarded import that fails ends its module before the file's line."""
        if not self._has_failed_guarded:
            return self.findings
        return [
            replace(finding, severity=max(finding.severity, Severity.WARNING, key=list(Severity).index))
            if finding in self._guarded_files
            else finding
            for finding in self.findings
        ]

    def _start(self) -> None:
        target = self.target
        match target.kind:
            case TargetKind.SCRIPT:
                if self.judge.system.is_file(target.name):
                    self._push(
                        Visit(Grade.START, Grade.START, 0, target.name, "__main__", (), False, target.is_main, False)
                    )
                else:
                    self.findings.extend(self.judge.missing_entry_file(target.name, target.directory))
            case TargetKind.MISSING_SCRIPT | TargetKind.FILE:
                if not self.judge.system.is_file(target.name):
                    self.findings.extend(self.judge.missing_entry_file(target.name, target.directory))
            case TargetKind.PROGRAM:
                self.findings.extend(self.judge.missing_program(target.name, target.distributions))
            case TargetKind.CODE:
                facts = imports.read(target.name, is_main=True)
                self._follow(Visit(Grade.START, Grade.START, 0, "", "__main__", (), False, True, False), facts)
            case TargetKind.MODULE:
                self._start_module()

    def _start_module(self) -> None:
        names = (self.target.attribute,) if self.target.attribute else ()
        origin = Visit(Grade.START, Grade.START, 0, "", "__main__", (), False, False, False)
        wanted = Import(self.target.name, names, 0, 0, Grade.START)
        spec = self._chain(origin, wanted, self.target.name, Grade.START)
        if spec is None:
            return
        self._names(origin, wanted, spec, Grade.START)
        main = (
            resolve.find(self.judge.system, spec.folders, "__main__", f"{spec.name}.__main__")
            if spec.is_package
            else spec
        )
        if self.target.is_main and main is not None and main.file is not None:
            self._push(Visit(Grade.START, Grade.START, 0, main.file, main.name, (), False, True))
        elif self.target.attribute and spec.file is not None:
            called = self.target.attribute
            self._push(Visit(Grade.START, Grade.START, 0, spec.file, spec.name, (), spec.is_package, called=called))

    def _push(self, visit: Visit) -> None:
        if visit.is_main or visit.called or self._is_worse(visit.file, visit.grade, visit.files):
            grade, files = self._seen.get(visit.file, (visit.grade, visit.files))
            self._seen[visit.file] = (min(grade, visit.grade), min(files, visit.files))
            heapq.heappush(self._heap, visit)

    def _is_worse(self, file: str, grade: Grade, files: Grade) -> bool:
        """Tell whether a module was not yet read, or only in a case that matters less."""
        if file not in self._seen:
            return True
        known, known_files = self._seen[file]
        return grade < known or files < known_files

    def _read(self, visit: Visit) -> None:
        facts = self.judge.facts(visit.file, is_main=visit.is_main, called=visit.called)
        if facts is None:
            return
        if facts.error:
            self.findings.extend(
                self.judge.unreadable(facts, Need(visit.file, facts.error_line, visit.files, visit.chain))
            )
        self._follow(visit, facts)

    def _follow(self, visit: Visit, facts: Facts) -> None:
        for wanted in facts.imports:
            before = len(self.findings)
            self._import(visit, wanted)
            if visit.grade is Grade.GUARDED and wanted.grade is Grade.START and len(self.findings) > before:
                self._has_failed_guarded = True
        for walk in facts.walks:
            self._walk(visit, walk)
        for reference in facts.references:
            self._reference(visit, reference)

    def _import(self, visit: Visit, wanted: Import) -> None:
        grade = max(visit.grade, wanted.grade)
        base = ""
        if wanted.level:
            package = _package(visit, wanted.level)
            if package is None:
                if not visit.can_be_relative or visit.is_main is False:
                    self._report(self.judge.no_package(wanted, self._need(visit, wanted.line, grade)))
                return
            base = package + "." if wanted.module else package
        dotted = base + wanted.module
        spec = self._chain(visit, wanted, dotted, grade)
        if spec is not None:
            self._names(visit, wanted, spec, grade)

    def _chain(self, visit: Visit, wanted: Import, dotted: str, grade: Grade) -> Spec | None:
        """Find `a`, `a.b`, `a.b.c` one after the other and visit each; None when it is not ours or not there."""
        spec: Spec | None = None
        done = ""
        for part in dotted.split("."):
            name = f"{done}.{part}" if done else part
            parent, spec = spec, self._find(name, part, spec)
            if spec is None:
                if not (parent is not None and wanted.is_dotted and self._may_be_attribute(parent, name, dotted)):
                    self._absent(name, dotted, parent, self._need(visit, wanted.line, grade))
                return parent if wanted.is_dotted else None
            if parent is None:
                self._report(self.judge.shadowed(spec, self.target.path, self._need(visit, wanted.line, grade)))
            self._visit(visit, spec, wanted)
            done = name
        return spec

    def _may_be_attribute(self, parent: Spec, name: str, dotted: str) -> bool:
        """Tell whether the rest of a dotted text is no module: a class, or a name that the package binds."""
        part = name.rpartition(".")[2]
        return not parent.is_package or (name == dotted and (part[:1].isupper() or self._binds(parent, part)))

    def _find(self, name: str, part: str, parent: Spec | None) -> Spec | None:
        if name not in self._specs:
            if parent is None and "." not in name:
                self._specs[name] = self.judge.top(part, self.target.path)
            else:
                folders = parent.folders if parent is not None else ()
                self._specs[name] = resolve.find(self.judge.system, folders, part, name)
        return self._specs[name]

    def _visit(self, visit: Visit, spec: Spec, cause: Import | Walk) -> None:
        if spec.file is None or not spec.file.endswith(".py"):
            return
        grade, files = max(visit.grade, cause.grade), max(visit.files, cause.files)
        if self._is_worse(spec.file, grade, files):
            chain = self._step(visit, cause.line)
            self._push(Visit(grade, files, len(self._seen), spec.file, spec.name, chain, spec.is_package))

    def _names(self, visit: Visit, wanted: Import, spec: Spec, grade: Grade) -> None:
        """Follow `from spec import a, b`: a submodule is visited, anything else must be bound."""
        for name in wanted.names:
            if name == "*":
                continue
            dotted = f"{spec.name}.{name}"
            found = self._find(dotted, name, spec) if spec.is_package else None
            if found is not None and (found.file is not None or not self._binds(spec, name)):
                self._visit(visit, found, wanted)
            elif not self._binds(spec, name):
                if spec.is_package and self.judge.is_in_checkout(spec, name):
                    self._absent(dotted, dotted, spec, self._need(visit, wanted.line, grade))
                else:
                    self._report(self.judge.unbound(spec, name, self._need(visit, wanted.line, grade)))

    def _binds(self, spec: Spec, name: str) -> bool:
        if spec.file is None:
            return False
        facts = self.judge.facts(spec.file, is_main=False)
        return facts is None or facts.bound is None or name in facts.bound or bool(facts.error)

    def _absent(self, name: str, dotted: str, parent: Spec | None, need: Need) -> None:
        if parent is None:
            self._report(self.judge.absent_top(name, dotted, self.target, need))
        else:
            self._report(self.judge.absent_part(name, parent, need))

    def _walk(self, visit: Visit, walk: Walk) -> None:
        package = walk.package or (visit.name if visit.is_package else visit.name.rpartition(".")[0])
        spec: Spec | None = None
        done = ""
        for part in package.split(".") if package else ():
            done = f"{done}.{part}" if done else part
            spec = self._find(done, part, spec)
            if spec is None:
                return
            self._visit(visit, spec, walk)
        if spec is not None:
            for name in resolve.submodules(self.judge.system, spec):
                found = self._find(f"{spec.name}.{name}", name, spec)
                if found is not None:
                    self._visit(visit, found, walk)

    def _reference(self, visit: Visit, reference: Reference) -> None:
        grade = max(visit.files, reference.grade)
        need = self._need(visit, reference.line, grade)
        found = list(self.judge.absent_file(reference, self.target.directory, need))
        self._guarded_files.extend(found if visit.grade is Grade.GUARDED else ())
        self._report(found)

    def _need(self, visit: Visit, line: int, grade: Grade) -> Need:
        return Need(visit.file, line, grade, self._step(visit, line))

    def _step(self, visit: Visit, line: int) -> tuple[str, ...]:
        place = self.judge.place(visit.file, line) if visit.file else None
        return (*visit.chain, str(place)) if place else visit.chain

    def _report(self, findings: Iterator[Finding] | Sequence[Finding]) -> None:
        self.findings.extend(findings)


def _package(visit: Visit, level: int) -> str | None:
    """Give the package that a relative import starts from; None where there is none."""
    if not visit.can_be_relative:
        return None
    parts = visit.name.split(".")
    up = level - 1 if visit.is_package else level
    return ".".join(parts[: len(parts) - up]) or None if up < len(parts) else None
