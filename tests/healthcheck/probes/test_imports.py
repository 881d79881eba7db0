"""Does the import probe see what the program would die of, and nothing else?"""

import importlib.util
import sys
import sysconfig
from pathlib import Path

import pytest

from healthcheck.probes import imports, imports_child
from helix.core.health import Status
from tests.healthcheck.probes.places import application, place, write


async def _fault(root: Path, **env: str) -> str:
    """Probe *root*; give the output of a failure."""
    finding = await imports.probe(place(root, **env))
    assert finding.status is Status.FAIL
    assert finding.remedy
    return finding.output


async def test_a_healthy_program_passes(tmp_path: Path) -> None:
    application(tmp_path, work="import psutil\nfrom json import dumps\n\nfree = psutil.virtual_memory\n")

    finding = await imports.probe(place(tmp_path))

    assert (finding.status, finding.output) == (Status.PASS, "1 programs import whole")


@pytest.mark.parametrize(
    ("work", "says"),
    [
        ("import tomlish_package", "app: tomlish_package is missing"),
        ("from app import absent", "app.work can't be imported: ImportError: cannot import name 'absent'"),
        ("import app.absent", "app: app.absent is missing"),
        ("def broken(:", "app.work can't be imported: SyntaxError"),
        ("undefined", "app.work can't be imported: NameError"),
        ("raise SystemExit(3)", "app.work can't be imported: SystemExit: 3"),
        ("import os\nos._exit(7)", "app can't be imported: its interpreter ended with status 7"),
        ("import os\nos.kill(os.getpid(), 9)", "its interpreter ended with signal 9"),
        ("import psutil\n\n\ndef f():\n    psutil.RenamedClass()\n", "psutil has no RenamedClass, which app.work uses"),
    ],
)
async def test_what_the_program_would_die_of_is_named(tmp_path: Path, work: str, says: str) -> None:
    application(tmp_path, work=work)

    assert says in await _fault(tmp_path)


async def test_a_module_that_is_only_imported_on_demand_is_imported_too(tmp_path: Path) -> None:
    application(tmp_path, later="import tomlish_package")

    assert "tomlish_package is missing" in await _fault(tmp_path)


async def test_a_package_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    application(tmp_path)
    (tmp_path / "app/__main__.py").unlink()

    assert "app can't be started: it has no __main__" in await _fault(tmp_path)


async def test_a_module_of_the_application_that_hides_a_distribution_is_named(tmp_path: Path) -> None:
    application(tmp_path, work="import psutil\n")
    write(tmp_path, {"psutil.py": ""})

    output = await _fault(tmp_path)

    assert "psutil is not imported from site-packages" in output
    assert "psutil can be imported from two places" in output


async def test_a_module_of_the_application_that_hides_the_standard_library_is_named(tmp_path: Path) -> None:
    application(tmp_path)
    write(tmp_path, {"secrets.py": ""})

    assert "secrets of the application hides Python's own module secrets" in await _fault(tmp_path)


async def test_a_module_beside_a_package_of_its_name_is_named(tmp_path: Path) -> None:
    application(tmp_path, agents="")
    write(tmp_path, {"app/agents/__init__.py": "", "mega_sync.py": "", "mega_sync/__init__.py": ""})

    output = await _fault(tmp_path)

    assert "app/agents.py and app/agents/ have one importable name" in output
    assert "mega_sync.py and mega_sync/ have one importable name" in output


async def test_a_package_that_comes_from_another_place_than_the_application_is_named(tmp_path: Path) -> None:
    application(tmp_path, directory="%(here)s/elsewhere", work="import library.tool\n")
    write(tmp_path, {"library/__init__.py": "", "library/tool.py": ""})
    write(tmp_path, {"elsewhere/library/__init__.py": "", "elsewhere/library/tool.py": ""})

    output = await _fault(tmp_path, PYTHONPATH=str(tmp_path))

    assert "library.tool comes from another file than the application's library/tool" in output


async def test_a_path_without_the_application_root_is_named(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    application(tmp_path, directory="%(here)s/elsewhere")

    assert "app is missing" in await _fault(tmp_path)


async def test_what_a_module_prints_does_not_hide_the_answer(tmp_path: Path) -> None:
    application(tmp_path, work="print('hello')\n")

    assert (await imports.probe(place(tmp_path))).status is Status.PASS


async def test_a_module_that_waits_while_it_is_imported_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application(tmp_path, work="import time\ntime.sleep(60)\n")
    monkeypatch.setattr(imports, "LIMIT_SECONDS", 0.5)

    assert "app can't be imported within" in await _fault(tmp_path)


async def test_a_program_whose_executable_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"supervisord.conf": "[program:cloud]\ncommand=no-such-binary serve\n"})

    assert "no-such-binary, which runs cloud, is not there" in await _fault(tmp_path)


async def test_another_program_than_python_is_only_looked_for(tmp_path: Path) -> None:
    write(tmp_path, {"supervisord.conf": "[program:shell]\ncommand=sh -c true\n"})

    assert (await imports.probe(place(tmp_path))).status is Status.PASS


async def test_a_tree_without_supervisord_conf_is_named(tmp_path: Path) -> None:
    assert "supervisord.conf can't be read" in await _fault(tmp_path)


async def test_no_output_tells_where_the_application_stands(tmp_path: Path) -> None:
    application(tmp_path, work="raise OSError(__file__)")

    assert str(tmp_path) not in await _fault(tmp_path)


@pytest.mark.parametrize(("linked_from", "faults"), [("library", 0), ("elsewhere", 1)])
def test_debian_s_sitecustomize_may_be_a_link_out_of_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked_from: str, faults: int
) -> None:
    for folder in ("library", "elsewhere", "etc"):
        (tmp_path / folder).mkdir()
    (tmp_path / "etc/sitecustomize.py").write_text("")
    link = tmp_path / linked_from / "sitecustomize.py"
    link.symlink_to(tmp_path / "etc/sitecustomize.py")
    spec = importlib.util.spec_from_file_location("sitecustomize", link)
    assert spec is not None
    monkeypatch.setitem(sys.modules, "sitecustomize", importlib.util.module_from_spec(spec))
    real = sysconfig.get_path
    library = {"stdlib": str(tmp_path / "library"), "platstdlib": str(tmp_path / "library")}
    monkeypatch.setattr(sysconfig, "get_path", lambda name: library.get(name) or real(name))

    found = [output for output, _ in imports_child.wrong_files(str(tmp_path), set()) if "sitecustomize" in output]

    assert len(found) == faults
