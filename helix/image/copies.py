"""Which COPY sources does the repository not hold?

A source that is not there stops the build. One that is there but not tracked by git stops it on every other machine.
What `.gitignore` names is taken for a build artefact: made before the build, so only a warning.
"""

from collections.abc import Iterator

from pathspec import GitIgnoreSpec

from helix.image.build import Builder
from helix.image.dockerfile import Instruction
from helix.image.filesystem import clean
from helix.image.findings import Finding, Kind, Place, Severity
from helix.image.gitindex import Tracked


def phantoms(builder: Builder, file: str, tracked: Tracked | None, prefix: str) -> Iterator[Finding]:
    """Yield a finding for each source that is not there, or not in git."""
    ignored = GitIgnoreSpec.from_lines((builder.context.text(".gitignore") or "").splitlines())
    for image in builder.used():
        for instruction, source in image.phantoms:
            yield _absent(builder, instruction, source, file, ignored)
        for copy in image.copies if tracked is not None else ():
            for source in copy.sources:
                path = clean(source)[1:]
                full = f"{prefix}/{path}" if prefix else path
                if path in builder.context.files and tracked is not None and full not in tracked:
                    yield _untracked(path, Place(file, copy.line), is_artefact=ignored.match_file(path))


def _absent(builder: Builder, instruction: Instruction, source: str, file: str, ignored: GitIgnoreSpec) -> Finding:
    path = clean(source)[1:]
    pattern = builder.context.ignore.decide(path) if path in builder.context.files | builder.context.folders else None
    at = Place(file, instruction.line)
    if pattern is not None:
        message = f"{instruction.keyword} {source}: {builder.context.ignore.name} keeps it out ({pattern.text!r})"
        remedy = f"add !{path} to {builder.context.ignore.name}, or drop the line"
        return Finding(Kind.PHANTOM_COPY, Severity.ERROR, source, message, remedy, at, (), at)
    if ignored.match_file(path) or ignored.match_file(path + "/"):
        message = f"{instruction.keyword} {source}: .gitignore names it, so something has to make it before the build"
        return Finding(Kind.PHANTOM_COPY, Severity.WARNING, source, message, "make it in a build stage", at, (), at)
    message = f"{instruction.keyword} {source}: the repository holds no such file or folder, so the build stops"
    return Finding(
        Kind.PHANTOM_COPY, Severity.ERROR, source, message, "add it to the repository, or drop the line", at, (), at
    )


def _untracked(path: str, at: Place, *, is_artefact: bool) -> Finding:
    severity = Severity.WARNING if is_artefact else Severity.ERROR
    message = f"COPY {path}: the file is on this disk and not in git, so a build from the repository stops"
    return Finding(Kind.PHANTOM_COPY, severity, path, message, f"git add {path}", at, (), at)
