"""Is the check silent on the usual, healthy shapes of Python repositories?"""

from pathlib import Path

import pytest

from tests.image.repositories import found

UV = """FROM python:3.12-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /uvx /bin/
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync --frozen --no-install-project --no-dev
COPY . /app
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev

FROM python:3.12-slim
COPY --from=builder --chown=app:app /app /app
ENV PATH="/app/.venv/bin:$PATH"
WORKDIR /app
CMD ["uvicorn", "shop.main:app", "--host", "0.0.0.0", "--port", "8000"]
"""
UV_LOCK = """[[package]]
name = "shop"
source = { editable = "." }
dependencies = [{ name = "fastapi" }, { name = "uvicorn" }]
[[package]]
name = "fastapi"
dependencies = [{ name = "starlette" }, { name = "pydantic" }]
[[package]]
name = "starlette"
[[package]]
name = "pydantic"
[[package]]
name = "uvicorn"
"""
DJANGO = """FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1
RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev gcc && rm -rf /var/lib/apt/lists/*
WORKDIR /code
COPY requirements/ requirements/
RUN pip install --no-cache-dir -r requirements/prod.txt
COPY . .
RUN python manage.py collectstatic --noinput
COPY docker/entrypoint.sh /entrypoint.sh
RUN chmod +x /entrypoint.sh
ENTRYPOINT ["/entrypoint.sh"]
CMD ["gunicorn", "site_.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3"]
"""
POETRY = """FROM python:3.12 AS base
ENV POETRY_VIRTUALENVS_CREATE=false
WORKDIR /srv
RUN pip install poetry==1.8.3
COPY pyproject.toml poetry.lock ./
RUN poetry install --only main --no-root --no-interaction
COPY bot ./bot
COPY assets ./assets
RUN poetry install --only main
USER 1000
CMD ["python", "-m", "bot"]
"""

