"""Is what an image installs read from wherever it is declared, and is an undeclared import told from a healthy one?"""

from pathlib import Path

import pytest

from helix.image import known
from tests.image.repositories import PYTHON, errors, found

REQUESTS = "import requests\n"
LOCKED = '[[package]]\nname = "{name}"\nversion = "1"\n'

INSTALLS = {
    "requirements": ("COPY . .\nRUN pip install -r requirements.txt", {"requirements.txt": "requests==2\n"}),
    "nested requirements": (
        "COPY . .\nRUN pip install -r r/prod.txt",
        {"r/prod.txt": "-r base.txt\n", "r/base.txt": "requests[socks]>=2 ; python_version>'3' # why\n"},
    ),
    "hashes": (
        "COPY . .\nRUN pip install --require-hashes -r r.txt",
        {"r.txt": "requests==2 \\\n  --hash=sha256:00\n"},
    ),
    "by name": ("RUN pip install --no-cache-dir 'requests>=2'\nCOPY . .", {}),
    "python -m pip": ("RUN python -m pip install requests\nCOPY . .", {}),
    "another stage": ("COPY . .\nRUN pip install requests\nFROM python:3.12-slim\nCOPY --from=0 / /\nWORKDIR /app", {}),
    "a prefix": (
        "COPY . .\nRUN pip install --prefix=/i requests\nFROM python:3.12\nCOPY --from=0 /i /usr/local\n"
        "WORKDIR /app\nCOPY . .",
        {},
    ),
    "a virtual environment": (
        "RUN python -m venv /v\nENV PATH=/v/bin:$PATH\nRUN pip install requests\nFROM python:3.12\n"
        "COPY --from=0 /v /v\nWORKDIR /app\nCOPY . .",
        {},
    ),
    "wheels": (
        "RUN pip wheel -w /w requests\nFROM python:3.12\nCOPY --from=0 /w /w\nRUN pip install /w/*\n"
        "WORKDIR /app\nCOPY . .",
        {},
    ),
    "a mounted file": (
        "RUN --mount=type=bind,source=r.txt,target=/tmp/r.txt pip install -r /tmp/r.txt\nCOPY . .",
        {"r.txt": "requests\n"},
    ),
    "pyproject": (
        "COPY . .\nRUN pip install .",
        {"pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["requests"]\n'},
    ),
    "an extra": (
        "COPY . .\nRUN pip install '.[web]'",
        {
            "pyproject.toml": '[project]\nname = "x"\n[project.optional-dependencies]\nweb = ["requests"]\n',
        },
    ),
    "setup.py": ("COPY . .\nRUN pip install .", {"setup.py": "setup(install_requires=['requests'])\n"}),
    "setup.cfg": (
        "COPY . .\nRUN pip install .",
        {"setup.cfg": "[options]\ninstall_requires =\n  requests\n", "setup.py": "x"},
    ),
    "uv.lock": (
        "COPY . .\nRUN uv sync --frozen --no-dev",
        {
            "pyproject.toml": '[project]\nname = "x"\n',
            "uv.lock": '[[package]]\nname = "x"\nsource = { virtual = "." }\ndependencies = [{ name = "requests" }]\n'
            + LOCKED.format(name="requests"),
        },
    ),
    "poetry.lock": (
        "COPY . .\nRUN poetry install --no-root",
        {"pyproject.toml": "[tool.poetry]\n", "poetry.lock": LOCKED.format(name="requests")},
    ),
    "poetry": (
        "COPY . .\nRUN poetry install --no-root --only main",
        {"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nrequests = "^2"\n'},
    ),
    "Pipfile": ("COPY . .\nRUN pipenv install --system", {"Pipfile": '[packages]\nrequests = "*"\n'}),
    "Pipfile.lock": ("COPY . .\nRUN pipenv sync", {"Pipfile": "", "Pipfile.lock": '{"default": {"requests": {}}}'}),
}


@pytest.mark.parametrize("name", INSTALLS)
def test_a_declared_import_is_silent(name: str, tmp_path: Path) -> None:
    lines, files = INSTALLS[name]

    assert found(tmp_path, {"Dockerfile": f"{PYTHON}{lines}\nCMD python a.py\n", "a.py": REQUESTS, **files}) == []


@pytest.mark.parametrize("name", INSTALLS)
def test_an_undeclared_import_is_an_error(name: str, tmp_path: Path) -> None:
    lines, files = INSTALLS[name]
    files = {"Dockerfile": f"{PYTHON}{lines}\nCMD python a.py\n", "a.py": REQUESTS + "import toml\n", **files}

    assert errors(tmp_path, files) == [("missing-distribution", "toml")]


HEALTHY = {
    "brought along": ("fastapi", "import starlette, pydantic"),
    "another name": ("PyYAML Pillow beautifulsoup4 python-dotenv PyJWT", "import yaml, PIL, bs4, dotenv, jwt"),
    "ornaments": ("pyserial python-docx Flask-Cors django-environ", "import serial, docx, flask_cors, environ"),
    "a namespace": ("google-cloud-storage", "from google.cloud import storage"),
    "an unknown distribution": ("some-private-thing", "import whatever_it_brings"),
    "the standard library": ("requests", "import logging, json, time, secrets, tomllib, zoneinfo"),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_import_is_no_error(name: str, tmp_path: Path) -> None:
    wanted, text = HEALTHY[name]
    files = {"Dockerfile": f"{PYTHON}RUN pip install {wanted}\nCOPY . .\nCMD python a.py\n", "a.py": text + "\n"}

    assert errors(tmp_path, files) == []


def test_a_folder_named_like_a_distribution_is_no_module(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "RUN pip install redis alembic docker\nCOPY a.py .\nCMD python a.py\n",
        "a.py": "import redis, alembic, docker\nfrom alembic import op\n",
        "redis/redis.conf": "",
        "alembic/env.py": "",
        "docker/Dockerfile": "",
    }

    assert errors(tmp_path, files) == []


def test_a_folder_named_like_the_standard_library_is_no_missing_module(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "COPY a.py .\nCMD python a.py\n",
        "a.py": "import logging, json, time\n",
        "logging/__init__.py": "",
        "json.py": "",
    }

    assert found(tmp_path, files) == []


def test_a_module_that_left_the_standard_library_is_missed(tmp_path: Path) -> None:
    files = {"Dockerfile": PYTHON + "COPY a.py .\nCMD python a.py\n", "a.py": "import imp\n"}

    assert errors(tmp_path, files) == [("missing-module", "imp")]


def test_a_base_image_that_can_not_be_looked_into_gives_no_errors(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM registry.example.org/team/base:1\nWORKDIR /app\nCOPY a.py .\nCMD python a.py\n",
        "a.py": "import requests, lib\n",
        "lib.py": "",
    }

    assert errors(tmp_path, files) == []


def test_what_a_program_generates_is_only_a_warning(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "COPY . .\nRUN ./generate --out .\nCMD python a.py\n",
        "a.py": "import made_pb2\n",
    }

    assert [severity for severity, _, _ in found(tmp_path, files)] == ["warning"]


def test_a_project_is_installed_with_its_packages_only(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\nversion = "1"\n[tool.setuptools]\npackages = ["pkg"]\n'
    files = {
        "Dockerfile": PYTHON + "COPY . /src\nRUN pip install /src\nCMD python -m pkg\n",
        "pyproject.toml": text,
        "pkg/__init__.py": "",
        "pkg/__main__.py": "import pkg.sub.core\n",
        "pkg/sub/__init__.py": "",
        "pkg/sub/core.py": "",
    }

    assert errors(tmp_path / "a", files) == [("missing-module", "pkg.sub")]
    files["pyproject.toml"] = text.replace('["pkg"]', '["pkg", "pkg.sub"]')
    assert errors(tmp_path / "b", files) == []


def test_the_tables_are_well_formed() -> None:
    assert len(known.IMPORTS) > 100
    assert len(known.REQUIRES) > 150
    for names in (*known.IMPORTS.values(), *known.REQUIRES.values()):
        assert not [name for name in names if name != name.lower() or "_" in name]
