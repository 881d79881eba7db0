"""Is the check silent on healthy packages, and does it speak when one of their modules is kept out?

Fetches sdists with `pip download`, so this needs a package index; nothing of them is run by the check.
"""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from helix.image.findings import Severity, Verdict
from tests.image.repositories import report

INSTALLED = "FROM python:3.12-slim\nWORKDIR /src\nCOPY . .\nRUN pip install --no-cache-dir .\n"

PACKAGES = [
    ("httpie==3.2.4", 'ENTRYPOINT ["http"]', "httpie/output/streams.py"),
    ("gunicorn==23.0.0", 'CMD ["python", "-m", "gunicorn", "--version"]', "gunicorn/arbiter.py"),
    ("cookiecutter==2.6.0", 'CMD ["cookiecutter", "--version"]', "cookiecutter/prompt.py"),
    ("celery==5.5.3", 'CMD ["python", "-m", "celery", "--help"]', "celery/bin/base.py"),
    ("requests==2.32.5", 'CMD ["python", "-m", "requests.help"]', "src/requests/adapters.py"),
    ("supervisor==4.3.0", 'CMD ["supervisord", "-n"]', "supervisor/options.py"),
    ("discord.py==2.7.1", 'CMD ["python", "-m", "discord", "--version"]', "discord/client.py"),
    ("watchdog==6.0.0", 'CMD ["python", "-m", "watchdog.watchmedo"]', "src/watchdog/utils/__init__.py"),
    ("Django==5.2.8", 'CMD ["python", "-m", "django", "check"]', "django/core/management/base.py"),
    ("pip==25.2", 'CMD ["python", "-m", "pip", "--version"]', "src/pip/_internal/cli/main.py"),
]


def fetch(requirement: str, folder: Path) -> Path:
    """Get an sdist and unpack it."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", ":all:", "--no-build-isolation", "--dest", str(folder), requirement]
    subprocess.run(command, check=True, capture_output=True, timeout=150)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    (root,) = [path for path in folder.iterdir() if path.is_dir()]
    return root


@pytest.mark.parametrize(("requirement", "command", "victim"), PACKAGES, ids=[name for name, _, _ in PACKAGES])
def test_a_healthy_package_passes_and_a_damaged_one_does_not(
    requirement: str, command: str, victim: str, tmp_path: Path
) -> None:
    root = fetch(requirement, tmp_path)
    files = {"Dockerfile": f"{INSTALLED}{command}\n", ".dockerignore": "*.md\n"}

    healthy = report(root, files)
    damaged = report(root, {".dockerignore": f"{victim}\n"})

    assert [one for one in healthy.everything if one.severity is Severity.ERROR] == []
    assert (healthy.verdict, healthy.reasons) == (Verdict.PASS, ())
    assert healthy.modules > 5
    assert damaged.verdict is Verdict.FAIL
    assert any(one.dockerfile and one.dockerfile.file == ".dockerignore" for one in damaged.everything)
