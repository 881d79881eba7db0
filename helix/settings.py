"""Which settings are there, what do they default to, and are they right?

One frozen object, made from the environment by `from_env`, which takes a mapping, so tests pass a dict.
Every problem is gathered and raised at once. A secret `NAME` may also come from the file named by `NAME_FILE`.
Names and defaults: the table in docs/settings.md.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helix import parsing
from helix.errors import Misconfigured
from helix.parsing import BandwidthLimit, DeleteLimit, Secret
from helix.reading import Reader

SOCKET_PATH_LIMIT = 103
"""Bytes in a Unix socket's path, the smaller of Linux (107) and macOS (103)."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder to keep: where it is, what it is kept the same as, and how."""

    name: str
    local: Path
    remote: str
    mode: str
    scan_seconds: float
    settle_seconds: float
    max_delete: DeleteLimit
    trash_days: float


@dataclass(frozen=True, slots=True)
class Mega:
    """The MEGA account; `api_url` None is MEGA's own, `totp_secret` the base32 key of its second factor."""

    email: str | None
    password: Secret | None
    api_url: str | None
    totp_secret: Secret | None = None
    read_back: bool = False
    """Each upload is fetched again and compared before it takes its place."""


@dataclass(frozen=True, slots=True)
class Discord:
    """The bot's account, place and people; without a token the bot is disabled."""

    token: Secret | None
    guild_id: int | None
    architect_id: int | None
    act_roles: frozenset[int]
    read_roles: frozenset[int]
    status_channel_id: int | None
    prefix: str
    api_base: str | None
    gateway_url: str | None
    proxy_url: str | None
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of all programs."""

    port: int
    home: Path
    folders: tuple[Folder, ...]
    bandwidth: BandwidthLimit
    essential: frozenset[str]
    health_token: Secret | None
    database_url: Secret | None
    mega: Mega
    discord: Discord
    log_level: str
    log_format: str

    @property
    def run_dir(self) -> Path:
        """Where sockets, pid files and the report board live."""
        return self.home / "run"

    @property
    def journal_dir(self) -> Path:
        """Where sync keeps what happened."""
        return self.home / "journal"

    @property
    def control_socket(self) -> Path:
        """Sync's control socket."""
        return self.run_dir / "sync.sock"

    @property
    def supervisor_socket(self) -> Path:
        """Supervisord's own socket."""
        return self.run_dir / "supervisor.sock"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret's text, for the log's redaction."""
        held = (self.health_token, self.database_url, self.mega.password, self.mega.totp_secret, self.discord.token)
        whole = tuple(secret.reveal() for secret in held if secret is not None)
        return whole + (parsing.passwords(self.database_url) if self.database_url else ())


def from_env(env: Mapping[str, str], *, cwd: Path) -> Settings:
    """Make the settings from *env*; relative paths are taken from *cwd*.

    The launcher hands its own directory on as `HELIX_CWD`, so that a relative path means one place to all programs.
    Reads `NAME_FILE` files and `helix.toml`. Raises `Misconfigured` with every problem found.
    """
    cwd = Path(env.get("HELIX_CWD") or cwd)
    reader = Reader(env, cwd)
    home = reader.path("HELIX_HOME", cwd / "var")
    _check_socket_path(reader, home)
    mega = _mega(reader)
    discord = _discord(reader)
    default_essential = frozenset({"health", "sync"}) | ({"bot"} if discord.token else frozenset())
    settings = Settings(
        port=reader.value("PORT", parsing.port, 8080),
        home=home,
        folders=_folders(reader, home),
        bandwidth=reader.value("HELIX_BWLIMIT", parsing.bandwidth, BandwidthLimit()),
        essential=reader.value("HELIX_ESSENTIAL", parsing.programs, default_essential),
        health_token=reader.secret("HEALTH_TOKEN"),
        database_url=reader.secret("DATABASE_URL", parsing.database),
        mega=mega,
        discord=discord,
        log_level=reader.value(
            "LOG_LEVEL", parsing.choice("debug", "info", "warning", "error", "critical"), "info"
        ).upper(),
        log_format=reader.value("LOG_FORMAT", parsing.choice("json", "console"), ""),
    )
    if mega.email is None and any(folder.remote.startswith("mega:") for folder in settings.folders):
        reader.problem("MEGA_EMAIL", "is not set, but a folder's remote is on MEGA", "set MEGA_EMAIL and MEGA_PASS")
    if reader.problems:
        raise Misconfigured(reader.problems)
    return settings


def _mega(reader: Reader) -> Mega:
    mega = Mega(
        email=reader.text("MEGA_EMAIL"),
        password=reader.secret("MEGA_PASS"),
        api_url=reader.value("MEGA_API_URL", parsing.url, None),
        totp_secret=reader.secret("MEGA_TOTP_SECRET", parsing.otp_key),
        read_back=reader.value("MEGA_READ_BACK", parsing.switch, False),
    )
    known_wrong = reader.has_problem("MEGA_PASS") or reader.has_problem("MEGA_PASS_FILE")
    if mega.email and mega.password is None and not known_wrong:
        reader.problem("MEGA_PASS", "is not set, but MEGA_EMAIL is", "set MEGA_PASS or MEGA_PASS_FILE")
    return mega


def _discord(reader: Reader) -> Discord:
    token = reader.secret("DISCORD_BOT_TOKEN")
    alias = reader.secret("DISCORD_TOKEN")
    if token and alias and token != alias:
        reader.problem("DISCORD_TOKEN", "differs from DISCORD_BOT_TOKEN", "keep DISCORD_BOT_TOKEN only")
    return Discord(
        token=token or alias,
        guild_id=reader.value("DISCORD_GUILD_ID", parsing.snowflake, None),
        architect_id=reader.value("ARCHITECT_ID", parsing.snowflake, None),
        act_roles=reader.value("DISCORD_ACT_ROLES", parsing.snowflakes, frozenset()),
        read_roles=reader.value("DISCORD_READ_ROLES", parsing.snowflakes, frozenset()),
        status_channel_id=reader.value("DISCORD_STATUS_CHANNEL_ID", parsing.snowflake, None),
        prefix=reader.text("DISCORD_PREFIX") or "!",
        api_base=reader.value("DISCORD_API_BASE", parsing.url, None),
        gateway_url=reader.value("DISCORD_GATEWAY_URL", parsing.url, None),
        proxy_url=reader.value("DISCORD_PROXY_URL", parsing.url, None),
        ca_file=reader.path("DISCORD_CA_FILE", None),
    )


def _folders(reader: Reader, home: Path) -> tuple[Folder, ...]:
    """Read the one folder of the environment, or the several of `helix.toml`."""
    root = "/" + (reader.text("MEGA_REMOTE_DIR") or "SamsaraHelix_Core").strip("/")
    default_remote = f"mega:{root}" if reader.text("MEGA_EMAIL") else f"local:{home / 'remote'}"
    base = Folder(
        name="files",
        local=reader.path("HELIX_FOLDER", home / "files"),
        remote=reader.remote("HELIX_REMOTE", default_remote),
        mode=reader.value("HELIX_MODE", parsing.choice("two-way", "mirror", "restore"), "two-way"),
        scan_seconds=reader.value("HELIX_SCAN_SECONDS", parsing.positive_seconds, 300.0),
        settle_seconds=reader.value("HELIX_SETTLE_SECONDS", parsing.seconds, 3.0),
        max_delete=reader.value("HELIX_MAX_DELETE", parsing.delete_limit, DeleteLimit(0.5, 1000)),
        trash_days=reader.value("HELIX_TRASH_DAYS", parsing.days, 30.0),
    )
    file = reader.path("HELIX_CONFIG", reader.cwd / "helix.toml")
    tables = _folder_tables(reader, file)
    folders = tuple(_folder_of(reader, table, base, number) for number, table in enumerate(tables, 1)) or (base,)
    _check_apart(reader, folders)
    return folders


def _folder_tables(reader: Reader, file: Path) -> list[Mapping[str, object]]:
    """Give the `[[folder]]` tables of *file*; none when it is not there."""
    if not file.exists():
        if reader.text("HELIX_CONFIG"):
            reader.problem("HELIX_CONFIG", "names a file that is not there", "correct the path or unset it")
        return []
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("folder", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reader.problem("helix.toml", f"can't be read: {error}", "correct the file")
        return []
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        reader.problem("helix.toml", "`folder` is not a list of tables", "write each folder as [[folder]]")
        return []
    return tables


def _folder_of(reader: Reader, table: Mapping[str, object], base: Folder, number: int) -> Folder:
    """Make one folder from its table; what the table leaves out is as in the environment."""
    inner = Reader({key: str(value) for key, value in table.items()}, reader.cwd, reader.problems)
    inner.prefix = f"helix.toml folder {number}: "
    known = {"name", "local", "remote", "mode", "scan_seconds", "settle_seconds", "max_delete", "trash_days"}
    for key in sorted(set(table) - known):
        inner.problem(key, "is not a setting of a folder", "use one of: " + ", ".join(sorted(known)))
    for key in ("name", "local", "remote"):
        if key not in table:
            inner.problem(key, "is missing", f'add {key} = "…" to the table')
    return Folder(
        name=inner.text("name") or f"folder{number}",
        local=inner.path("local", base.local),
        remote=inner.remote("remote", base.remote),
        mode=inner.value("mode", parsing.choice("two-way", "mirror", "restore"), base.mode),
        scan_seconds=inner.value("scan_seconds", parsing.positive_seconds, base.scan_seconds),
        settle_seconds=inner.value("settle_seconds", parsing.seconds, base.settle_seconds),
        max_delete=inner.value("max_delete", parsing.delete_limit, base.max_delete),
        trash_days=inner.value("trash_days", parsing.days, base.trash_days),
    )


def _check_apart(reader: Reader, folders: tuple[Folder, ...]) -> None:
    """Refuse folders of one name, and places inside each other: one would keep the other's temporary files."""
    names = [folder.name for folder in folders]
    if len(set(names)) != len(names):
        reader.problem("helix.toml", "two folders have one name", "give each folder a name of its own")
    # one lease a remote: two folders that write to it would take it from each other for ever
    written = [folder.remote for folder in folders if folder.mode != "restore"]
    if len(set(written)) != len(written):
        reader.problem("helix.toml", "two folders write to one remote", 'give each its own, or mode = "restore"')
    places = [folder.local.resolve() for folder in folders]
    places += [Path(f.remote.partition(":")[2]).resolve() for f in folders if f.remote.startswith("local:")]
    for index, place in enumerate(places):
        for other in places[index + 1 :]:
            if place == other or place in other.parents or other in place.parents:
                reader.problem("HELIX_FOLDER", "and a remote lie inside each other", "choose separate places")
                return


def _check_socket_path(reader: Reader, home: Path) -> None:
    longest = len(str(home / "run" / "supervisor.sock").encode())
    if longest > SOCKET_PATH_LIMIT:
        reader.problem(
            "HELIX_HOME",
            f"is {longest - SOCKET_PATH_LIMIT} bytes too long for the sockets in it",
            "choose a shorter path",
        )
