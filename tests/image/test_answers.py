"""Are findings graded, placed and written as agreed, and does the exit status say the same?"""

import argparse
import json
from pathlib import Path

import pytest

from helix.cli import image as command
from helix.image.formats import FORMATS
from helix.image.formats.as_text import render_coloured
from tests.image.repositories import PYTHON, errors, found, git, report, write

BAD = {
    "Dockerfile": PYTHON + "COPY main.py .\nCOPY app app\nCMD python main.py\n",
    "main.py": "import app.core\n",
    "app/__init__.py": "",
    "app/core.py": "import os\n\nimport helper\n",
    "helper.py": "",
}
GOOD = {**BAD, "Dockerfile": PYTHON + "COPY . .\nCMD python main.py\n"}


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.run(parser.parse_args(["image", "check", *argv]))


def test_a_finding_names_module_line_chain_dockerfile_line_and_remedy(tmp_path: Path) -> None:
    body = json.loads(FORMATS["json"](report(tmp_path, BAD)))

    assert body["verdict"] == "fail"
    (entry,) = body["entries"]
    assert (entry["entry"], entry["source"], entry["sys_path"]) == ("python main.py", "Dockerfile:5", ["/app"])
    (finding,) = entry["findings"]
    assert finding["kind"] == "missing-module"
    assert finding["severity"] == "error"
    assert finding["name"] == "helper"
    assert finding["at"] == {"file": "app/core.py", "line": 3}
    assert finding["chain"] == ["Dockerfile:5", "main.py:1", "app/core.py:3"]
    assert finding["dockerfile"] == {"file": "Dockerfile", "line": 3}
    assert "COPY helper.py /app/helper.py" in finding["remedy"]


@pytest.mark.parametrize(("files", "status"), [(BAD, 1), (GOOD, 0), ({}, 2), ({"Dockerfile": "nonsense"}, 2)])
def test_the_exit_status_says_the_verdict(
    files: dict[str, str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, files)

    assert run(str(tmp_path)) == status
    assert capsys.readouterr().out


def test_a_text_on_a_pipe_has_no_colours_and_no_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"Dockerfile": PYTHON + 'COPY . .\nCMD ["python", "a\\u001b[31m.py"]\n'})

    run(str(tmp_path))

    assert "\x1b" not in capsys.readouterr().out
    assert "\x1b[31m" in render_coloured(report(tmp_path / "b", BAD))


def test_sarif_has_rules_levels_and_places(tmp_path: Path) -> None:
    log = json.loads(FORMATS["sarif"](report(tmp_path, BAD)))

    (run_,) = log["runs"]
    (result,) = run_["results"]
    assert log["version"] == "2.1.0"
    assert result["ruleId"] in {rule["id"] for rule in run_["tool"]["driver"]["rules"]}
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("app/core.py", 3)


def test_github_annotations_are_one_escaped_line_each(tmp_path: Path) -> None:
    text = FORMATS["github"](report(tmp_path, BAD))

    assert text.startswith("::error file=app/core.py,line=3,title=missing-module helper::")
    assert text.count("\n") == 1


