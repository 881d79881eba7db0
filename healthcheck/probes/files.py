"""Is every file of the image there, and as it was built?

The image build wrote manifest.json (path, size, mode, SHA-256). A checkout has none, and that is no fault.
"""

import asyncio

from healthcheck.probes.probe import Fault, Finding, Place, passed, sum_up
from helix.core.health import Status
from helix.image import manifest

CHECKOUT = (".git",)


async def probe(place: Place) -> Finding:
    """Compare the tree with its manifest."""
    return await asyncio.to_thread(_look, place)


def _look(place: Place) -> Finding:
    path = place.root / manifest.FILE_NAME
    if not path.exists():
        return _without_manifest(place)
    try:
        written = manifest.read(path)
    except manifest.ManifestError as error:
        return Finding(Status.FAIL, error.message, error.remedy)
    differences = manifest.verify(place.root, written)
    faults = [Fault(f"{found.path} {found.detail}", found.remedy) for found in differences]
    return sum_up(faults) if faults else passed(f"{len(written.files)} files are as built")


def _without_manifest(place: Place) -> Finding:
    if any((place.root / name).exists() for name in CHECKOUT):
        return passed("this is a checkout: there is no manifest to compare with")
    output = "there is no manifest.json, so nobody can tell whether the files are whole"
    return Finding(Status.WARN, output, "let the image build end with `helix image manifest write`")
