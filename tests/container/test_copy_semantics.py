"""Does a real builder put each file where the model of `helix image check` does? The builder is the judge.

All COPY cases are stages of one Dockerfile whose last stage collects them; an ignore file needs a build of its own.
Everything is `FROM scratch`, so no base image and no network is needed. Cases that this builder's release doesn't
know (`--parents`, `--exclude`, here-documents) are in tests/image/test_copying.py only.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helix.image import context as contexts
from helix.image import dockerfile, dockerignore
from helix.image.build import Builder
from tests.container.podman import Podman

pytestmark = [pytest.mark.xdist_group("container"), pytest.mark.timeout(600)]

FILES = [
    "a.py", "b.py", "c.txt", "d.md", "two words.py", "pkg/__init__.py", "pkg/m.py", "pkg/sub/x.py", "pkg/sub/y.txt",
    "src/a.py", "src/deep/er/z.py", "docs/a.md", "docs/keep.md", "docs/img/p.png", ".hidden", "empty/.keep",
]  # fmt: skip

COPIES = [
    "COPY a.py .",
    "COPY a.py ./",
    "COPY a.py x",
    "COPY a.py x/",
    "COPY a.py x/y/z",
    "COPY a.py /",
    "COPY a.py /abs/x.py",
    "COPY a.py ../z.py",
    "COPY a.py ..",
    "COPY /a.py .",
    "COPY ./a.py ./",
    "COPY a.py b.py ./",
    "COPY a.py b.py d/",
    "COPY . .",
    "COPY . /app/",
    "COPY . /",
    "COPY pkg .",
    "COPY pkg/ .",
    "COPY pkg pkg",
    "COPY pkg/ pkg/",
    "COPY pkg/. p",
    "COPY pkg/sub p/",
    "COPY pkg src m/",
    "COPY pkg a.py m/",
    "COPY *.py ./",
    "COPY ?.py ./",
    "COPY [ab].py ./",
    "COPY pkg/*.py p/",
    "COPY */*.py p/",
    "COPY pk* .",
    "COPY s* p* m/",
    "COPY docs/*.md ./",
    "COPY .hidden .",
    'COPY ["two words.py", "t.py"]',
    'COPY ["a.py", "b.py", "x y/"]',
    "COPY a.py x/\nCOPY b.py x",
    "COPY a.py x\nCOPY b.py x",
    "COPY pkg x\nCOPY src x",
    "WORKDIR sub\nCOPY a.py .",
    "WORKDIR /other\nWORKDIR sub\nCOPY a.py x/",
    "ENV D=x\nCOPY a.py $D/",
    "ENV D x y\nCOPY a.py /$D/",
    "ARG D=pkg\nCOPY $D ${D}2",
    "COPY ${NONE:-a}.py ./",
    "COPY --chown=1:1 a.py .",
    "COPY --chmod=755 a.py b.py ./",
    "ADD a.py .",
    "ADD pkg p",
    "COPY empty e",
]

# buildah keeps the slash of "/docs", against Docker's documentation, so that one is in tests/image only
IGNORES = [
    "*.md", "**/*.md", "docs", "docs/", "docs/*", "docs/*\n!docs/keep.md", "*\n!pkg", "*\n!pkg/", "*\n!*.py",
    "*\n!pkg/sub/x.py", "!a.py\n*.py", "*.py\n!a.py", "**/a.*", "src/**/z.py", "src/**", "**/deep",
    "pkg/sub\n!pkg/sub/x.py", "?.py", "[ab].py", "# a.py\n*.txt", "pkg/**/*.py", "**", "./a.py", "  a.py  ",
    "docs/../a.py", "**/sub/*", "*\n!src/deep", "docs\n!docs/img\ndocs/img/*.png",
]  # fmt: skip

PHANTOMS = ["COPY none .", "COPY *.none ./", "COPY pkg/none x", "COPY a.py none.py ./"]


@pytest.fixture(scope="module")
def builder() -> Iterator[Podman]:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "helix-test-container"
    yield Podman(cache)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path in FILES:
        (tmp_path / "p" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / path).write_text(path)
    return tmp_path / "p"


def built(builder: Podman, project: Path, text: str, tag: str, *options: str) -> dict[str, str]:
    """Build a Dockerfile and give path and content of each file; an empty answer is a build that was refused."""
    file = project.parent / f"{tag}.Dockerfile"
    file.write_text(text)
    name = f"localhost/helix-copy-{os.getpid()}-{tag}"
    words = ["build", "--pull=never", "--layers=false", "--tag", name, *options, "-f", str(file), str(project)]
    if builder.run(*words, check=False).returncode:
        return {}
    try:
        root = Path(builder.run("image", "mount", name).stdout.strip())
        return {
            "/" + str(path.relative_to(root)): path.read_text()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.relative_to(root).parts[0] not in {"proc", "sys", "dev", "run", "etc"}
        }
    finally:
        builder.run("image", "unmount", name, check=False)
        builder.run("rmi", "-f", name, check=False)


def modelled(project: Path, text: str, ignore: str = "") -> dict[str, str]:
    """Give what the model says: each file of the image with the path it came from, which is also its content."""
    context = contexts.load(project, dockerignore.parse(ignore))
    builder = Builder(dockerfile.parse(text), context, {})
    image = builder.final()
    if any(played.phantoms for played in builder.used()):
        return {}
    return {path: origin.source or "" for path, origin in image.system.files.items()}


def test_every_copy_lands_where_the_builder_puts_it(builder: Podman, project: Path) -> None:
    stages = [f"FROM scratch AS s{at}\nWORKDIR /app\n{lines}" for at, lines in enumerate(COPIES)]
    collected = "\n".join(f"COPY --from=s{at} / /{at}/" for at in range(len(COPIES)))
    text = "\n".join([*stages, "FROM scratch", collected, ""])

    real, model = built(builder, project, text, "copies"), modelled(project, text)

    assert real
    wrong = [
        f"{lines!r}: builder {part(real, at)}, model {part(model, at)}"
        for at, lines in enumerate(COPIES)
        if part(real, at) != part(model, at)
    ]
    assert wrong == []


def part(files: dict[str, str], at: int) -> dict[str, str]:
    start = f"/{at}/"
    return {path.removeprefix(start): text for path, text in files.items() if path.startswith(start)}


def test_every_ignore_file_keeps_out_what_the_builder_keeps_out(builder: Podman, project: Path) -> None:
    text = "FROM scratch\nCOPY . /c/\n"

    def compare(at: int) -> str:
        file = project.parent / f"{at}.dockerignore"
        file.write_text(IGNORES[at] + "\n")
        real = built(builder, project, text, f"ignore{at}", "--ignorefile", str(file))
        model = modelled(project, text, IGNORES[at])
        return "" if set(real) == set(model) else f"{IGNORES[at]!r}: builder {sorted(real)}, model {sorted(model)}"

    with ThreadPoolExecutor(2) as pool:
        wrong = [line for line in pool.map(compare, range(len(IGNORES))) if line]

    assert wrong == []


@pytest.mark.parametrize("line", PHANTOMS)
def test_what_the_builder_refuses_is_a_phantom(line: str, builder: Podman, project: Path) -> None:
    text = f"FROM scratch\nWORKDIR /app\n{line}\n"

    assert built(builder, project, text, "phantom") == {}
    assert modelled(project, text) == {}


def test_the_table_is_long_enough() -> None:
    assert len(COPIES) + len(IGNORES) + len(PHANTOMS) >= 60
