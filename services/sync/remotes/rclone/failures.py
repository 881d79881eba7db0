"""What does an error of rclone mean for the engine?

rclone's API gives a sentence and a status (404: not there; 500: anything else), so the sentences decide. The first row
that matches wins; what no row knows is `Unreachable`: the pass stops and is tried again, nothing is lost.
"""

import re

from services.sync.remotes.errors import (
    Changed,
    Corrupt,
    Gone,
    Misconfigured,
    NameRefused,
    NotEmpty,
    OverQuota,
    Refused,
    RemoteError,
    SourceChanged,
    Throttled,
    Unreachable,
)
from services.sync.remotes.rclone.rc import RcError

STALE_SESSION = re.compile(r"login with previous auth keys failed|expired user session", re.IGNORECASE)
"""rclone's MEGA backend never falls back to the password by itself."""

_NAME = "RCLONE_CONFIG_<NAME>_"
_ROWS: tuple[tuple[str, type[RemoteError], str], ...] = (
    (r"source file is being updated", SourceChanged, ""),
    (r"no such host|server misbehaving", Unreachable, f"check the DNS, and the remote's address in {_NAME}*"),
    (r"x509|\btls: |certificate", Unreachable, "check the clock, the certificates, and any proxy in between (TLS)"),
    (r"directory not empty|not empty", NotEmpty, ""),
    (
        r"didn't find section in config",
        Misconfigured,
        f"correct the name in HELIX_REMOTE, or set {_NAME}TYPE and what else the remote needs",
    ),
    (r"unknown backend|didn't find backend", Misconfigured, f"correct {_NAME}TYPE: rclone has no such backend"),
    (
        r"couldn't decrypt password|is it obscured",
        Misconfigured,
        f"set {_NAME}PASS to what `rclone obscure -` makes of the password",
    ),
    (r"invalid config", Misconfigured, ""),
    (
        r"object not found|directory not found|no such file|file does not exist|no such key|bucket .*not exist|"
        r"\b404 not found\b",
        Gone,
        "",
    ),
    (r"is a file not a directory|not a directory|is a directory|already exists", Changed, ""),
    (
        r"mac verification|corrupted on transfer|hash(es)? differ|not decrypt|bad magic|failed to authenticate",
        Corrupt,
        "",
    ),
    (
        r"over ?quota|quota ?exceeded|storage ?(quota|full)|insufficient ?storage|no space left|"
        r"bandwidth limit exceeded|status(?: ?code)?:? ?50[79]\b|\b50[79] ",
        OverQuota,
        "",
    ),
    (r"rate ?limit|too many requests|slow ?down|\b429\b|too many connections|request throttled", Throttled, ""),
    (
        r"unable to authenticate|unauthorized|\b401\b|access ?denied|forbidden|\b403\b|invalid_grant|"
        r"couldn't login|wrong password|permission denied|invalidaccesskey|signaturedoesnotmatch|token expired|"
        r"multi-factor|object \(typically, node or user\) not found",
        Refused,
        f"correct the credentials in {_NAME}*, then start again",
    ),
    (r"file ?name too long|invalid (file ?)?name|invalid argument|illegal byte sequence", NameRefused, ""),
    (r"source and destination.* overlap|can't move directory", Changed, ""),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), kind, remedy) for pattern, kind, remedy in _ROWS)
_UNKNOWN = "check that the remote is up and what rclone says here; the pass is tried again after a pause"
_SECRETS = re.compile(r"(https?://)[^/\s@]+@|((?:sid|key|token|pass(?:word)?|sig|signature)=)[^\s&\"']+", re.IGNORECASE)


def translated(error: RcError, what: str) -> RemoteError:
    """The error of our own for one of rclone's; `what` says what was to be done: a word and, mostly, a path."""
    # a file may be called `403.jpg`; rclone shows it behind its directory or in quotes
    text = re.sub(rf"""(?<=[/"'])({re.escape(what.partition(" ")[2])})(?!\w)""", "", error.text)
    for pattern, kind, remedy in _PATTERNS:
        if pattern.search(text):
            return kind(f"{what}: {shown(error.text)}", remedy=remedy)
    if error.status == 404:
        return Gone(f"{what}: {shown(error.text)}")
    return Unreachable(f"{what}: {shown(error.text)}", remedy=_UNKNOWN)


def shown(text: str) -> str:
    """Rclone's sentence on one line, without what stands behind `user:password@` and `sid=` in addresses."""
    hidden = _SECRETS.sub(lambda found: f"{found[1] or found[2]}***", " ".join(text.split()))
    return hidden[:300]
