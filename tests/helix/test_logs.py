"""Is a log line one JSON object, without any secret?"""

import io
import json
import logging

import pytest

from helix import logs

# shaped like Discord's, made up here
BOT_TOKEN = "MTA" + "x" * 21 + ".G" + "y" * 5 + "." + "z" * 30

pytestmark = pytest.mark.usefixtures("root_logger_restored")


def written(style: str, message: str, **extra: object) -> str:
    stream = io.StringIO()
    logs.setup("sync", level="DEBUG", style=style, secrets=['pass"word', "abc"], stream=stream)
    logging.getLogger("helix.test").info(message, extra=extra)
    return stream.getvalue()


def test_a_line_is_json_with_message_level_and_program() -> None:
    line = json.loads(written("json", "pass_finished", uploaded=3))

    assert line["message"] == "pass_finished"
    assert (line["level"], line["program"], line["uploaded"]) == ("INFO", "sync", 3)
    assert line["time"]


def test_the_console_style_shows_the_facts() -> None:
    assert "pass_finished uploaded=3" in written("console", "pass_finished", uploaded=3)


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('logged in with pass"word', "word"),
        (f"token {BOT_TOKEN}", BOT_TOKEN[:20]),
        ("POST /webhooks/123456/aW50ZXJhY3Rpb24-token?wait=1", "aW50ZXJhY3Rpb24"),
        ("POST /interactions/123456/aW50ZXJhY3Rpb24/callback", "aW50ZXJhY3Rpb24"),
        ("GET /cs?id=1&sid=QWxhZGRpbjpvcGVuIHNlc2FtZQ", "QWxhZGRpbjp"),
    ],
)
def test_no_secret_reaches_the_log(style: str, text: str, hidden: str) -> None:
    line = written(style, text)

    assert hidden not in line
    assert "***" in line


def test_a_secret_too_short_to_be_one_does_not_blank_the_log() -> None:
    assert "abc" in written("json", "abc happened")


def test_a_traceback_is_redacted_too() -> None:
    stream = io.StringIO()
    logs.setup("sync", level="INFO", style="json", secrets=["hunter2222"], stream=stream)

    try:
        raise ValueError("login with hunter2222 failed")
    except ValueError:
        logging.getLogger("helix.test").exception("login_failed")

    assert "hunter2222" not in stream.getvalue()
    assert "ValueError" in json.loads(stream.getvalue())["exc_info"]
