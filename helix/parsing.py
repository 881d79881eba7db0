"""How is one setting's text turned into a value, and what is said when it can't be?

Every parser takes the text and gives the value, or raises `BadValue` with what is wrong and what to do.
A message never repeats the text it was given: it may be a secret put under the wrong name.
"""

import base64
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_PLACEHOLDER = re.compile(
    r"(?:your|insert|put|enter)[-_ ].*|(?:change|replace)[-_ ]?(?:me|this).*|<.*>|\[.*\]"
    r"|x{3,}|todo|placeholder|token|password|secret",
    re.IGNORECASE,
)
_ON = frozenset({"on", "yes", "true", "1"})
_OFF = frozenset({"off", "no", "false", "0"})
_SHORTEST_KEY = 10
"""Bytes; MEGA's keys of second factors have 32."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class BadValue(ValueError):
    """A setting's text can't be used."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Secret:
    """Text that never prints itself; `reveal` is the only way to it."""

    _value: str

    def reveal(self) -> str:
        """Give the secret to the one call that needs it."""
        return self._value

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True, slots=True)
class BandwidthLimit:
    """Bytes a second for each direction; None is no limit."""

    up: int | None = None
    down: int | None = None


@dataclass(frozen=True, slots=True)
class DeleteLimit:
    """How much one pass may delete: a share of the folder's files (0–1), a count, or both; the smaller holds."""

    share: float | None
    count: int


def port(text: str) -> int:
    """Parse a TCP port, 0–65535; 0 lets the system choose."""
    if "$" in text:
        raise BadValue("the variable was passed on unexpanded", "start the command through a shell, or drop the quotes")
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise BadValue("is not a port number", "set a whole number from 1 to 65535")
    return int(text)


def seconds(text: str) -> float:
    """Parse a duration in seconds, fractions allowed, zero allowed."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise BadValue("is not a number of seconds", "set a number of seconds such as 300 or 0.5")
    return value


def positive_seconds(text: str) -> float:
    """Parse a duration that has to be above zero."""
    value = seconds(text)
    if value == 0:
        raise BadValue("is zero", "set a number of seconds above zero, such as 300")
    return value


def days(text: str) -> float:
    """Parse a number of days, fractions allowed."""
    try:
        return seconds(text)
    except BadValue:
        raise BadValue("is not a number of days", "set a number of days such as 30") from None


def size(text: str) -> int:
    """Parse a number of bytes with an optional suffix K, M, G or T (powers of 1024)."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE | re.ASCII)
    if match is None:
        raise BadValue("is not a size", "set a number of bytes such as 500K, 10M or 2G")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def bandwidth(text: str) -> BandwidthLimit:
    """Parse `up:down` bytes a second; one number holds for both, `off` or 0 is no limit."""

    def one(part: str) -> int | None:
        return None if part.strip().lower() in ("", "off", "none") else size(part) or None

    parts = text.split(":")
    if len(parts) > 2:
        raise BadValue("is not a bandwidth limit", "set up:down in bytes a second, such as 1M:5M")
    try:
        limits = [one(part) for part in parts]
    except BadValue:
        raise BadValue("is not a bandwidth limit", "set up:down in bytes a second, such as 1M:5M") from None
    return BandwidthLimit(limits[0], limits[-1])


