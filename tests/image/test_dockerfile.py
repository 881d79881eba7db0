"""Is a Dockerfile read as BuildKit reads it?"""

import pytest

from helix.image.dockerfile import DockerfileError, Instruction, parse


def only(text: str) -> Instruction:
    return parse(f"FROM scratch\n{text}").stages[0].instructions[0]


def test_continuation_lines_lose_comments_and_keep_the_first_line_number() -> None:
    instruction = only("RUN a \\\n  # why\n\n  && b \\\n  && c\n")

    assert instruction.text.split() == ["a", "&&", "b", "&&", "c"]
    assert instruction.line == 2


def test_the_escape_directive_changes_the_continuation_sign() -> None:
    dockerfile = parse("# escape=`\nFROM scratch\nCOPY a `\n  b\nRUN dir C:\\\n")

    assert [item.text.split() for item in dockerfile.stages[0].instructions] == [["a", "b"], ["dir", "C:\\"]]


def test_stages_have_names_bases_and_lines() -> None:
    dockerfile = parse("ARG V=3\nFROM python:$V AS Build\nRUN x\nFROM build\nCMD y\n")

    assert [(stage.name, stage.base, stage.line) for stage in dockerfile.stages] == [
        ("build", "python:$V", 2),
        ("", "build", 4),
    ]
    assert dockerfile.arguments[0].text == "V=3"


def test_flags_are_taken_off_and_may_repeat() -> None:
    instruction = only('COPY --from=build --chown="1:1" --link --exclude=*.md --exclude=a a b')

    assert instruction.text == "a b"
    assert instruction.flag("from") == "build"
    assert instruction.flag("link") == ""
    assert instruction.flag("parents") is None
    assert instruction.flags_named("exclude") == ("*.md", "a")


@pytest.mark.parametrize(
    ("text", "array"),
    [
        ('CMD ["a", "b c"]', ("a", "b c")),
        ("CMD ['a']", None),
        ('CMD ["a", 1]', None),
        ("CMD [ -f x ] && y", None),
        ('ENTRYPOINT ["a"]', ("a",)),
        ("CMD " + "[" * 5000, None),
    ],
)
def test_what_is_not_quite_json_is_a_shell_form(text: str, array: tuple[str, ...] | None) -> None:
    assert only(text).json == array


def test_here_documents_belong_to_their_instruction() -> None:
    dockerfile = parse("FROM scratch\nRUN <<EOF cat > x && <<-'B' sh\none\nEOF\n\ttwo\n\tB\nCMD z\n")

    run, command = dockerfile.stages[0].instructions
    assert [(item.name, item.text, item.expands) for item in run.heredocs] == [
        ("EOF", "one\n", True),
        ("B", "two\n", False),
    ]
    assert command.text == "z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RUN x\nFROM y",
        "FROM a b c d",
        "FROM a\nBREW tea",
        "FROM a\nRUN <<EOF\nnever ends",
        "\x00\x01\x02",
        "FROM a\n" + "x" * (1 << 20),
    ],
)
def test_what_docker_refuses_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(DockerfileError) as raised:
        parse(text)

    assert raised.value.remedy
