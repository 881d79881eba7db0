"""Is supervisord.conf read as supervisord itself reads it?"""

import os
import shlex
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from healthcheck.probes import entries
from helix.release import ROOT
from tests.healthcheck.probes.places import write

HARD = """; a comment
[supervisord]
nodaemon=true

[program:one]
command=python -u -W error -m pack.one --flag "two words" ; and a comment
directory=%(here)s/sub
environment=ROLE="first one",PLACE=%(here)s,PORT="%(ENV_PORT)s"

[program:two]
command=%(here)s/bin/%(program_name)s start

[eventlistener:three]
command=python -m pack.three
events=PROCESS_STATE
"""


def _as_supervisord_reads(
    conf: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, tuple[object, ...]]:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    options = ServerOptions()
    options.realize(["-c", str(conf)], doc="")
    return {
        process.name: (tuple(shlex.split(process.command)), process.directory, dict(process.environment))
        for group in options.process_group_configs
        for process in group.process_configs
    }


@pytest.mark.parametrize("shipped", [True, False], ids=["the shipped one", "a hard one"])
def test_every_program_is_as_supervisord_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped: bool
) -> None:
    env = {"PORT": "8080", "HELIX_HOME": str(tmp_path)}
    (tmp_path / "run").mkdir()
    (tmp_path / "sub").mkdir()
    write(tmp_path, {"supervisord.conf": HARD})
    conf = (ROOT if shipped else tmp_path) / "supervisord.conf"

    theirs = _as_supervisord_reads(conf, env, monkeypatch)
    ours = entries.read(conf, env, tmp_path)

    assert {entry.name for entry in ours} == set(theirs)
    for entry in ours:
        argv, directory, added = theirs[entry.name]
        assert entry.argv == argv
        assert str(entry.directory) == (directory or str(tmp_path))
        assert entry.env == {**env, **added}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("python -m services.sync", "services.sync"),
        ("/venv/bin/python3.12 -u -X dev -W error -m a.b --flag", "a.b"),
        ("python script.py -m a.b", None),
        ("sh -c 'python -m a.b'", None),
        ("python -m", None),
        ("python", None),
    ],
)
def test_the_module_of_a_command_is_found(tmp_path: Path, command: str, module: str | None) -> None:
    write(tmp_path, {"supervisord.conf": f"[program:x]\ncommand={command}\n"})

    (entry,) = entries.read(tmp_path / "supervisord.conf", os.environ, tmp_path)

    assert entry.module == module


@pytest.mark.parametrize(
    ("conf", "says"),
    [
        ("", "names no program"),
        ("no section\n", "not a configuration file"),
        ("[program:x]\ndirectory=/\n", "program x of supervisord.conf has no command"),
        ("[program:x]\ncommand=run %(ENV_NOT_SET)s\n", "program x of supervisord.conf can't be read"),
        ("[program:x]\ncommand=run\nenvironment=A\n", "program x of supervisord.conf can't be read"),
        ("[program:x]\ncommand=run 'half\n", "program x of supervisord.conf can't be read"),
    ],
)
def test_a_configuration_that_cannot_be_used_says_why(tmp_path: Path, conf: str, says: str) -> None:
    write(tmp_path, {"supervisord.conf": conf})

    with pytest.raises(entries.BadEntries, match=says):
        entries.read(tmp_path / "supervisord.conf", {}, tmp_path)
