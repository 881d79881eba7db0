"""Are variables, quotes and shell texts taken apart as Docker and a shell do it?"""

import pytest

from helix.image import shell, words

VALUES = {"A": "1", "E": "", "P": "/x:/y"}


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$A", "1"),
        ("${A}b", "1b"),
        ("$NONE:/app", ":/app"),
        ("${NONE:-d}", "d"),
        ("${E:-d}", "d"),
        ("${E-d}", ""),
        ("${A:+yes}", "yes"),
        ("${NONE:+yes}", ""),
        ("${NONE:-$A}", "1"),
        ("'$A'", "$A"),
        ('"$A b"', "1 b"),
        (r"\$A", "$A"),
        ("a$", "a$"),
        ("$P:/z", "/x:/y:/z"),
    ],
)
def test_variables_expand_as_in_a_dockerfile(text: str, expanded: str) -> None:
    assert words.expand(text, VALUES) == expanded


def test_env_knows_two_forms() -> None:
    assert words.assignments('A=1 B="x y" C=z\\ w') == [("A", "1"), ("B", '"x y"'), ("C", "z\\ w")]
    assert words.assignments("A the rest") == [("A", "the rest")]
    assert words.assignments("") == []


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("a b && c || d; e | f", [("a", "b"), ("c",), ("d",), ("e",), ("f",)]),
        ("if [ -f x ]; then\n  run x\nfi", [("[", "-f", "x", "]"), ("run", "x")]),
        ("A=1 B=2 run x", [("run", "x")]),
        ("run 'a && b'", [("run", "a && b")]),
        ("python -c 'import a\nimport b'", [("python", "-c", "import a\nimport b")]),
        ("run \\\n  more", [("run", "more")]),
        ("# note\nrun # note", [("run",)]),
        ("cat <<EOF > f\nnot a command\nEOF\nrun", [("cat",), ("run",)]),
        ("(cd a && run)", [("cd", "a"), ("run",)]),
        ("run > out.txt 2>&1", [("run",)]),
        ("echo 'unclosed", []),
    ],
)
def test_a_shell_text_is_its_simple_commands(text: str, commands: list[tuple[str, ...]]) -> None:
    assert [command.argv for command in shell.commands(text)] == commands


def test_written_files_and_here_documents_are_kept() -> None:
    (command,) = shell.commands("cat <<EOF > /start.sh\npython x.py\nEOF\n")

    assert (command.writes, command.stdin) == (("/start.sh",), "python x.py\n")


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("tini -- python x", ("python", "x")),
        ("dumb-init python x", ("python", "x")),
        ("gosu app:app python x", ("python", "x")),
        ("env A=1 python x", ("python", "x")),
        ("exec python x", ("python", "x")),
        ("timeout -s KILL 5 python x", ("python", "x")),
        ("uv run --no-sync python x", ("python", "x")),
        ("poetry run python x", ("python", "x")),
        ("ddtrace-run gunicorn a:b", ("gunicorn", "a:b")),
        ("sudo nice -n 5 python x", ("python", "x")),
    ],
)
def test_what_only_starts_another_command_is_taken_off(line: str, command: tuple[str, ...]) -> None:
    assert shell.unwrap(line.split())[0] == command
