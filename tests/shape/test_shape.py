"""Does the code keep the shape that docs/architecture.md promises?"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.shape.tree import PACKAGES, parsed, python_files, text, tracked

CODE = python_files(*PACKAGES)
TESTS = [path for path in python_files("tests") if path.rsplit("/", 1)[-1].startswith("test_")]

FILE_LINES = 300
FUNCTION_LINES = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: str) -> Iterator[Function]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, Function))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_there_is_code_to_judge() -> None:
    assert len(CODE) > 30
    assert len(TESTS) > 10


@pytest.mark.parametrize("path", CODE)
def test_a_file_holds_one_idea(path: str) -> None:
    assert text(path).count("\n") <= FILE_LINES
    assert ast.get_docstring(parsed(path)), "a module says which question it answers"


@pytest.mark.parametrize("path", CODE)
def test_a_function_fits_a_screen(path: str) -> None:
    assert [f"{one.name}: {length(one)} lines" for one in functions(path) if length(one) > FUNCTION_LINES] == []


@pytest.mark.parametrize("path", CODE)
def test_no_error_is_caught_broadly_or_hidden_from_the_type_checker(path: str) -> None:
    caught = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ExceptHandler)]
    broad = [node.lineno for node in caught if node.type is None or ast.unparse(node.type) == "BaseException"]

    assert broad == []
    assert "TYPE_CHECKING" not in names(path), "if an import needs it, the arrow is wrong"


def names(path: str) -> set[str]:
    """Give the names that a file imports or uses."""
    tree = parsed(path)
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }


@pytest.mark.parametrize("path", CODE)
def test_only_a_composition_root_reads_the_environment(path: str) -> None:
    if path.endswith("__main__.py") or path in ENVIRONMENT_READERS:
        return
    tree = parsed(path)
    reads = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "environ"]

    assert reads == []


ENVIRONMENT_READERS = {
    # the commit, where neither manifest nor git says it
    "helix/release.py",
    # a build step: HELIX_COMMIT and SOURCE_DATE_EPOCH
    "helix/cli/image.py",
    # a program of its own, run by `helix doctor`
    "healthcheck/doctor.py",
}


@pytest.mark.parametrize("path", TESTS)
def test_a_test_asserts_and_is_never_skipped(path: str) -> None:
    empty = [
        one.name
        for one in functions(path)
        if one.name.startswith("test_")
        and not re.search(r"\bassert|raises\(|expect\(|\.check|verify|prove", ast.unparse(one))
    ]

    assert empty == []
    assert not re.search(r"pytest\.(skip|xfail|importorskip)|mark\.(skip|xfail)", text(path)) or path == SELF


SELF = "tests/shape/test_shape.py"


@pytest.mark.parametrize("path", tracked())
def test_no_file_names_one_machine_or_an_index(path: str) -> None:
    found = re.findall(r"(?<![\w.])/(?:work|root|farm)/\w+", text(path))

    assert path == SELF or found == []
    if path.endswith(".lock"):
        assert "://" not in text(path)


def test_one_deploy_config_and_one_start_command() -> None:
    configs = [path for path in tracked() if re.fullmatch(r"railway\.(json|toml)|\.railway/railway\.\w+", path)]

    assert configs == [".railway/railway.ts"]
    assert text("Procfile").strip() == "web: helix up"
    assert 'CMD ["helix", "up"]' in text("Dockerfile")


def test_every_direct_dependency_has_its_reason() -> None:
    lines = text("pyproject.toml").partition("[tool.")[0].splitlines()
    required = [line for line in lines if re.match(r'    "[\w.\[\],-]+([<>=]|",)', line)]

    assert len(required) > 20
    assert [line for line in required if "# " not in line] == []
