"""A random small repository with a random Dockerfile, as data: rendered as text, and played on a real disk.

The disk is filled by this file's own few lines (`shutil`), not by the code under test, so the two can disagree.
"""

import fnmatch
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

IGNORES = [
    "p1",
    "*.py",
    "!m0.py",
    "**/m2.py",
    "p*/m*",
    "!p1",
    "!src",
    "src/*",
    "!src/p1",
    "**/*.txt",
    "*",
    "m3.py",
    "p1/p2",
]


@dataclass
class World:
    """Files by path, the lines of .dockerignore, the steps of the Dockerfile, and the command."""

    files: dict[str, str] = field(default_factory=dict)
    ignore: list[str] = field(default_factory=list)
    steps: list[tuple[str, ...]] = field(default_factory=list)
    workdir: str = "/app"
    python_path: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    has_two_stages: bool = False

    def dockerfile(self) -> str:
        lines = ["FROM python:3.11-slim AS build", f"WORKDIR {self.workdir}"]
        lines += [render(step) for step in self.steps]
        if self.has_two_stages:
            lines += [
                "FROM python:3.11-slim",
                f"COPY --from=build {self.workdir} {self.workdir}",
                f"WORKDIR {self.workdir}",
            ]
        if self.python_path:
            lines.append(f"ENV PYTHONPATH={':'.join(self.python_path)}")
        words = ", ".join(f'"{word}"' for word in self.command)
        return "\n".join([*lines, f"CMD [{words}]"]) + "\n"

    def write(self, root: Path) -> None:
        for path, text in self.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        (root / "Dockerfile").write_text(self.dockerfile())
        if self.ignore:
            (root / ".dockerignore").write_text("\n".join(self.ignore) + "\n")

    def visible(self, root: Path) -> list[str]:
        paths = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
        return [path for path in paths if not ignored(path, self.ignore)]

    def play(self, root: Path, image: Path) -> str:
        """Fill the image's folder; give the step that a builder would refuse, "" for none."""
        (image / self.workdir[1:]).mkdir(parents=True)
        visible = self.visible(root)
        below = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir()]
        folders = [path for path in below if not ignored(path, self.ignore)]
        for step in self.steps:
            if not self._play(step, root, image, visible, folders):
                return render(step)
        return ""

    def _play(self, step: tuple[str, ...], root: Path, image: Path, visible: list[str], folders: list[str]) -> bool:
        match step:
            case ("COPY", *sources, target):
                return self._copy(sources, target, root, image, visible, folders)
            case ("RM", path):
                victim = self.at(image, path)
                shutil.rmtree(victim) if victim.is_dir() else victim.unlink(missing_ok=True)
            case ("MV", path, target):
                if self.at(image, path).exists():
                    self.at(image, target).mkdir(parents=True, exist_ok=True)
                    shutil.move(self.at(image, path), self.at(image, target) / Path(path).name)
        return True

    def at(self, image: Path, path: str) -> Path:
        return image / path[1:] if path.startswith("/") else image / self.workdir[1:] / path

    def _copy(
        self, sources: list[str], target: str, root: Path, image: Path, visible: list[str], folders: list[str]
    ) -> bool:
        matched = [(source, found) for source in sources for found in match(source, visible, folders)]
        if {source for source, _ in matched} != set(sources):
            return False
        into = self.at(image, target)
        for _, path in matched:
            if path in visible:
                is_folder = target.endswith(("/", ".")) or len(sources) > 1 or into.is_dir()
                place(root / path, into / Path(path).name if is_folder else into)
                continue
            into.mkdir(parents=True, exist_ok=True)
            for inner in visible:
                if path == "." or inner.startswith(path + "/"):
                    place(root / inner, into / (inner if path == "." else inner[len(path) + 1 :]))
        return True


def render(step: tuple[str, ...]) -> str:
    match step:
        case ("COPY", *words):
            return "COPY " + " ".join(words)
        case ("RM", path):
            return f"RUN rm -rf {path}"
        case ("MV", path, target):
            return f"RUN mkdir -p {target} && mv {path} {target}/ || true"
    raise ValueError(step)


def place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def match(source: str, visible: list[str], folders: list[str]) -> list[str]:
    """Find what a COPY source names: files, and folders that are visible or hold a visible file."""
    known = {*visible, *folders} | {str(parent) for path in visible for parent in Path(path).parents}
    wanted = source.rstrip("/") or "."
    return sorted(
        path
        for path in known
        if path == wanted
        or (
            ("*" in wanted or "?" in wanted)
            and path.count("/") == wanted.count("/")
            and path != "."
            and all(fnmatch.fnmatchcase(a, b) for a, b in zip(path.split("/"), wanted.split("/"), strict=True))
        )
    )


def ignored(path: str, lines: list[str]) -> bool:
    """Decide by going through all folders above a path, once for each line."""
    parts = path.split("/")
    state = False
    for line in lines:
        pattern = line.removeprefix("!").split("/")
        if any(fits(parts[:depth], pattern) for depth in range(1, len(parts) + 1)):
            state = not line.startswith("!")
    return state


def fits(parts: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(fits(parts[at:], pattern[1:]) for at in range(len(parts) + 1))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], pattern[0]) and fits(parts[1:], pattern[1:])