def test_dockerfile_and_context_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        tmp_path, {"api/docker/x.Dockerfile": PYTHON + "COPY . .\nCMD python main.py\n", "api/main.py": "import lib\n"}
    )

    assert run(str(tmp_path), "--dockerfile", "api/docker/x.Dockerfile", "--context", "api", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["entries"][0]["findings"][0]["name"] == "lib"


def test_a_sub_folder_is_found_as_context_through_compose(tmp_path: Path) -> None:
    files = {
        "docker-compose.yml": "services:\n  a:\n    build:\n      context: ./api\n      dockerfile: Dockerfile\n",
        "api/Dockerfile": PYTHON + "COPY . .\nCMD python main.py\n",
        "api/main.py": "import lib\n",
        "api/lib.py": "",
        "api/.dockerignore": "lib.py\n",
    }

    (one,) = [item for item in report(tmp_path, files).everything]

    assert (one.name, str(one.at), str(one.dockerfile)) == ("lib", "api/main.py:1", "api/.dockerignore:1")


GRADED = [
    ("import lib", "error"),
    ("def f():\n    import lib", "warning"),
    ("if x:\n    import lib", "warning"),
    ("try:\n    import lib\nexcept ImportError:\n    pass", "info"),
]


@pytest.mark.parametrize(("text", "severity"), GRADED)
def test_only_what_crashes_at_the_start_is_an_error(text: str, severity: str, tmp_path: Path) -> None:
    files = {"Dockerfile": PYTHON + "COPY a.py .\nCMD python a.py\n", "a.py": text + "\n", "lib.py": ""}

    assert found(tmp_path, files) == [(severity, "missing-module", "lib")]


def test_a_guarded_import_of_a_broken_module_is_no_error(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "COPY a.py b.py ./\nCMD python a.py\n",
        "a.py": "try:\n    import b\nexcept ImportError:\n    b = None\n",
        "b.py": "import lib\n",
        "lib.py": "",
    }

    assert errors(tmp_path, files) == []


def repository(root: Path, files: dict[str, str], *tracked: str) -> Path:
    write(root, files)
    git(root, "init", "-q")
    git(root, "add", *tracked)
    return root


def test_a_source_that_git_does_not_hold_is_a_phantom(tmp_path: Path) -> None:
    files = {"Dockerfile": PYTHON + "COPY a.py b.py ./\nCMD python a.py\n", "a.py": "", "b.py": ""}
    repository(tmp_path, files, "Dockerfile", "a.py")

    assert found(tmp_path, {}) == [("error", "phantom-copy", "b.py")]


def test_a_source_that_git_ignores_is_taken_for_a_build_artefact(tmp_path: Path) -> None:
    files = {"Dockerfile": PYTHON + "COPY a.py dist ./\nCMD python a.py\n", "a.py": "", ".gitignore": "dist/\n"}
    repository(tmp_path, files, "Dockerfile", "a.py")

    assert found(tmp_path, {}) == [("warning", "phantom-copy", "dist")]


@pytest.mark.parametrize("version", ["2", "4"])
def test_every_version_of_the_index_is_read(version: str, tmp_path: Path) -> None:
    files = {"Dockerfile": PYTHON + "COPY a.py d ./\nCMD python a.py\n", "a.py": "", "d/x.py": "", "d/é.py": ""}
    repository(tmp_path, files, ".")
    git(tmp_path, "update-index", "--index-version", version)

    assert found(tmp_path, {}) == []


def test_a_file_that_is_made_at_run_time_is_never_missed(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "COPY a.py .\nCMD python a.py\n",
        "a.py": "STATE = open('state.json').read()\n",
        ".gitignore": "state.json\n",
        "state.json": "{}",
    }
    repository(tmp_path, files, "Dockerfile", "a.py", ".gitignore")

    assert found(tmp_path, {}) == []


def test_this_repository_passes_its_own_check(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parents[2]

    assert run(str(root), "--format", "json") == 0
    body = json.loads(capsys.readouterr().out)
    assert [entry["entry"] for entry in body["entries"] if entry["entry"].startswith("[program:sync]")]
    assert [
        finding for entry in body["entries"] for finding in entry["findings"] if finding["severity"] == "error"
    ] == []


def test_two_files_of_one_name_are_told_with_the_one_that_wins(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "ENV PYTHONPATH=/app/lib\nCOPY . .\nCMD python a.py\n",
        "a.py": "import twice\n",
        "twice.py": "",
        "lib/twice.py": "",
    }

    (finding,) = report(tmp_path, files).everything

    assert (str(finding.kind), str(finding.severity)) == ("shadowed", "warning")
    assert "finds twice.py, which hides lib/twice.py" in finding.message


def test_a_module_that_hides_the_standard_library_is_told(tmp_path: Path) -> None:
    files = {"Dockerfile": PYTHON + "COPY . .\nCMD python a.py\n", "a.py": "import logging\n", "logging.py": ""}

    assert found(tmp_path, files) == [("warning", "shadowed", "logging")]


def test_a_start_command_that_stands_in_two_places_and_differs_is_told(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "COPY . .\nCMD python a.py\n",
        "a.py": "",
        "b.py": "",
        "Procfile": "web: python b.py\n",
    }

    assert found(tmp_path, files) == [("warning", "conflict", "start command")]
    assert found(tmp_path / "same", {**files, "Procfile": "web: exec python a.py\n"}) == []
