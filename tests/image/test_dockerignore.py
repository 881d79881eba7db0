"""Does .dockerignore mean what Docker says it means?"""

import pytest

from helix.image import dockerignore

TABLE = [
    ("*.md", "a.md", True),
    ("*.md", "docs/a.md", False),
    ("**/*.md", "docs/a.md", True),
    ("**/*.md", "a.md", True),
    ("docs", "docs/a.md", True),
    ("docs/", "docs/a.md", True),
    ("/docs", "docs/a.md", True),
    ("./docs", "docs/a.md", True),
    ("docs/*", "docs/a.md", True),
    ("docs/*", "docs/x/a.md", True),
    ("d?cs", "docs/a", True),
    ("d[ao]cs", "docs/a", True),
    ("d[^a]cs", "docs/a", True),
    ("**", "a/b", True),
    ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/y/b", True),
    ("a/**/b", "c/a/b", False),
    ("**/b", "a/x/b/c", True),
    ("foo*", "foobar/x", True),
    ("a.b", "axb", False),
    ("*\n!a", "a", False),
    ("*\n!app/", "app/x/y", False),
    ("!a\n*", "a", True),
    ("*\n!a\na/b", "a/b", True),
    ("*\n!a\na/b", "a/c", False),
    ("docs\n!docs/keep.md", "docs/keep.md", False),
    ("docs\n!docs/keep.md", "docs/other.md", True),
    ("# note\n#a", "a", False),
    ("  a  ", "a", True),
    ("a\\*b", "a*b", True),
    ("a\\*b", "axb", False),
    ("", "a", False),
    ("!", "a", False),
    ("[", "a", False),
    ("x/../a", "a", True),
]


@pytest.mark.parametrize(("text", "path", "is_out"), TABLE)
def test_the_last_line_that_matches_decides(text: str, path: str, is_out: bool) -> None:
    assert (dockerignore.parse(text).decide(path) is not None) is is_out


def test_the_deciding_line_is_told() -> None:
    pattern = dockerignore.parse("# one\n*.md\ndocs\n").decide("docs/a")

    assert pattern is not None
    assert (pattern.line, pattern.text) == (3, "docs")
