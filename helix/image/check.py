"""Will the image hold everything that each entry point needs?

gather (Dockerfile, context, entry points) → play the build on a model → walk the imports of each entry point → report.
Nothing of the checked repository is run or imported.
"""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from helix.errors import HelixError
from helix.image import context as contexts
from helix.image import dockerfile as dockerfiles
from helix.image import gitindex, repository
from helix.image.blame import Blame
from helix.image.build import Builder, Image, whole_repository
from helix.image.checkout import Checkout
from helix.image.closure import Closure
from helix.image.commandline import Interpreter, environment_of
from helix.image.context import Context
from helix.image.copies import phantoms
from helix.image.dockerignore import NOTHING
from helix.image.entries import collect, platforms
from helix.image.entries.entry import Entry
from helix.image.findings import EntryReport, Finding, Kind, Place, Report, Severity, unique
from helix.image.judge import Judge
from helix.image.repository import Choice
from helix.image.targets import Surroundings, Target, TargetKind


@dataclass(frozen=True, slots=True)
class Options:
    """What the user may name; paths are relative to the repository."""

    dockerfile: str | None = None
    context: str | None = None
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Built:
    """The modelled image and what it was made from."""

    image: Image
    builder: Builder | None
    context: Context
    prefix: str


def check(root: Path, options: Options | None = None) -> Report:
    """Check one repository; what can't be told is a report with reasons, never an exception."""
    try:
        return _check(root, options or Options())
    except HelixError as error:
        return Report((), (), (str(error),))


def _check(root: Path, options: Options) -> Report:
    tree = contexts.load(root)
    choice = repository.choose(tree, options.dockerfile, options.context)
    built, reasons = _build(tree, choice)
    tracked = gitindex.tracked(root)
    judge = _judge(tree, choice, built, Checkout(tree, tracked, built.prefix))
    entries = (
        collect.given(options.entries)
        if options.entries
        else collect.collect(tree, built.image, choice.dockerfile, choice.services, judge.read)
    )
    reports, modules = [], 0
    for entry in entries:
        report, seen = _prove(entry, judge)
        reports.append(report)
        modules = max(modules, seen)
    if not entries:
        reasons.append("no entry point was found: name one with --entry")
    elif all(report.note for report in reports):
        reasons.append("no entry point starts Python that is in the image or in the repository: name one with --entry")
    general = [*platforms.conflicts(tree.text, tree.files.__contains__), *_start_conflicts(tree, built.image, choice)]
    if built.builder is not None:
        general.extend(phantoms(built.builder, choice.dockerfile or "", tracked, built.prefix))
    return Report(tuple(reports), unique(general), tuple(reasons), modules)


def _build(tree: Context, choice: Choice) -> tuple[Built, list[str]]:
    """Play the build with the context that fits the Dockerfile best."""
    text = repository.text(tree, choice.dockerfile)
    if choice.dockerfile is None:
        reason = "there is no Dockerfile: name one with --dockerfile"
        return Built(whole_repository(tree), None, tree, ""), [reason]
    if text is None:
        raise HelixError(f"can't read {choice.dockerfile}", remedy="name the Dockerfile with --dockerfile")
    parsed = dockerfiles.parse(text)
    attempts: list[tuple[int, int, Built]] = []
    for folder in choice.contexts:
        prefix = posixpath.normpath(folder) if folder not in {"", "."} else ""
        ignore = contexts.find_ignore_file(tree.root / prefix, tree.root / choice.dockerfile)
        context = _sub_context(tree, prefix) if not prefix.startswith("..") else contexts.load(tree.root / prefix)
        builder = Builder(parsed, replace(context, ignore=ignore, _decisions={}), {})
        image = builder.final(choice.target)
        missing = sum(len(played.phantoms) for played in builder.used())
        attempts.append((missing, len(attempts), Built(image, builder, builder.context, prefix)))
    return min(attempts)[2], []


def _sub_context(tree: Context, prefix: str) -> Context:
    if not prefix:
        return tree
    start = prefix + "/"
    files = frozenset(path.removeprefix(start) for path in tree.files if path.startswith(start))
    folders = frozenset(path.removeprefix(start) for path in tree.folders if path.startswith(start))
    links = {path.removeprefix(start): target for path, target in tree.links.items() if path.startswith(start)}
    return Context(tree.root / prefix, files, links, folders, NOTHING)


def _judge(tree: Context, choice: Choice, built: Built, checkout: Checkout) -> Judge:
    blame = Blame(built.image, checkout, choice.dockerfile or "Dockerfile", built.context.ignore)
    builder = built.builder or Builder(dockerfiles.Dockerfile((), (), "\\"), tree, {})
    return Judge(built.image, blame, builder.reader(built.image.system))


def _prove(entry: Entry, judge: Judge) -> tuple[EntryReport, int]:
    """Find what one entry point starts, and walk each of its targets."""
    image = judge.image
    judge.mounts = entry.mounts
    place = Surroundings(
        image.system,
        posixpath.normpath(posixpath.join(image.working_directory, entry.directory or ".")),
        environment_of(image.environment, entry.environment),
    )
    interpreter = Interpreter(judge.read)
    if entry.text is not None:
        interpreter.shell(entry.text, place)
    else:
        interpreter.argv(entry.argv, place)
    targets = list(dict.fromkeys(interpreter.targets))
    findings: list[Finding] = list(entry.findings)
    modules = 0
    for target in targets:
        closure = Closure(judge, target)
        findings.extend(_from_entry(finding, entry) for finding in closure.run())
        modules += closure.modules
    if not entry.is_essential:
        findings = [replace(finding, severity=_at_most_warning(finding.severity)) for finding in findings]
    path = next((target.path for target in targets if target.path), ())
    return EntryReport(entry.label, entry.source, path, unique(findings), _note(targets)), modules


def _note(targets: Sequence[Target]) -> str:
    proved = [target for target in targets if target.kind is not TargetKind.PROGRAM]
    return "" if proved else "starts nothing written in Python, as far as can be told"


def _from_entry(finding: Finding, entry: Entry) -> Finding:
    """Let every chain begin at the entry point."""
    chain = (str(entry.place), *finding.chain)
    return replace(finding, chain=chain, at=finding.at or entry.place)


def _at_most_warning(severity: Severity) -> Severity:
    return Severity.WARNING if severity is Severity.ERROR else severity


def _start_conflicts(tree: Context, image: Image, choice: Choice) -> list[Finding]:
    """Tell when several places give different start commands."""
    commands = list(platforms.start_commands(tree.text))
    if choice.dockerfile is not None and image.command is not None:
        text = " ".join(image.command.json or ()) or image.command.text
        commands.append((choice.dockerfile, text, image.command.line))
    plain = {" ".join(text.replace('"', "").replace("'", "").removeprefix("exec ").split()) for _, text, _ in commands}
    if len(plain) < 2:
        return []
    said = "; ".join(f"{file}: {text[:60]}" for file, text, _ in commands)
    message = f"the start command stands in {len(commands)} places and differs: {said}"
    place = Place(commands[0][0], commands[0][2])
    remedy = "keep the start command in one place"
    return [Finding(Kind.CONFLICT, Severity.WARNING, "start command", message, remedy, place)]