def generate(seed: int) -> World:
    """Make the world of a seed."""
    dice = random.Random(seed)
    world = World(workdir=dice.choice(["/app", "/app", "/srv/x"]))
    base = dice.choice(["", "", "src/"])
    modules = [module for module in ("m0", "m3", "p1.m1", "p1.m2", "p1.p2.m4", "p5.m6", "m7") if dice.random() < 0.8]
    modules = modules if len(modules) > 1 else ["m0", "p1.m1"]
    for number, module in enumerate(modules):
        world.files[base + module.replace(".", "/") + ".py"] = body(dice, module, modules, number, world, base)
        for depth in range(1, module.count(".") + 1):
            package = "/".join(module.split(".")[:depth])
            if dice.random() < 0.85:
                world.files.setdefault(f"{base}{package}/__init__.py", "N = 0\n")
    world.ignore = dice.sample(IGNORES, dice.choice([0, 0, 1, 2, 3, 4]))
    world.steps = [copy_step(dice, world, base) for _ in range(dice.choice([1, 1, 2, 3, 4]))]
    if dice.random() < 0.25:
        world.steps.append(
            dice.choice([("RM", "p1/m2.py"), ("RM", "m3.py"), ("MV", "p1", "lib"), ("MV", "p5", "."), ("RM", "p5")])
        )
    if dice.random() < 0.4:
        world.python_path = dice.sample([world.workdir, f"{world.workdir}/src", f"{world.workdir}/lib", "", "/app"], 2)
    start = dice.choice(modules)
    path = start.replace(".", "/") + ".py"
    prefix = base if dice.random() < 0.7 else ""
    world.command = ["python", "-m", start] if dice.random() < 0.4 else ["python", prefix + path]
    world.has_two_stages = dice.random() < 0.3
    return world


def copy_step(dice: random.Random, world: World, base: str) -> tuple[str, ...]:
    files = sorted(world.files)
    folders = sorted({path.split("/")[0] for path in files if "/" in path}) or ["."]
    folder = dice.choice(folders)
    # a file that becomes m3.py must not import m3: a module that imports itself is circular in any checkout
    renamed = [path for path in files if "m3" not in world.files[path]] or ["none.py"]
    return dice.choice(
        [
            ("COPY", ".", "."),
            ("COPY", ".", "."),
            ("COPY", ".", world.workdir + "/"),
            ("COPY", folder, "./" + folder),
            ("COPY", folder + "/", "."),
            ("COPY", folder, f"{world.workdir}/{folder}/"),
            ("COPY", f"{base}*.py", "./"),
            ("COPY", f"{base}p*", "./p1/"),
            ("COPY", f"{base}m?.py", "./"),
            ("COPY", dice.choice(files), "./"),
            ("COPY", *dice.sample(files, 2), "./"),
            ("COPY", dice.choice(renamed), "./m3.py"),
            ("COPY", folder, "./lib"),
        ]
    )


def body(dice: random.Random, module: str, modules: list[str], number: int, world: World, base: str) -> str:
    lines = ["import os, pathlib", f"NAME_{module.replace('.', '_')} = 1"]
    for _ in range(dice.choice([0, 1, 1, 2, 3])):
        other = dice.choice([name for name in modules if name != module])
        statement = import_line(dice, module, other)
        match dice.choice(["plain", "plain", "plain", "guarded", "lazy", "called", "data"]):
            case "plain":
                lines.append(statement)
            case "guarded":
                lines += ["try:", f"    {statement}", "except ImportError:", "    pass"]
            case "lazy":
                lines += [f"def lazy_{number}():", f"    {statement}"]
            case "called":
                lines += [f"def called_{number}():", f"    {statement}", f"called_{number}()"]
            case "data":
                lines.append(data_line(dice, module, world, base))
    return "\n".join(lines) + "\n"


def import_line(dice: random.Random, module: str, other: str) -> str:
    parent, _, leaf = other.rpartition(".")
    name = f"NAME_{other.replace('.', '_')}"
    choices = [f"import {other}", f"from {other} import {name}", f"from {other} import {name}"]
    if parent:
        choices.append(f"from {parent} import {leaf}")
    if "." in module and parent == module.rpartition(".")[0]:
        choices += [f"from . import {leaf}", f"from .{leaf} import {name}"]
    if module.count(".") == 2 and parent == "p1":
        choices += [f"from .. import {leaf}", f"from ..{leaf} import {name}"]
    if dice.random() < 0.06:
        choices = [f"from {other} import absent", f"import {other}.absent", "from . import absent"]
    return dice.choice(choices)


def data_line(dice: random.Random, module: str, world: World, base: str) -> str:
    folder = base + "/".join(module.split(".")[:-1])
    if dice.random() < 0.4:
        world.files["data/top.txt"] = "# data\n"
        return 'open("data/top.txt").close()'
    world.files[f"{folder.rstrip('/')}/near.txt".lstrip("/")] = "# data\n"
    return dice.choice(
        [
            '(pathlib.Path(__file__).resolve().parent / "near.txt").read_text()',
            'open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "near.txt")).close()',
        ]
    )
