"""Would a third-party import or program be there, judging by all that the image installs?"""

from dataclasses import dataclass
from functools import cached_property

from packaging.utils import canonicalize_name

from helix.image import known
from helix.image.build import Image
from helix.image.filesystem import Bundle
from helix.image.findings import Severity
from helix.image.modules import Grade

BY_GRADE = {
    Grade.START: Severity.ERROR,
    Grade.CONDITIONAL: Severity.WARNING,
    Grade.LAZY: Severity.WARNING,
    Grade.GUARDED: Severity.INFO,
}


@dataclass
class Installed:
    """The distributions of an image, and how sure it is that there are no others."""

    image: Image

    @cached_property
    def declared(self) -> Bundle:
        """Join everything that any RUN line installs."""
        found: Bundle | None = None
        for bundle in self.image.system.bundles.values():
            found = found.joined(bundle) if found else bundle
        return found or Bundle(frozenset(), is_locked=False, is_open=False, line=1)

    @cached_property
    def names(self) -> frozenset[str]:
        """Everything that gets installed, what is brought along included; pip comes with Python."""
        names = self.declared.names | {"pip"}
        if self.image.python is None or self.image.python < (3, 12):
            names |= {"setuptools", "wheel"}
        return known.brought_along(names)

    @property
    def is_sure(self) -> bool:
        """Tell whether a name that is not among `names` is absent."""
        if self.declared.is_open or "/" in self.image.system.open_folders:
            return False
        return self.declared.is_locked or all(known.is_known(name) for name in self.declared.names)

    @property
    def is_blind(self) -> bool:
        """Tell whether the base image can't be looked into."""
        return "/" in self.image.system.open_folders

    def provides(self, name: str) -> bool:
        """Tell whether a top-level import name is provided, generously."""
        return known.provides(name, self.names)

    def is_exactly(self, name: str) -> bool:
        """Tell whether a distribution that provides the name is declared, beyond a likeness of names."""
        return canonicalize_name(name) in self.names or any(item in self.names for item in known.IMPORTS.get(name, ()))

    def severity(self, grade: Grade) -> Severity:
        """Say how bad an absent distribution is."""
        if self.is_blind or self.declared.is_open:
            return Severity.INFO
        if self.is_sure and not self.image.effects.generators:
            return BY_GRADE[grade]
        if self.is_sure and self.declared.is_locked:
            return BY_GRADE[grade]
        return max(BY_GRADE[grade], Severity.WARNING, key=list(Severity).index)
