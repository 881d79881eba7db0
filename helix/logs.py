"""How does a program write its log?

One line an event on standard output: JSON with `message`, `level`, `program` and the event's facts as fields, or plain
text on a terminal. `message` is the event in the past tense, such as `pass_finished`; facts are given by `extra=`.
Every line passes a redaction: the secrets of the settings, and what looks like a Discord token or webhook.
"""

import json
import logging
import re
import sys
from collections.abc import Sequence
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

_TOKEN_SHAPES = re.compile(
    r"(?P<path>/(?:webhooks|interactions)/\d+/)[^/\s\"?]+"
    r"|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}"
    r"|(?P<key>(?:sid|session_id|master_key|password|token)[\"']?[=:]\s*[\"']?)[\w+/=-]{16,}"
)


def setup(program: str, *, level: str, style: str, secrets: Sequence[str] = (), stream: TextIO | None = None) -> None:
    """Send the root logger to *stream* (standard output); *style* is `json`, `console`, or empty: by the terminal."""
    stream = stream or sys.stdout
    handler = logging.StreamHandler(stream)
    console = style == "console" or (not style and stream.isatty())
    inner = _console(program) if console else _json(program)
    handler.setFormatter(Redacting(inner, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # at DEBUG these two print every interaction token and session
    for noisy in ("discord", "aiohttp.access", "urllib3"):
        logging.getLogger(noisy).setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))


class Redacting(logging.Formatter):
    """Formats with another formatter, then hides what must not be read."""

    def __init__(self, inner: logging.Formatter, secrets: Sequence[str]) -> None:
        super().__init__()
        self._inner = inner
        # a secret of three letters would blank half the log; settings refuse placeholders, not short passwords
        long = {secret for secret in secrets if len(secret) > 3}
        escaped = {json.dumps(secret)[1:-1] for secret in long}
        self._secrets = sorted(long | escaped, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Give the line with every secret replaced by ***."""
        return redact(self._inner.format(record), self._secrets)


def redact(text: str, secrets: Sequence[str]) -> str:
    """Replace *secrets* and anything shaped like a Discord token, webhook or session in *text*."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return _TOKEN_SHAPES.sub(lambda found: (found["path"] or found["key"] or "") + "***", text)


def _json(program: str) -> logging.Formatter:
    return JsonFormatter(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        static_fields={"program": program},
        datefmt="%Y-%m-%dT%H:%M:%S%z",
    )


class _Console(logging.Formatter):
    """Plain text for a terminal, with the event's facts behind the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Append what `extra=` gave as key=value."""
        known = logging.makeLogRecord({}).__dict__.keys() | {"message", "asctime", "taskName"}
        facts = " ".join(f"{key}={value}" for key, value in record.__dict__.items() if key not in known)
        line = super().format(record)
        first, newline, rest = line.partition("\n")
        return f"{first} {facts}{newline}{rest}" if facts else line


def _console(program: str) -> logging.Formatter:
    return _Console(f"%(asctime)s {program:<6} %(levelname)-7s %(message)s", datefmt="%H:%M:%S")