def delete_limit(text: str) -> DeleteLimit:
    """Parse `50%` or a count; a share is capped at 1,000 files as well (rule I7)."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", text.strip(), re.ASCII)
    if match is None or (not match[2] and "." in match[1]) or (match[2] and float(match[1]) > 100):
        raise BadValue("is neither a share nor a count", "set a share such as 50% or a number of files such as 200")
    if match[2]:
        return DeleteLimit(float(match[1]) / 100, 1000)
    return DeleteLimit(None, int(match[1]))


def choice(*allowed: str) -> Callable[[str], str]:
    """Parse one of *allowed*, in any case."""

    def parse(text: str) -> str:
        value = text.strip().lower()
        if value not in allowed:
            raise BadValue("is not one of the choices", "set one of: " + ", ".join(allowed))
        return value

    return parse


def snowflake(text: str) -> int:
    """Parse a Discord id: a whole number of 15 to 20 digits."""
    if not re.fullmatch(r"\d{15,20}", text.strip(), re.ASCII):
        raise BadValue("is not a Discord id", "copy the id in Discord (developer mode, right click, Copy ID)")
    return int(text)


def snowflakes(text: str) -> frozenset[int]:
    """Parse a comma-separated list of Discord ids."""
    return frozenset(snowflake(part) for part in text.split(",") if part.strip())


def secret(text: str) -> Secret:
    """Take a secret; a placeholder left in place is refused."""
    if _PLACEHOLDER.fullmatch(text.strip()):
        raise BadValue("still holds a placeholder", "set the real value in the platform's variables")
    return Secret(text.strip())


def otp_key(text: str) -> Secret:
    """Take the key of a second factor: base32 as MEGA shows it; spaces, hyphens and small letters are fine."""
    plain = re.sub(r"[\s-]", "", text).upper().rstrip("=")
    try:
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except ValueError:
        key = b""
    if len(key) < _SHORTEST_KEY:
        remedy = "set the key that MEGA shows beside the QR code, letters and digits; not a six-digit code"
        raise BadValue("is not the key of a second factor", remedy)
    return Secret(plain)


def switch(text: str) -> bool:
    """Parse `on` or `off`."""
    value = text.strip().lower()
    if value not in _ON | _OFF:
        raise BadValue("is neither on nor off", "set on or off")
    return value in _ON


def url(text: str) -> str:
    """Parse an address; clear text (http, ws) is allowed to loopback only, for it would carry secrets."""
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname or ""
    except ValueError:
        raise BadValue("is not an address", "set an address such as https://host/path") from None
    if parts.scheme not in ("http", "https", "ws", "wss") or not host:
        raise BadValue("is not an address", "set an address such as https://host/path")
    if parts.scheme in ("http", "ws") and host not in _LOOPBACK:
        raise BadValue("would send secrets in clear text", "use https or wss; clear text is for loopback only")
    return text.strip()


def database(text: str) -> Secret:
    """Parse `postgresql://…` or `sqlite:/path`; all of it is a secret, for it holds a password."""
    try:
        scheme = urlsplit(text.strip()).scheme
    except ValueError:
        scheme = ""
    if scheme not in ("postgresql", "postgres") and sqlite_path(text.strip()) is None:
        remedy = "set postgresql://user:password@host/name, or sqlite:/path for programs of one host"
        raise BadValue("is not the address of a database", remedy)
    return secret(text)


def passwords(database: Secret) -> tuple[str, ...]:
    """Give the password in the address of a database, as it stands there and as it is meant."""
    parts = urlsplit(database.reveal())
    found = [parts.password or "", *(value for key, value in parse_qsl(parts.query) if key == "password")]
    return tuple(dict.fromkeys(text for each in found for text in (each, unquote(each)) if text))


def sqlite_path(url: str) -> str | None:
    """Give the absolute path that a `sqlite:` address names; None for any other address."""
    kind, _, rest = url.partition(":")
    path = rest.removeprefix("//")
    return path if kind == "sqlite" and path.startswith("/") and path != "/" else None


def remote(text: str) -> str:
    """Parse `local:PATH`, `mega:/PATH` or `rclone:NAME:PATH`."""
    kind, _, rest = text.strip().partition(":")
    match kind:
        case "local" if rest:
            return text.strip()
        case "mega" if rest.startswith("/"):
            return text.strip()
        case "rclone" if re.fullmatch(r"[\w.+@-]+:.*", rest, re.DOTALL):
            return text.strip()
        case _:
            raise BadValue("is not a remote", "set local:PATH, mega:/PATH or rclone:NAME:PATH")


def programs(text: str) -> frozenset[str]:
    """Parse a comma-separated list of program names."""
    names = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = names - {"health", "sync", "bot"}
    if not names or unknown:
        raise BadValue("names a program that is not there", "set a list of: health, sync, bot")
    return names
