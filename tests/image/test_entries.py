"""Is every entry point found, wherever it hides, and started with the right sys.path?"""

from pathlib import Path

import pytest

from tests.image.repositories import PYTHON, errors, report

MISSING = "absent_module"
PROGRAM = f"import {MISSING}\n"
FILES = {
    "run.py": PROGRAM,
    "pkg/__init__.py": "",
    "pkg/run.py": PROGRAM,
    f"{MISSING}.py": "",
    ".dockerignore": f"{MISSING}.py\n",
}

PLACES = {
    "exec CMD": {"Dockerfile": PYTHON + 'COPY . .\nCMD ["python", "run.py"]\n'},
    "shell CMD": {"Dockerfile": PYTHON + "COPY . .\nCMD python run.py\n"},
    "ENTRYPOINT and CMD": {"Dockerfile": PYTHON + 'COPY . .\nENTRYPOINT ["python"]\nCMD ["run.py"]\n'},
    "shell ENTRYPOINT": {"Dockerfile": PYTHON + 'COPY . .\nENTRYPOINT exec python run.py\nCMD ["ignored"]\n'},
    "tini": {"Dockerfile": PYTHON + 'COPY . .\nENTRYPOINT ["tini", "--"]\nCMD ["python", "-m", "pkg.run"]\n'},
    "sh -c": {"Dockerfile": PYTHON + 'COPY . .\nCMD ["sh", "-c", "cd pkg && exec python run.py"]\n'},
    "CMD of a variable": {"Dockerfile": PYTHON + "ENV START=run.py\nCOPY . .\nCMD python $START\n"},
    "start script": {
        "Dockerfile": PYTHON + 'COPY . .\nCMD ["./start.sh"]\n',
        "start.sh": "#!/bin/sh\nset -e\nexec python run.py\n",
    },
    "script with arguments": {
        "Dockerfile": PYTHON + 'COPY . .\nENTRYPOINT ["/app/start.sh"]\nCMD ["python", "run.py"]\n',
        "start.sh": '#!/bin/bash\nexec "$@"\n',
    },
    "script written by RUN": {
        "Dockerfile": PYTHON + 'COPY . .\nRUN echo \'python run.py\' > /s.sh\nCMD ["sh", "/s.sh"]\n',
    },
    "Procfile": {"Dockerfile": PYTHON + "COPY . .\n", "Procfile": "web: true\nworker: python run.py\n"},
    "supervisord": {
        "Dockerfile": PYTHON + "COPY . .\n",
        "supervisord.conf": "[program:a]\ncommand=python run.py\ndirectory=/app ; here\nenvironment=A=\"1\",B='2'\n",
    },
    "compose": {
        "Dockerfile": PYTHON + "COPY . .\n",
        "compose.yaml": "services:\n  w:\n    build: .\n    command: [python, run.py]\n",
    },
    "railway": {"Dockerfile": PYTHON + "COPY . .\n", "railway.toml": '[deploy]\nstartCommand = "python run.py"\n'},
    "fly": {"Dockerfile": PYTHON + "COPY . .\n", "fly.toml": '[processes]\nw = "python run.py"\n'},
    "s6": {
        "Dockerfile": PYTHON + 'COPY . .\nCOPY s6 /etc/services.d\nENTRYPOINT ["/init"]\n',
        "s6/w/run": "#!/usr/bin/with-contenv sh\ncd /app\nexec python run.py\n",
    },
    "uwsgi": {
        "Dockerfile": PYTHON + 'RUN pip install uwsgi\nCOPY . .\nCMD ["uwsgi", "--ini", "u.ini"]\n',
        "u.ini": "[uwsgi]\nmodule = run:app\nchdir = /app\n",
    },
    "uvicorn": {
        "Dockerfile": PYTHON + 'RUN pip install uvicorn\nCOPY . .\nCMD ["uvicorn", "run:app", "--port", "80"]\n'
    },
    "gunicorn": {
        "Dockerfile": PYTHON
        + 'RUN pip install gunicorn\nCOPY . .\nCMD ["gunicorn", "-b", ":80", "--chdir", "pkg", "run:app"]\n'
    },
    "celery": {"Dockerfile": PYTHON + 'RUN pip install celery\nCOPY . .\nCMD ["celery", "-A", "run", "worker"]\n'},
    "streamlit": {"Dockerfile": PYTHON + "RUN pip install streamlit\nCOPY . .\nCMD streamlit run run.py\n"},
    "flask": {
        "Dockerfile": PYTHON + 'RUN pip install flask\nENV FLASK_APP=run.py\nCOPY . .\nCMD ["flask", "run"]\n',
    },
    "console script": {
        "Dockerfile": PYTHON + 'COPY . .\nRUN pip install -e .\nCMD ["start-it"]\n',
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n[project.scripts]\nstart-it = "pkg.run:main"\n',
    },
    "kubernetes": {
        "Dockerfile": PYTHON + "COPY . .\n",
        "k8s/w.yaml": "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n"
        "        - name: w\n          image: registry.example.org/repository:1\n          command: [python]\n"
        "          args: [run.py]\n",
    },
}


