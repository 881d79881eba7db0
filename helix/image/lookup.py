"""Where in the repository is what the image lacks?"""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from helix.image import resolve
from helix.image.checkout import Checkout
from helix.image.filesystem import FileSystem, is_below
from helix.image.modules import Reference
from helix.image.resolve import Spec
from helix.image.targets import Target

COMPILED_FROM = (".pyx", ".c", ".cpp", ".rs", ".pyi", ".proto")


@dataclass(frozen=True, slots=True)
class Found:
    """A module in the repository: its path there, where it belongs in the image, and how much of it is absent.

    `is_whole` when already its top-level package is absent, else only the module itself is.
    """

    source: str
    wanted: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """Looks modules and files up in the repository, by way of the folders that the image was filled from."""

    system: FileSystem
    checkout: Checkout

    def near_roots(self, target: Target) -> list[tuple[str, str]]:
        """Pair the repository folders that sys.path was filled from with their folders in the image."""
        return [(root, folder) for folder in target.path for root in self.checkout.roots(self.system, folder)]

    def far_roots(self, target: Target, file: str) -> list[tuple[str, str]]:
        """Add where a module usually lies in a repository: at its root, in src, beside a script that imports it."""
        folder = target.path[0] if target.path else target.directory
        prefix = "/" + self.checkout.prefix
        roots = [prefix, "/", posixpath.join(prefix, "src"), "/src"]
        origin = self.system.origin(file) if file else None
        if origin is not None and origin.source is not None:
            beside = "/" + posixpath.dirname(self.checkout.path_of(origin.source))
            # what lies in a package is only imported by its full name
            if not self.checkout.system.is_file(posixpath.join(beside, "__init__.py")):
                roots.append(beside)
        return [(root, folder) for root in dict.fromkeys(roots)]

    def module(self, roots: Sequence[tuple[str, str]], dotted: str) -> Found | None:
        """Find a module in the repository; give its path there, and where it belongs in the image."""
        for root, folder in roots:
            spec: Spec | None = None
            done: list[str] = []
            for part in dotted.split("."):
                step = resolve.find(self.checkout.system, spec.folders if spec else (root,), part, part)
                if step is None:
                    break
                spec = step
                done.append(part)
            if spec is None or (spec.file is None and not resolve.holds_code(self.checkout.system, spec.folders)):
                continue
            if spec.file is None and len(done) < dotted.count(".") + 1:
                continue
            first = resolve.find(self.checkout.system, (root,), done[0], done[0])
            if first is None:
                continue
            path = first.folders[0] if first.is_package else first.file or root
            wanted = posixpath.join(folder, posixpath.relpath(path, root))
            if self.system.exists(wanted) and spec.file is not None:
                return Found(spec.file, posixpath.join(folder, posixpath.relpath(spec.file, root)), is_whole=False)
            return Found(path, wanted, is_whole=True)
        return None

    def is_made_from(self, root: str, part: str) -> bool:
        """Tell whether a source next to it is compiled or generated into this module."""
        stem = part.removesuffix("_pb2").removesuffix("_pb2_grpc")
        names = self.checkout.system.names(root)
        return part.endswith(("_pb2", "_pb2_grpc")) or any(
            name in {stem + end for end in COMPILED_FROM} for name in names
        )

    def source_of_reference(self, reference: Reference, file: str, wanted: str, directory: str) -> str | None:
        """Give the repository file that a reference stands for, if the repository keeps it."""
        origin = self.system.origin(file) if file else None
        if reference.path.up is not None and origin is not None and origin.source is not None:
            source = reference.path.against("/" + self.checkout.path_of(origin.source), "/")
            return source if self.checkout.keeps(source) else None
        return self.source_of_path(wanted, directory)

    def source_of_path(self, path: str, directory: str) -> str | None:
        """Give the repository file that an absolute path of the image stands for."""
        folder = directory if is_below(path, directory) else posixpath.dirname(path)
        inside = posixpath.relpath(path, folder)
        prefix = "/" + self.checkout.prefix
        for root in (*self.checkout.roots(self.system, folder), prefix, "/"):
            source = posixpath.normpath(posixpath.join(root, inside))
            if self.checkout.keeps(source) and source != "/":
                return source
        return None
