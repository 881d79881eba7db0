"""What must not be read in a public body, and what stands there instead?

Checks are written by all programs and by the libraries below them, whose error texts may hold a path or an address.
Whatever the settings know to be private is replaced by the setting's name before it leaves the machine.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from helix.settings import Settings


class Redaction:
    """Replaces private texts, the longest first, so that a path inside another does not leave a rest."""

    def __init__(self, replacements: Mapping[str, str]) -> None:
        self._names = {text: name for text, name in replacements.items() if len(text) > 1}
        longest_first = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """Give *text* without anything private."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: self._names[found[0]], text)


def of(settings: Settings, root: Path) -> Redaction:
    """Collect what *settings* and the application's *root* hold that nobody outside should read."""
    private = {secret: "***" for secret in settings.secrets if len(secret) > 3}
    if settings.mega.email:
        private[settings.mega.email] = "MEGA_EMAIL"
    places = {settings.home: "HELIX_HOME", root: "the application", Path.home(): "~"}
    places |= {folder.local: f"folder {folder.name}" for folder in settings.folders}
    for place, name in places.items():
        for path in {place, place.resolve()}:
            if path != Path(path.anchor):
                private[str(path)] = name
    return Redaction(private)
