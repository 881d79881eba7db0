"""Does a hostile repository get an answer or a clear "can't tell", in time, and is nothing of it run?"""

import os
from pathlib import Path

import pytest

from helix.image.check import Options, check
from helix.image.findings import Verdict
from tests.image.repositories import PYTHON, report, write

CMD = PYTHON + 'COPY . .\nCMD ["python", "a.py"]\n'
SECONDS = 60.0

REPOSITORIES: dict[str, dict[str, str]] = {
    "nothing": {},
    "a Dockerfile of noise": {"Dockerfile": "\x00\x7f\x1b[31m" * 300},
    "a Dockerfile without an end": {"Dockerfile": "FROM a\nRUN <<EOF\n"},
    "a COPY without a destination": {"Dockerfile": "FROM a\nCOPY x\n"},
    "a stage that copies from itself": {"Dockerfile": "FROM a AS b\nCOPY --from=b / /\n" + "CMD python a.py\n"},
    "nested brackets": {"Dockerfile": CMD, "a.py": "(" * 50_000},
    "nested blocks": {"Dockerfile": CMD, "a.py": "".join(" " * depth + "if x:\n" for depth in range(3000))},
    "a long chain of elif": {"Dockerfile": CMD, "a.py": "if x:\n    pass\n" + "elif x:\n    pass\n" * 3000},
    "a long sum": {"Dockerfile": CMD, "a.py": "x = " + "1 + " * 20_000 + "1\n"},
    "a null byte": {"Dockerfile": CMD, "a.py": "import b\x00\n"},
    "a module that imports itself": {"Dockerfile": CMD, "a.py": "import a\nfrom a import a\n"},
    "a bomb of YAML": {
        "Dockerfile": CMD,
        "a.py": "",
        "compose.yaml": "a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a,*a,*a,*a,*a,*a,*a]\n" for n in range(20)),
    },
    "deep YAML": {"Dockerfile": CMD, "a.py": "", "compose.yaml": "[" * 15_000},
    "deep JSON": {"Dockerfile": CMD, "a.py": "", "railway.json": "[" * 200_000},
    "broken TOML": {"Dockerfile": CMD, "a.py": "", "railway.toml": "= = =", "pyproject.toml": "[["},
    "a broken supervisord.conf": {"Dockerfile": CMD, "a.py": "", "supervisord.conf": "[program:x\ncommand=%(y"},
    "requirements that include themselves": {
        "Dockerfile": PYTHON + "COPY . .\nRUN pip install -r r.txt\nCMD python a.py\n",
        "a.py": "",
        "r.txt": "-r r.txt\n-r ../../etc/passwd\n",
    },
    "a script that calls itself": {
        "Dockerfile": PYTHON + 'COPY . .\nCMD ["sh", "s.sh"]\n',
        "s.sh": "sh s.sh\nsh s.sh $1 x\n" * 20,
    },
    "a pattern that backtracks": {
        "Dockerfile": CMD,
        "a.py": "",
        ".dockerignore": "*a" * 30 + "b\n" + "**/" * 30 + "x\n",
    },
    "quotes without an end": {"Dockerfile": PYTHON + "RUN echo '\nENV A=\"\nCOPY . .\nCMD python a.py\n", "a.py": ""},
}


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("name", REPOSITORIES)
def test_there_is_an_answer_in_time(name: str, tmp_path: Path) -> None:
    made = report(tmp_path, REPOSITORIES[name])

    assert made.verdict is not Verdict.UNKNOWN or all(made.reasons)


def test_a_file_of_100_megabytes_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": CMD, "a.py": "import big\n", "big.py": ""})
    os.truncate(tmp_path / "big.py", 100 << 20)

    assert check(tmp_path).verdict is Verdict.PASS


def test_loops_of_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": CMD, "a.py": "import loop.x\n"})
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    (tmp_path / "root").symlink_to("/")

    made = check(tmp_path)

    assert [finding.name for finding in made.everything] == ["loop.x"]


def test_folders_nested_too_deep_for_a_path_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": CMD, "a.py": ""})
    start = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(60):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
    finally:
        os.chdir(start)

    assert check(tmp_path).verdict is Verdict.PASS


def test_a_named_pipe_is_not_opened(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": CMD, "a.py": "import b\nopen('p.txt')\n"})
    os.mkfifo(tmp_path / "b.py")
    os.mkfifo(tmp_path / "Procfile")

    assert "b" in {finding.name for finding in check(tmp_path).everything}


def test_nothing_of_the_repository_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    evil = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    files = {path: evil for path in ("a.py", "setup.py", "conftest.py", "sitecustomize.py", "helix.py", "yaml.py")}
    write(
        tmp_path / "repo",
        {**files, "Dockerfile": PYTHON + f"RUN touch {mark}\nCOPY . .\nRUN pip install .\nCMD python a.py\n"},
    )
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / "repo" / ".git" / "config").write_text(f"[core]\n\tfsmonitor = touch {mark}\n")

    check(tmp_path / "repo")

    assert not mark.exists()


@pytest.mark.parametrize(
    "options", [Options(dockerfile="none"), Options(dockerfile="../../etc/shadow"), Options(context="none")]
)
def test_what_is_not_there_is_said(options: Options, tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": CMD, "a.py": ""})

    made = check(tmp_path, options)

    assert made.verdict is not Verdict.PASS


def test_a_repository_that_is_none_is_said(tmp_path: Path) -> None:
    made = check(tmp_path / "none")

    assert made.verdict is Verdict.UNKNOWN
    assert "no folder" in made.reasons[0]
