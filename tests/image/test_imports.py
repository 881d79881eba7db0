"""Is every import of a module seen, with the grade that it deserves?"""

import pytest

from helix.image.imports import read
from helix.image.modules import Grade
from helix.image.paths import PathValue

GRADES = [
    ("import a", Grade.START),
    ("class C:\n    import a", Grade.START),
    ("for x in y:\n    import a", Grade.START),
    ("if x:\n    import a", Grade.CONDITIONAL),
    ("def f():\n    import a", Grade.LAZY),
    ("def f():\n    import a\nf()", Grade.START),
    ("def f():\n    g()\ndef g():\n    import a\nf()", Grade.START),
    ("import asyncio\nasync def main():\n    import a\nasyncio.run(main())", Grade.START),
    ("def f():\n    if x:\n        return\n    import a\nf()", Grade.CONDITIONAL),
    ("class C:\n    def f(self):\n        import a", Grade.LAZY),
    ("try:\n    import a\nexcept ImportError:\n    a = None", Grade.GUARDED),
    ("try:\n    import a\nexcept (ValueError, ModuleNotFoundError):\n    pass", Grade.GUARDED),
    ("try:\n    import a\nexcept:\n    pass", Grade.GUARDED),
    ("try:\n    import a\nexcept KeyError:\n    pass", Grade.START),
    ("try:\n    import a\nexcept ImportError:\n    raise SystemExit('no a')", Grade.START),
    ("try:\n    import a\nexcept ImportError:\n    import sys\n    sys.exit(1)", Grade.START),
    ("import contextlib\nwith contextlib.suppress(ImportError):\n    import a", Grade.GUARDED),
    ("import sys\nif sys.platform == 'win32':\n    import a", Grade.GUARDED),
    ("if __name__ == '__main__':\n    import a", Grade.START),
    ("import importlib\nimportlib.import_module('a')", Grade.START),
    ("__import__('a')", Grade.START),
    ("async def setup(bot):\n    await bot.load_extension('a')", Grade.LAZY),
    ("import uvicorn\nuvicorn.run('a:app')", Grade.START),
    ("import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a')", Grade.START),
    ("INSTALLED_APPS = ['a']", Grade.START),
    ("match x:\n    case 1:\n        import a", Grade.CONDITIONAL),
]


@pytest.mark.parametrize(("text", "grade"), GRADES)
def test_the_grade_says_when_the_import_happens(text: str, grade: Grade) -> None:
    found = {one.grade for one in read(text, is_main=True).imports if one.module == "a"}

    assert found == {grade}


@pytest.mark.parametrize(
    "text",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a",
        "import typing\nif typing.TYPE_CHECKING:\n    import a",
        "from __future__ import annotations",
        "x = 'import a'",
        "f = lambda: __import__('a')",
    ],
)
def test_what_never_runs_is_no_import(text: str) -> None:
    assert "a" not in {one.module for one in read(text, is_main=True).imports}


def test_the_main_block_counts_only_in_the_program_itself() -> None:
    assert read("if __name__ == '__main__':\n    import a", is_main=False).imports == ()


PATHS = [
    ("open('d/x')", PathValue(None, "d/x")),
    ("from pathlib import Path\n(Path(__file__).parent / 'd' / 'x').read_text()", PathValue(1, "d/x")),
    ("from pathlib import Path\nB = Path(__file__).resolve().parents[1]\nopen(B / 'x')", PathValue(2, "x")),
    ("import os\nopen(os.path.join(os.path.dirname(__file__), '..', 'x'))", PathValue(1, "../x")),
    ("from pathlib import Path\nPath('x').open()", PathValue(None, "x")),
    ("from pathlib import Path\nD = Path(__file__).with_name\nopen('x', 'w')", None),
    ("open('x', mode='a')", None),
    ("open(name)", None),
    ("T = Jinja2Templates(directory='templates')", PathValue(None, "templates")),
    ("N = 'x'\nopen(f'd/{N}.json')", PathValue(None, "d/x.json")),
    ("import os\nos.listdir('cogs')", PathValue(None, "cogs")),
]


@pytest.mark.parametrize(("text", "path"), PATHS)
def test_a_path_is_worked_out_from_the_text(text: str, path: PathValue | None) -> None:
    assert [one.path for one in read(text, is_main=True).references] == ([path] if path else [])


def test_a_path_is_resolved_in_the_image_and_in_the_checkout() -> None:
    path = PathValue(2, "d/x")

    assert path.against("/app/pkg/m.py", "/srv") == "/app/d/x"
    assert PathValue(None, "d/x").against("/app/pkg/m.py", "/srv") == "/srv/d/x"


def test_walks_name_the_package() -> None:
    text = "import pkgutil\nfrom app import cogs\nfor m in pkgutil.iter_modules(cogs.__path__):\n    pass\n"
    text += "for n in names:\n    bot.load_extension(f'app.ext.{n}')\n"

    assert sorted(walk.package for walk in read(text, is_main=True).walks) == ["app.cogs", "app.ext"]


BOUND = [
    ("a = 1", True),
    ("a: int = 1", True),
    ("def a(): pass", True),
    ("class a: pass", True),
    ("import a", True),
    ("import x as a", True),
    ("from x import a", True),
    ("for a in x: pass", True),
    ("with x as a: pass", True),
    ("if x:\n    a = 1", True),
    ("(a := 1)", True),
    ("a, b = x", True),
    ("def f():\n    global a\n    a = 1", True),
    ("def f():\n    a = 1", False),
    ("class C:\n    def a(self): pass", False),
    ("b = a", False),
    ("from x import *", None),
    ("globals()['a'] = 1", None),
    ("def __getattr__(name): pass", None),
]


@pytest.mark.parametrize(("text", "is_bound"), BOUND)
def test_the_names_of_a_module_are_told(text: str, is_bound: bool | None) -> None:
    bound = read(text, is_main=False).bound

    assert (None if bound is None else "a" in bound) is is_bound
