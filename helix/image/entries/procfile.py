"""Which processes does a Procfile name?"""

import re
from collections.abc import Iterator

from helix.image.entries.entry import Entry
from helix.image.findings import Finding, Kind, Place, Severity
from helix.image.words import unexpanded

LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")


def find(text: str, file: str) -> Iterator[Entry]:
    """Yield one entry point a line; a shell runs each, so only a variable in single quotes stays as it is."""
    for number, line in enumerate(text.splitlines(), start=1):
        found = LINE.match(line)
        if found:
            place = Place(file, number)
            yield Entry(
                f"{found[1]}: {found[2].strip()}", place, text=found[2], findings=tuple(_quoted(found[2], place))
            )


def _quoted(text: str, place: Place) -> Iterator[Finding]:
    if re.search(r"\b(ba|da)?sh\s+-\w*c", text):
        return
    for quoted in re.findall(r"(?<!\\)'([^']*)'", text):
        for name in unexpanded(quoted):
            message = f"single quotes keep ${name} from being expanded: the program gets '{quoted}'"
            yield Finding(
                Kind.UNEXPANDED, Severity.ERROR, f"${name}", message, f'write "{quoted}" in double quotes', place
            )
