"""The recorded failures as small repositories: read from failures/NN-name/case.toml, laid out, and put to the check.

A case holds the fault and its healthy twin, as files or as installed distributions; or it names the tests elsewhere
that fire on the fault and stay silent on the twin.
"""

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helix.image import distributions
from helix.image.check import check
from helix.image.findings import Severity

FOLDER = Path(__file__).parent / "failures"


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    folder: str
    number: int
    title: str
    caught: str
    by: str
    check: str = ""
    fires: str = ""
    silent: str = ""
    expect: Mapping[str, str] = field(default_factory=dict)
    fault: Mapping[str, str] = field(default_factory=dict)
    healthy: Mapping[str, str] = field(default_factory=dict)


def load() -> list[Case]:
    """Read all cases, by number."""
    found = [Case(path.parent.name, **tomllib.loads(path.read_text())) for path in FOLDER.glob("*/case.toml")]
    return sorted(found, key=lambda case: (case.number, case.folder))


def errors(case: Case, files: Mapping[str, str], where: Path) -> list[tuple[str, str, str]]:
    """Lay the files out and give kind, name and message of every error."""
    if case.check == "distributions":
        return installed_faults(files, where)
    lay_out(files, where)
    report = check(where)
    assert report.reasons == ()
    bad = [finding for finding in report.everything if finding.severity is Severity.ERROR]
    return [(str(finding.kind), finding.name, f"{finding.message} {finding.remedy}") for finding in bad]


def lay_out(files: Mapping[str, str], where: Path) -> None:
    for path, text in files.items():
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_text(text)


def installed_faults(files: Mapping[str, str], where: Path) -> list[tuple[str, str, str]]:
    where.mkdir(parents=True, exist_ok=True)
    for row in files["installed"].split("|"):
        requirement, _, paths = row.strip().partition(": ")
        name, _, version = requirement.partition("==")
        install(where, name, version, dict.fromkeys(paths.split(), f"# {name}\n"))
    for path in files.get("deleted", "").split():
        (where / path).unlink()
    faults = distributions.verify_all([where], files.get("lock"))
    kinds = {distributions.FaultKind.ALTERED_FILE}
    return [(str(fault.kind), fault.distribution, str(fault)) for fault in faults if fault.kind not in kinds]


def install(site: Path, name: str, version: str, files: Mapping[str, str]) -> None:
    """Lay out a wheel as an installer does."""
    rows = []
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    contents = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"}
    for path, text in contents.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text)}")
    rows += [f"{info}/RECORD,,", f"{info}/INSTALLER,sha256=x,4", "pkg/__pycache__/a.cpython-311.pyc,,"]
    (site / info / "RECORD").write_text("\n".join(rows) + "\n")
