"""Which command do ENTRYPOINT, CMD and HEALTHCHECK of the final stage start?"""

from collections.abc import Iterator

from helix.image.build import Image
from helix.image.dockerfile import Instruction, json_array
from helix.image.entries.entry import Entry, from_argv
from helix.image.findings import Place


def find(image: Image, file: str) -> Iterator[Entry]:
    """Yield the image's own command, and its health check."""
    entry = merged(image, file, image.entrypoint, image.command)
    if entry is not None:
        yield entry
    check = image.healthcheck
    if check is not None and check.text.upper().startswith("CMD"):
        text = check.text[3:].strip()
        place = Place(file, check.line)
        array = json_array(text)
        if array:
            yield from_argv("HEALTHCHECK", place, array, is_essential=False)
        elif text:
            yield Entry("HEALTHCHECK", place, text=text, is_essential=False)


def merged(image: Image, file: str, entrypoint: Instruction | None, command: Instruction | None) -> Entry | None:
    """Merge ENTRYPOINT and CMD as Docker does."""
    last = command or entrypoint
    if last is None:
        return None
    place = Place(file, last.line)
    if entrypoint is not None and entrypoint.json is None:
        return Entry(entrypoint.text, Place(file, entrypoint.line), text=entrypoint.text)
    first = tuple(entrypoint.json or ()) if entrypoint is not None else ()
    if command is None:
        return from_argv(" ".join(first), place, first) if first else None
    if command.json is None:
        if not first:
            return Entry(command.text, place, text=command.text)
        return Entry(f"{' '.join(first)} {command.text}", place, argv=(*first, *image.shell, command.text))
    argv = (*first, *command.json)
    return from_argv(" ".join(argv), place, argv) if argv else None
