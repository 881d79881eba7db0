"""Does COPY put each file where the builder would?"""

from pathlib import Path

import pytest

from tests.image.repositories import image, paths

FILES = {"a.py": "", "b.py": "", "c.txt": "", "pkg/__init__.py": "", "pkg/sub/x.py": "", "two words.py": ""}

TABLE = [
    ("COPY a.py .", {"/app/a.py": "a.py"}),
    ("COPY a.py x", {"/app/x": "a.py"}),
    ("COPY a.py x/", {"/app/x/a.py": "a.py"}),
    ("COPY a.py /", {"/a.py": "a.py"}),
    ("COPY a.py ../z.py", {"/z.py": "a.py"}),
    ("COPY ./a.py ./x.py", {"/app/x.py": "a.py"}),
    ("COPY /a.py .", {"/app/a.py": "a.py"}),
    ("COPY pkg .", {"/app/__init__.py": "pkg/__init__.py", "/app/sub/x.py": "pkg/sub/x.py"}),
    ("COPY pkg/ pkg", {"/app/pkg/__init__.py": "pkg/__init__.py", "/app/pkg/sub/x.py": "pkg/sub/x.py"}),
    ("COPY pkg/sub pkg/sub/", {"/app/pkg/sub/x.py": "pkg/sub/x.py"}),
    ("COPY [ab].py ./", {"/app/a.py": "a.py", "/app/b.py": "b.py"}),
    ("COPY ?.py c.txt d/", {"/app/d/a.py": "a.py", "/app/d/b.py": "b.py", "/app/d/c.txt": "c.txt"}),
    ("COPY p* .", {"/app/__init__.py": "pkg/__init__.py", "/app/sub/x.py": "pkg/sub/x.py"}),
    ('COPY ["two words.py", "t.py"]', {"/app/t.py": "two words.py"}),
    ("COPY --parents pkg/sub/x.py /d/", {"/d/pkg/sub/x.py": "pkg/sub/x.py"}),
    ("COPY --parents ./pkg/./sub/x.py /d/", {"/d/sub/x.py": "pkg/sub/x.py"}),
    ("COPY --exclude=sub pkg pkg", {"/app/pkg/__init__.py": "pkg/__init__.py"}),
    ("COPY --chown=1:1 --chmod=755 --link a.py b.py ./", {"/app/a.py": "a.py", "/app/b.py": "b.py"}),
    ("RUN mkdir -p d\nCOPY a.py d", {"/app/d/a.py": "a.py"}),
    ("ARG D=sub\nCOPY pkg/$D ${D}2", {"/app/sub2/x.py": "pkg/sub/x.py"}),
    ("ENV D sub\nCOPY pkg/$D $D", {"/app/sub/x.py": "pkg/sub/x.py"}),
    ("COPY a.py b.py ./\nRUN rm a.py", {"/app/b.py": "b.py"}),
    ("COPY a.py .\nRUN mv a.py c.py", {"/app/c.py": "a.py"}),
    (
        "COPY pkg /p\nRUN cp -r /p q && rm -rf /p",
        {"/app/q/__init__.py": "pkg/__init__.py", "/app/q/sub/x.py": "pkg/sub/x.py"},
    ),
    ("COPY <<EOF /s.sh\nrun\nEOF", {"/s.sh": None}),
    ("RUN echo 'python a.py' > /s.sh", {"/s.sh": None}),
    ("WORKDIR sub\nCOPY a.py .", {"/app/sub/a.py": "a.py"}),
    ("ADD a.py .", {"/app/a.py": "a.py"}),
]


@pytest.mark.parametrize(("lines", "expected"), TABLE, ids=[lines for lines, _ in TABLE])
def test_each_file_arrives_where_the_builder_puts_it(
    lines: str, expected: dict[str, str | None], tmp_path: Path
) -> None:
    dockerfile = f"FROM scratch\nWORKDIR /app\n{lines}\n"

    assert paths(image(tmp_path, {**FILES, "Dockerfile": dockerfile})) == expected


def test_files_pass_through_stages_by_name_and_number(tmp_path: Path) -> None:
    text = "FROM scratch AS one\nCOPY pkg /p\nFROM scratch\nCOPY --from=one /p /q\nCOPY --from=0 /p/sub/x.py /y.py\n"

    made = image(tmp_path, {**FILES, "Dockerfile": text})

    assert paths(made) == {"/q/__init__.py": "pkg/__init__.py", "/q/sub/x.py": "pkg/sub/x.py", "/y.py": "pkg/sub/x.py"}


def test_what_comes_from_elsewhere_opens_its_folder(tmp_path: Path) -> None:
    text = "FROM python:3.12\nCOPY --from=ghcr.io/x/y /data/ /app/data/\nADD https://x.org/t.tar.gz /opt/\n"
    text += "RUN git clone https://x.org/z /z\n"

    system = image(tmp_path, {"Dockerfile": text}).system

    assert system.may_hold("/app/data/x")
    assert system.may_hold("/z/main.py")
    assert not system.may_hold("/app/main.py")


def test_a_bind_mount_is_there_for_one_run_only(tmp_path: Path) -> None:
    text = "FROM scratch\nRUN --mount=type=bind,source=pkg,target=/m cp /m/sub/x.py /x.py\n"

    assert paths(image(tmp_path, {**FILES, "Dockerfile": text})) == {"/x.py": "pkg/sub/x.py"}


def test_a_link_is_followed_where_it_is_named_and_kept_where_it_is_not(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.py").write_text("")
    (tmp_path / "alias").symlink_to("real")
    (tmp_path / "loop").symlink_to("loop")

    system = image(tmp_path, {"Dockerfile": "FROM scratch\nCOPY alias /named\nCOPY . /all\n"}).system

    assert system.is_file("/named/x.py")
    assert system.is_file("/all/alias/x.py")
    assert not system.is_file("/all/loop")