SHAPES: dict[str, dict[str, str]] = {
    "uv in two stages, src layout, editable": {
        "Dockerfile": UV,
        ".dockerignore": ".git\n.venv\n**/__pycache__\ntests\n*.md\n!README.md\n",
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi", "uvicorn"]\n'
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
        "uv.lock": UV_LOCK,
        "src/shop/__init__.py": "",
        "src/shop/main.py": "from fastapi import FastAPI\nfrom starlette.requests import Request\n\n"
        "from shop import routes\nfrom .settings import Settings\n\napp = FastAPI()\n",
        "src/shop/routes.py": "from pydantic import BaseModel\n\nfrom . import settings\n",
        "src/shop/settings.py": "class Settings:\n    pass\n",
        "tests/test_x.py": "import shop.main\n",
    },
    "Django with an entrypoint script and a worker": {
        "Dockerfile": DJANGO,
        "docker/entrypoint.sh": '#!/bin/sh\nset -e\npython manage.py migrate --noinput\nexec "$@"\n',
        "docker-compose.yml": "services:\n  web: &web\n    build: .\n    volumes: ['.:/code']\n"
        "  worker:\n    <<: *web\n"
        "    command: celery -A site_ worker -l info\n  db:\n    image: postgres:16\n    command: postgres -c x=1\n",
        "requirements/base.txt": "Django>=5\ngunicorn\ncelery\npsycopg2-binary\n",
        "requirements/prod.txt": "-r base.txt\nwhitenoise\n",
        "manage.py": "import os, sys\n\n\ndef main():\n"
        '    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")\n'
        "    from django.core.management import execute_from_command_line\n"
        '    execute_from_command_line(sys.argv)\n\n\nif __name__ == "__main__":\n    main()\n',
        "site_/__init__.py": "from .celery import app as celery_app\n",
        "site_/celery.py": "from celery import Celery\n\napp = Celery('site_')\napp.autodiscover_tasks()\n",
        "site_/settings.py": "from pathlib import Path\n\nBASE_DIR = Path(__file__).resolve().parent.parent\n"
        "INSTALLED_APPS = ['django.contrib.admin', 'blog.apps.BlogConfig']\n"
        "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware', 'blog.middleware.Timing']\n"
        "ROOT_URLCONF = 'site_.urls'\nTEMPLATES = [{'DIRS': [BASE_DIR / 'templates']}]\n"
        "try:\n    from .local_settings import *\nexcept ImportError:\n    pass\n",
        "site_/urls.py": "from django.urls import include, path\n\nurlpatterns = [path('', include('blog.urls'))]\n",
        "site_/wsgi.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n"
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        "blog/__init__.py": "",
        "blog/apps.py": "from django.apps import AppConfig\n\n\nclass BlogConfig(AppConfig):\n    name = 'blog'\n",
        "blog/middleware.py": "class Timing:\n    pass\n",
        "blog/urls.py": "from . import views\n\nurlpatterns = []\n",
        "blog/views.py": "from django.shortcuts import render\n",
    },
    "a Discord bot with Poetry, cogs and data": {
        "Dockerfile": POETRY,
        "pyproject.toml": '[tool.poetry]\nname = "bot"\npackages = [{ include = "bot" }]\n'
        '[tool.poetry.dependencies]\npython = "^3.12"\n"discord.py" = "^2.4"\n',
        "poetry.lock": '[[package]]\nname = "discord-py"\n[[package]]\nname = "aiohttp"\n',
        "bot/__init__.py": "",
        "bot/__main__.py": "import asyncio\nimport pkgutil\nfrom pathlib import Path\n\nimport discord\n"
        "from discord.ext import commands\n\nfrom bot import cogs\n\n"
        "BANNER = (Path(__file__).parents[1] / 'assets' / 'b.txt').read_text()\n"
        "\n\nasync def main():\n    bot = commands.Bot('!', intents=discord.Intents.default())\n"
        "    for module in pkgutil.iter_modules(cogs.__path__):\n"
        "        await bot.load_extension(f'bot.cogs.{module.name}')\n\n\nasyncio.run(main())\n",
        "bot/cogs/__init__.py": "",
        "bot/cogs/music.py": "import aiohttp\n\nfrom bot.util import shorten\n",
        "bot/util.py": "def shorten(text):\n    return text[:9]\n",
        "assets/b.txt": "hello\n",
    },
    "one flat service in a sub-folder": {
        "services/api/Dockerfile": "FROM python:3.12-slim\nWORKDIR /srv\nCOPY requirements.txt ./\n"
        "RUN pip install -r requirements.txt\nCOPY . ./\nEXPOSE 80\nCMD uvicorn main:app --port ${PORT:-80}\n",
        "services/api/requirements.txt": "fastapi[standard]\nuvicorn[standard]\npython-dotenv\n",
        "services/api/main.py": "from dotenv import load_dotenv\nfrom fastapi import FastAPI\n"
        "from fastapi.staticfiles import StaticFiles\n"
        "import db\nfrom models import user\n\napp = FastAPI()\napp.mount('/s', StaticFiles(directory='static'))\n",
        "services/api/db.py": "import os\n",
        "services/api/models/user.py": "",
        "services/api/static/x.css": "",
        "README.md": "",
    },
    "a Streamlit page with its helpers beside it": {
        "Dockerfile": "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
        "RUN pip3 install -r requirements.txt\n"
        "COPY . .\nEXPOSE 8501\nHEALTHCHECK CMD curl --fail http://localhost:8501/_stcore/health\n"
        'ENTRYPOINT ["streamlit", "run", "ui/page.py", "--server.port=8501", "--server.address=0.0.0.0"]\n',
        "requirements.txt": "streamlit\npandas\n",
        "ui/page.py": "import pandas as pd\nimport streamlit as st\nimport charts\n\nst.write(charts.NAME)\n",
        "ui/charts.py": "import numpy as np\nNAME = 1\n",
    },
    "supervisord with two programs and a wheel stage": {
        "Dockerfile": "FROM python:3.12 AS wheels\nCOPY requirements.txt .\n"
        "RUN pip wheel --no-cache-dir -w /wheels -r requirements.txt\n"
        "FROM python:3.12-slim\nRUN groupadd app && useradd -g app app\nCOPY --from=wheels /wheels /wheels\n"
        "RUN pip install --no-cache-dir --no-index --find-links=/wheels -r /dev/null /wheels/*.whl && rm -rf /wheels\n"
        "WORKDIR /app\nCOPY --chown=app:app app ./app\n"
        "COPY ops/supervisord.conf /etc/supervisor/conf.d/supervisord.conf\n"
        'CMD ["/usr/local/bin/supervisord", "-c", "/etc/supervisor/conf.d/supervisord.conf"]\n',
        "requirements.txt": "supervisor==4.3.0\nflask==3.1\nredis\nrq\n",
        "ops/supervisord.conf": "[supervisord]\nnodaemon=true\n[program:web]\n"
        "command=flask --app app.web run --port %(ENV_PORT)s\n"
        "directory=/app\n[program:worker]\ncommand=python -m app.worker\ndirectory=/app\n",
        "app/__init__.py": "",
        "app/web.py": "from flask import Flask\nfrom werkzeug.exceptions import NotFound\n\napp = Flask(__name__)\n",
        "app/worker.py": "import redis\nfrom rq import Worker\n\nfrom app import jobs\n",
        "app/jobs/send.py": "",
        "redis/redis.conf": "",
    },
    "a library with a console script, installed": {
        "Dockerfile": "FROM python:3.12-slim AS build\nWORKDIR /src\nCOPY pyproject.toml README.md ./\nCOPY src src\n"
        "RUN python -m venv /opt/tool && /opt/tool/bin/pip install .\nFROM python:3.12-slim\n"
        'COPY --from=build /opt/tool /opt/tool\nENV PATH=/opt/tool/bin:$PATH\nENTRYPOINT ["tool"]\n',
        "README.md": "",
        "pyproject.toml": '[project]\nname = "tool"\ndependencies = ["click", "rich"]\n[project.scripts]\n'
        'tool = "tool.cli:main"\n'
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
        "src/tool/__init__.py": "from tool._core import run\n",
        "src/tool/_core.py": "def run():\n    pass\n",
        "src/tool/cli.py": "import click\nfrom rich.console import Console\n\nfrom tool import run\n\n\n"
        "@click.command()\ndef main():\n"
        "    from tool.deep import extra\n    run()\n",
        "src/tool/deep/extra.py": "",
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_healthy_shape_has_no_error_and_no_warning(shape: str, tmp_path: Path) -> None:
    assert [one for one in found(tmp_path, SHAPES[shape]) if one[0] != "info"] == []


VICTIMS = [
    ("uv in two stages, src layout, editable", "", "src/shop/settings.py"),
    ("Django with an entrypoint script and a worker", "", "blog/middleware.py"),
    ("Django with an entrypoint script and a worker", "", "blog/views.py"),
    ("a Discord bot with Poetry, cogs and data", "", "bot/util.py"),
    ("a Discord bot with Poetry, cogs and data", "", "assets/b.txt"),
    ("one flat service in a sub-folder", "services/api/", "db.py"),
    ("one flat service in a sub-folder", "services/api/", "static"),
    ("a Streamlit page with its helpers beside it", "", "ui/charts.py"),
    ("supervisord with two programs and a wheel stage", "", "app/jobs"),
    ("a library with a console script, installed", "", "src/tool/_core.py"),
    ("a library with a console script, installed", "", "src/tool/cli.py"),
]


@pytest.mark.parametrize(("shape", "context", "victim"), VICTIMS)
def test_the_same_shape_without_one_file_is_named(shape: str, context: str, victim: str, tmp_path: Path) -> None:
    files = {**SHAPES[shape], f"{context}.dockerignore": f"{victim}\n"}

    kinds = [(severity, kind) for severity, kind, _ in found(tmp_path, files)]

    # a bind mount of the whole repository turns an error into a warning
    expected = "warning" if "docker-compose.yml" in files else "error"
    assert {(expected, "missing-module"), (expected, "missing-file")} & set(kinds)