@pytest.mark.parametrize("place", PLACES)
def test_an_entry_point_is_found_where_it_hides(place: str, tmp_path: Path) -> None:
    kinds = errors(tmp_path / "repository", {**FILES, **PLACES[place]})

    assert ("missing-module", MISSING) in kinds


@pytest.mark.parametrize("place", PLACES)
def test_the_same_entry_point_is_silent_when_the_module_is_there(place: str, tmp_path: Path) -> None:
    files = {path: text for path, text in {**FILES, **PLACES[place]}.items() if path != ".dockerignore"}
    files["Dockerfile"] = files["Dockerfile"].replace("WORKDIR /app\n", "WORKDIR /app\nENV PYTHONPATH=/app\n")
    files["run.py"] = files["pkg/run.py"] = PROGRAM + "app = main = 1\n"

    assert errors(tmp_path / "repository", files) == []


SYS_PATHS = [
    ('CMD ["python", "pkg/run.py"]', ("/app/pkg",)),
    ('CMD ["python", "-m", "pkg.run"]', ("/app",)),
    ('CMD ["python", "-P", "pkg/run.py"]', ()),
    ('ENV PYTHONPATH=$NONE:/x\nCMD ["python", "pkg/run.py"]', ("/app/pkg", "/app", "/x")),
    ('ENV PYTHONPATH=/x:\nCMD ["python", "-m", "pkg.run"]', ("/app", "/x")),
    ('RUN pip install uvicorn\nCMD ["uvicorn", "run:app", "--app-dir", "pkg"]', ("/app/pkg",)),
    ('RUN pip install gunicorn\nCMD ["gunicorn", "run:app", "--pythonpath", "/y"]', ("/y", "/app")),
    ('RUN pip install streamlit\nCMD ["streamlit", "run", "pkg/run.py"]', ("/app/pkg",)),
    ("CMD cd /srv && python -m pkg.run", ("/srv",)),
    ("CMD PYTHONPATH=/z python run.py", ("/app", "/z")),
]


@pytest.mark.parametrize(("lines", "path"), SYS_PATHS)
def test_sys_path_depends_on_the_form_of_the_command(lines: str, path: tuple[str, ...], tmp_path: Path) -> None:
    files = {"Dockerfile": f"{PYTHON}COPY . .\n{lines}\n", "run.py": "", "pkg/__init__.py": "", "pkg/run.py": ""}

    assert report(tmp_path, files).entries[0].sys_path == path


def test_each_entry_point_has_its_own_answer(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "COPY api.py .\n",
        "Procfile": "web: python api.py\nworker: python worker.py\n",
        "api.py": "",
        "worker.py": "",
    }

    made = report(tmp_path, files)

    assert [(entry.entry, len(entry.findings)) for entry in made.entries] == [
        ("web: python api.py", 0),
        ("worker: python worker.py", 1),
    ]


def test_a_command_may_be_named(tmp_path: Path) -> None:
    files = {"Dockerfile": PYTHON + "COPY a.py .\nCMD python a.py\n", "a.py": "", "b.py": ""}

    assert errors(tmp_path, files, "python a.py", "python b.py") == [("missing-file", "b.py")]


def test_a_bind_mount_lowers_an_error_to_a_warning(tmp_path: Path) -> None:
    files = {
        "Dockerfile": PYTHON + "COPY a.py .\nCMD python a.py\n",
        "a.py": "import lib\n",
        "lib.py": "",
        "compose.yaml": "services:\n  a:\n    build: .\n    volumes: ['./:/app']\n",
    }

    made = report(tmp_path, files)

    assert [(str(one.severity), one.name) for one in made.everything] == [("warning", "lib")]
