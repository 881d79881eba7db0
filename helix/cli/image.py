"""What do `helix image check` and `helix image manifest` take, and what do they answer with?"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from helix.errors import HelixError
from helix.image import manifest
from helix.image.check import Options, check
from helix.image.findings import Report, Verdict
from helix.image.formats import FORMATS, as_text

FINE, FINDINGS, CANT_TELL = 0, 1, 2
STATUS = {Verdict.PASS: FINE, Verdict.FAIL: FINDINGS, Verdict.UNKNOWN: CANT_TELL}


def add_parser(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `image` with its subcommands to the `helix` command."""
    image = subparsers.add_parser("image", help="prove that the image holds everything that is imported")
    commands = image.add_subparsers(dest="image_command", required=True)
    _add_check(commands.add_parser("check", help="prove an image from its Dockerfile, before it is built"))
    _add_manifest(commands.add_parser("manifest", help="the list of shipped files, with their digests"))


def run(args: argparse.Namespace) -> int:
    """Run the chosen subcommand and return the exit status."""
    handler: Callable[[argparse.Namespace], int] = args.image_handler
    try:
        return handler(args)
    except HelixError as error:
        print(f"helix image: {error}", file=sys.stderr)
        return CANT_TELL


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("repo", nargs="?", type=Path, default=Path(), metavar="REPO", help="the repository (here)")
    parser.add_argument("--dockerfile", metavar="F", help="the Dockerfile, relative to the repository")
    parser.add_argument("--context", metavar="DIR", help="the build context, relative to the repository")
    parser.add_argument(
        "--entry", action="append", default=[], metavar="CMD", help="a command to prove; several are fine"
    )
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="default: text")
    parser.set_defaults(image_handler=_check)


def _add_manifest(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="manifest_command", required=True)
    write = commands.add_parser("write", help="describe every shipped file below the root")
    write.add_argument("--root", type=Path, default=Path(), help="the folder that is shipped (here)")
    write.add_argument("--output", type=Path, help="where to write (manifest.json in the root)")
    write.add_argument("--commit", default=os.environ.get("HELIX_COMMIT", ""), help="default: $HELIX_COMMIT")
    write.set_defaults(image_handler=_write)
    verify = commands.add_parser("verify", help="compare the disk with the manifest")
    verify.add_argument("--root", type=Path, default=Path(), help="the folder that was shipped (here)")
    verify.add_argument("--manifest", type=Path, help="what to compare with (manifest.json in the root)")
    verify.set_defaults(image_handler=_verify)


def _check(args: argparse.Namespace) -> int:
    options = Options(_inside(args.repo, args.dockerfile), _inside(args.repo, args.context), tuple(args.entry))
    report = check(args.repo, options)
    sys.stdout.write(_rendered(report, args.format))
    return STATUS[report.verdict]


def _inside(repo: Path, named: str | None) -> str | None:
    """Take a path relative to the repository; one that exists only from here is meant from here."""
    if named is None or (repo / named).exists() or not Path(named).exists():
        return named
    return os.path.relpath(named, repo)


def _rendered(report: Report, chosen: str) -> str:
    if chosen == "text" and sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return as_text.render_coloured(report)
    return FORMATS[chosen](report)


def _write(args: argparse.Namespace) -> int:
    if not args.root.is_dir():
        raise HelixError(f"{args.root} is no folder", remedy="name the folder that is shipped with --root")
    release = manifest.Release(_version(), args.commit, _build_time())
    files = manifest.shipped_files(args.root)
    written = manifest.write(args.root, files, release=release, output=args.output)
    print(f"{len(written.files)} files, {sum(record.size for record in written.files)} bytes")
    return FINE


def _verify(args: argparse.Namespace) -> int:
    shipped = manifest.read(args.manifest or args.root / manifest.FILE_NAME)
    differences = manifest.verify(args.root, shipped)
    for difference in differences:
        print(f"{difference.kind}: {difference}\n    {difference.remedy}")
    if not differences:
        print(f"{len(shipped.files)} files are as they were shipped")
    return FINDINGS if differences else FINE


def _version() -> str:
    try:
        return version("helix")
    except PackageNotFoundError:
        return ""


def _build_time() -> str:
    """Take the build's own time where it is reproducible, else the clock."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdigit() else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")
