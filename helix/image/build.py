"""What would the image hold if the Dockerfile were built?

Plays every stage that the final one needs on a model of the file system. Nothing is run, nothing is fetched.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from helix.image import copying, dockerignore, running
from helix.image.context import Context
from helix.image.copying import Copy
from helix.image.dockerfile import Dockerfile, DockerfileError, Instruction, Stage
from helix.image.filesystem import FileSystem, Origin, clean
from helix.image.installs import Workplace
from helix.image.running import Effects
from helix.image.words import assignments, expand, split

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PLAIN_BASES = re.compile(
    r"(^|/)(python|pypy|debian|ubuntu|alpine|fedora|amazonlinux|busybox|rockylinux|almalinux|python3(-debian\d+)?"
    r"|uv|cuda|photon|ubi[89](-minimal)?|python-3\d+|bookworm-slim|buildpack-deps|node|golang|rust)(:|@|$)"
)
PLATFORM = {"TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETARCH": "amd64", "BUILDPLATFORM": "linux/amd64"}


@dataclass(slots=True)
class Image:
    """A stage as it stands after its last instruction."""

    system: FileSystem
    environment: dict[str, str]
    python: tuple[int, int] | None = None
    working_directory: str = "/"
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    entrypoint: Instruction | None = None
    command: Instruction | None = None
    healthcheck: Instruction | None = None
    effects: Effects = field(default_factory=Effects)
    arguments: dict[str, str] = field(default_factory=dict)
    phantoms: list[tuple[Instruction, str]] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)

    def fork(self) -> "Image":
        """Start the next stage from this one; ARGs and findings stay behind."""
        return Image(
            self.system.fork(),
            dict(self.environment),
            self.python,
            self.working_directory,
            self.shell,
            self.entrypoint,
            self.command,
            self.healthcheck,
            Effects(list(self.effects.generators)),
        )


@dataclass(slots=True)
class Builder:
    """Plays stages on demand, each once."""

    dockerfile: Dockerfile
    context: Context
    build_arguments: dict[str, str]
    images: dict[int, Image] = field(default_factory=dict)

    def final(self, target: str = "") -> Image:
        """Play the target stage (the last one by default) and all that it needs."""
        stage = self._named(target) if target else None
        return self._image(stage or self.dockerfile.stages[-1])

    def used(self) -> Iterable[Image]:
        """Every image that was played."""
        return self.images.values()

    def _named(self, name: str) -> Stage | None:
        for stage in self.dockerfile.stages:
            if name.lower() == stage.name or name == str(stage.index):
                return stage
        return None

    def _image(self, stage: Stage) -> Image:
        if stage.index not in self.images:
            image = self._base(stage)
            for instruction in stage.instructions:
                self._play(image, stage, instruction)
            self.images[stage.index] = image
        return self.images[stage.index]

    def _base(self, stage: Stage) -> Image:
        name = expand(stage.base, {**PLATFORM, **self._defaults()})
        earlier = self._named(name)
        if earlier is not None and earlier.index < stage.index:
            return self._image(earlier).fork()
        image = Image(FileSystem(), {"PATH": DEFAULT_PATH}, _python_version(name))
        if name != "scratch" and not PLAIN_BASES.search(name):
            image.system.open_folders.add("/")
        return image

    def _defaults(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for instruction in self.dockerfile.arguments:
            _declare_arguments(values, instruction, self.build_arguments, {})
        return values

    def _play(self, image: Image, stage: Stage, instruction: Instruction) -> None:
        values = {**PLATFORM, **image.arguments, **image.environment}
        match instruction.keyword:
            case "ARG":
                _declare_arguments(
                    image.arguments, instruction, self.build_arguments, self._defaults(), image.environment
                )
            case "ENV":
                pairs = assignments(instruction.text)
                image.environment |= {name: expand(value, values, self.dockerfile.escape) for name, value in pairs}
            case "WORKDIR":
                image.working_directory = clean(
                    posixpath.join(image.working_directory, expand(instruction.text, values))
                )
                image.system.add_folder(image.system.real(image.working_directory))
            case "COPY" | "ADD":
                self._copy(image, stage, instruction, values)
            case "RUN":
                self._run(image, stage, instruction, values)
            case "SHELL" if instruction.json:
                image.shell = instruction.json
            case "ENTRYPOINT":
                # an ENTRYPOINT resets a CMD that came from the base
                image.command = image.command if image.command in stage.instructions else None
                image.entrypoint = instruction
            case "CMD" | "HEALTHCHECK":
                setattr(image, "command" if instruction.keyword == "CMD" else "healthcheck", instruction)

    def _copy(self, image: Image, stage: Stage, instruction: Instruction, values: dict[str, str]) -> None:
        words = list(instruction.json or split(instruction.text))
        words = [expand(word, values, self.dockerfile.escape) for word in words]
        if len(words) < 2:
            raise DockerfileError(f"line {instruction.line}: {instruction.keyword} needs a source and a destination")
        names = {heredoc.name: heredoc for heredoc in instruction.heredocs}
        documents = [names[key] for word in words[:-1] if (key := word.lstrip("<-").strip("\"'")) in names]
        sources = tuple(word for word in words[:-1] if word.lstrip("<-").strip("\"'") not in names)
        copy = Copy(
            sources,
            words[-1],
            instruction.line,
            image.working_directory,
            instruction.flag("parents") is not None,
            instruction.flags_named("exclude"),
            instruction.keyword == "ADD",
        )
        for heredoc in documents:
            path = posixpath.join(copy.target, heredoc.name) if copy.destination.endswith("/") else copy.target
            image.system.add_file(path, Origin(None, instruction.line, heredoc.text))
        if sources:
            self._copy_from(image, stage, instruction, copy, values)

    def _copy_from(
        self, image: Image, stage: Stage, instruction: Instruction, copy: Copy, values: dict[str, str]
    ) -> None:
        image.copies.append(copy)
        origin = instruction.flag("from")
        if origin is None:
            result = copying.from_context(image.system, self.context, copy)
            image.phantoms.extend((instruction, source) for source in result.missing)
            return
        earlier = self._named(expand(origin, values))
        if earlier is None or earlier.index >= stage.index:
            copying.from_elsewhere(image.system, copy)
            return
        built = self._image(earlier)
        missing = copying.from_stage(image.system, built.system, copy).missing
        if missing:
            copying.from_elsewhere(
                image.system, Copy(tuple(missing), copy.destination, copy.line, copy.working_directory)
            )
        image.effects.generators.extend(built.effects.generators)

    def _run(self, image: Image, stage: Stage, instruction: Instruction, values: dict[str, str]) -> None:
        mounted = self._mount(image, stage, instruction, values)
        script = "\n".join(heredoc.text for heredoc in instruction.heredocs)
        if instruction.json:
            script = " ".join(f"'{word}'" for word in instruction.json)
        elif not script or instruction.text.split("<<")[0].strip():
            document = "".join(f"\n{item.text}{item.name}" for item in instruction.heredocs)
            script = instruction.text + document
        place = Workplace(image.system, self.reader(image.system), image.working_directory, values, instruction.line)
        running.run(script, place, image.effects)
        for path in mounted:
            image.system.remove(path)

    def _mount(self, image: Image, stage: Stage, instruction: Instruction, values: dict[str, str]) -> list[str]:
        """Put the files of `RUN --mount=type=bind` there for the time of one RUN; give what is to be removed."""
        targets = []
        for text in instruction.flags_named("mount"):
            options = dict(item.split("=", 1) for item in text.split(",") if "=" in item)
            target = options.get("target") or options.get("dst") or options.get("destination")
            if options.get("type", "bind") != "bind" or not target:
                continue
            path = clean(posixpath.join(image.working_directory, expand(target, values)))
            if image.system.exists(path) and path != image.working_directory:
                continue
            before = set(image.system.files)
            source = options.get("source") or options.get("src") or "."
            copy = Copy((source,), path, instruction.line, "/")
            earlier = self._named(options["from"]) if "from" in options else None
            if earlier is not None and earlier.index < stage.index:
                copying.from_stage(image.system, self._image(earlier).system, copy)
            elif "from" not in options:
                copying.from_context(image.system, self.context, copy)
            targets.extend(sorted(set(image.system.files) - before))
        return targets

    def reader(self, system: FileSystem) -> "Reader":
        """Read files of the modelled image."""
        return Reader(system, self.context)


@dataclass(frozen=True, slots=True)
class Reader:
    """Gives the text of a path inside the image, as far as its origin is known."""

    system: FileSystem
    context: Context

    def __call__(self, path: str) -> str | None:
        """Read one file."""
        origin = self.system.origin(clean(path))
        if origin is None:
            return None
        return origin.text if origin.source is None else self.context.text(origin.source)


def whole_repository(context: Context) -> Image:
    """Model a platform that copies the whole repository to /app, where there is no Dockerfile."""
    image = Image(FileSystem(), {"PATH": DEFAULT_PATH}, working_directory="/app")
    copying.from_context(image.system, context, Copy((".",), "/app/", 1, "/"))
    image.system.open_folders.add("/")
    return image


def without_ignore_file(context: Context) -> Context:
    """Give the same folder as a checkout has it."""
    return Context(context.root, context.files, context.links, context.folders, dockerignore.NOTHING)


def _declare_arguments(
    values: dict[str, str],
    instruction: Instruction,
    given: dict[str, str],
    defaults: dict[str, str],
    environment: dict[str, str] | None = None,
) -> None:
    for word in split(instruction.text):
        name, sign, default = word.partition("=")
        if name in given:
            values[name] = given[name]
        elif sign:
            values[name] = expand(default, {**values, **(environment or {})})
        elif name in defaults:
            values[name] = defaults[name]


def _python_version(base: str) -> tuple[int, int] | None:
    found = re.search(r"python(?:-|:|3?:)?(\d)\.(\d+)", base) or re.search(r"python-?(3)(\d{2})\b", base)
    return (int(found[1]), int(found[2])) if found else None
