"""Is every installed distribution whole, and the one that the lock names?

A distribution's RECORD lists its files with their hashes. `pip uninstall pycrypto` once deleted files
that pycryptodome owned too, and pip went on to say "already satisfied": nobody compares RECORD with the
disk after the installation. Here it is compared; nothing is imported and nothing is run.
"""

import base64
import csv
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

BLOCK = 1 << 20
REINSTALL = "install it again: python -m pip install --force-reinstall --no-deps --require-hashes -r requirements.lock"
WRITTEN_BY_THE_INSTALLER = frozenset({"INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json"})


class FaultKind(StrEnum):
    """What is wrong with a distribution."""

    MISSING_FILE = "missing-file"
    ALTERED_FILE = "altered-file"
    TWO_OWNERS = "two-owners"
    TWO_VERSIONS = "two-versions"
    NO_RECORD = "no-record"
    NOT_INSTALLED = "not-installed"
    OTHER_VERSION = "other-version"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an installed or a pinned distribution."""

    kind: FaultKind
    distribution: str
    path: str
    detail: str
    remedy: str

    def __str__(self) -> str:
        """Give one line for a terminal or a 503 body."""
        return f"{self.distribution}: {self.path + ': ' if self.path else ''}{self.detail}"


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """One line of a RECORD; an empty digest means that the installer did not hash the file."""

    distribution: str
    path: str
    location: Path
    algorithm: str
    digest: str


def verify_all(site_packages: Sequence[Path], lock: str | None = None) -> list[Fault]:
    """Run every check of this file; `lock` is the text of a requirements.lock."""
    faults = [*verify_records(site_packages), *find_two_owners(site_packages)]
    return faults if lock is None else [*faults, *verify_lock(lock, site_packages)]


def installed(site_packages: Sequence[Path]) -> list[Distribution]:
    """List the distributions in these folders, in a stable order."""
    found = [distribution for folder in site_packages for distribution in distributions(path=[str(folder)])]
    return sorted(found, key=_identity)


def verify_records(site_packages: Sequence[Path]) -> list[Fault]:
    """Compare every installed file with the RECORD of its distribution."""
    found = installed(site_packages)
    faults = list(unrecorded(found))
    for distribution in found:
        for entry in recorded_files(distribution):
            faults.extend(verify_file(entry))
    return faults


def unrecorded(found: Iterable[Distribution]) -> Iterator[Fault]:
    """Name the distributions that have no RECORD."""
    for distribution in found:
        if distribution.read_text("RECORD") is None:
            detail = "has no RECORD, so nobody can tell whether its files are whole"
            yield Fault(FaultKind.NO_RECORD, _name(distribution), "", detail, REINSTALL)


def find_two_owners(site_packages: Sequence[Path]) -> list[Fault]:
    """Find files that two distributions own, and distributions that are there in two versions."""
    owners: dict[Path, list[RecordedFile]] = {}
    versions: dict[tuple[str, Path], set[str]] = {}
    for distribution in installed(site_packages):
        folder = Path(str(distribution.locate_file("")))
        name, version = _identity(distribution)
        versions.setdefault((name, folder), set()).add(version)
        for entry in recorded_files(distribution):
            owners.setdefault(entry.location, []).append(entry)
    return [*_shared(owners.values()), *_doubled(versions)]


def verify_lock(lock: str, site_packages: Sequence[Path]) -> list[Fault]:
    """Tell what a lock (name==version lines, with markers and hashes) pins and the folders do not hold."""
    present: dict[str, str] = {}
    for distribution in reversed(installed(site_packages)):
        name, version = _identity(distribution)
        present[name] = version
    return [fault for requirement in pinned(lock) for fault in _compare_pin(requirement, present)]


def pinned(lock: str, environment: Mapping[str, str] | None = None) -> list[Requirement]:
    """Read the `name==version` lines of a lock that apply to this interpreter."""
    context = {key: str(value) for key, value in default_environment().items()}
    context |= {"extra": "", **(environment or {})}
    requirements = []
    for line in lock.replace("\\\n", " ").splitlines():
        text = line.split(" --hash=")[0].split(" #")[0].strip()
        if not text or text.startswith(("#", "-")):
            continue
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate(context):
            requirements.append(requirement)
    return requirements


def recorded_files(distribution: Distribution) -> Iterator[RecordedFile]:
    """Yield the lines of a RECORD that the installer does not write after the hashing."""
    name, folder = _name(distribution), str(distribution.locate_file(""))
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        if len(row) < 2 or row[0].endswith(".pyc") or _written_later(row[0]):
            continue
        algorithm, _, digest = row[1].partition("=")
        location = Path(os.path.normpath(os.path.join(folder, row[0])))
        yield RecordedFile(name, row[0], location, algorithm, digest)


def _name(distribution: Distribution) -> str:
    return _identity(distribution)[0]


@lru_cache(maxsize=4096)
def _identity(distribution: Distribution) -> tuple[str, str]:
    """Give name and version; importlib.metadata would parse all of METADATA for each question."""
    metadata = distribution.metadata
    return canonicalize_name(metadata["Name"] or "unnamed"), metadata["Version"] or ""


def _written_later(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return name in WRITTEN_BY_THE_INSTALLER and folder.endswith(".dist-info")


def verify_file(entry: RecordedFile) -> Iterator[Fault]:
    """Compare one installed file with its RECORD line."""
    try:
        found = _digest(entry) if entry.digest else _exists(entry.location)
    except FileNotFoundError:
        yield Fault(FaultKind.MISSING_FILE, entry.distribution, entry.path, "was installed and is missing", REINSTALL)
        return
    except OSError as error:
        detail = f"can't be read: {error.strerror}"
        yield Fault(FaultKind.ALTERED_FILE, entry.distribution, entry.path, detail, REINSTALL)
        return
    if found != entry.digest:
        detail = f"is not what was installed ({entry.algorithm} differs)"
        yield Fault(FaultKind.ALTERED_FILE, entry.distribution, entry.path, detail, REINSTALL)


def _exists(path: Path) -> str:
    path.lstat()
    return ""


def _digest(entry: RecordedFile) -> str:
    if entry.algorithm not in hashlib.algorithms_guaranteed or entry.algorithm.startswith("shake"):
        return entry.digest
    digest = hashlib.new(entry.algorithm, usedforsecurity=False)
    with entry.location.open("rb", buffering=0) as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()


def _shared(owners: Iterable[Sequence[RecordedFile]]) -> Iterator[Fault]:
    for entries in owners:
        names = sorted({entry.distribution for entry in entries})
        if len(names) < 2:
            continue
        detail = f"belongs to {' and '.join(names)}: removing one of them breaks the other"
        remedy = f"keep one of {', '.join(names)}, delete both, then {REINSTALL}"
        yield Fault(FaultKind.TWO_OWNERS, names[0], entries[0].path, detail, remedy)


def _doubled(versions: Mapping[tuple[str, Path], set[str]]) -> Iterator[Fault]:
    for (name, folder), found in versions.items():
        if len(found) > 1:
            detail = f"is there in versions {', '.join(sorted(found))}"
            yield Fault(
                FaultKind.TWO_VERSIONS,
                name,
                folder.name,
                detail,
                f"uninstall {name} until it is gone, then {REINSTALL}",
            )


def _compare_pin(requirement: Requirement, present: Mapping[str, str]) -> Iterator[Fault]:
    name = canonicalize_name(requirement.name)
    try:
        version = present[name]
    except KeyError:
        detail = f"the lock names {requirement.name}{requirement.specifier} and it is not installed"
        yield Fault(FaultKind.NOT_INSTALLED, name, "", detail, REINSTALL)
        return
    if not _satisfies(requirement, version):
        detail = f"the lock names {requirement.specifier} and {version} is installed"
        yield Fault(FaultKind.OTHER_VERSION, name, "", detail, REINSTALL)


def _satisfies(requirement: Requirement, version: str) -> bool:
    try:
        return requirement.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False
