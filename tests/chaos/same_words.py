"""Do `/health`, the log, `helix status` and `helix doctor` name one cause, and its remedy?"""

import json

from tests.running import Helix, eventually


def everywhere(helix: Helix, part: str, *, code: int = 503) -> str:
    """Wait until `/health` answers *code* with a cause that holds *part*; then find it in every outlet. Gives it."""
    cause = eventually(lambda: told(helix, part, code), what=f"{part!r} in /health with {code}")
    item = next(item for item in checks(helix) if item.get("output") == cause)
    assert item["remedy"], "a cause without a remedy helps nobody"

    def in_the_log() -> bool:
        lines = [line for event in helix.events() if event["message"] == "verdict_changed" for line in event["causes"]]
        return any(part in line and item["remedy"] in line for line in lines)

    eventually(in_the_log, what=f"{part!r} in the log")
    for command in ("status", "doctor"):
        lines = eventually(lambda command=command: said_by(helix, command, part), what=f"{part!r} in helix {command}")
        assert any(item["remedy"] in line for line in lines)
    return cause


def told(helix: Helix, part: str, code: int) -> str | None:
    """Give the cause that `/health` tells, once it is there with that status code."""
    if helix.get("/health").status != code:
        return None
    return next((cause for cause in helix.causes() if part in cause), None)


def checks(helix: Helix) -> list[dict[str, str]]:
    """Give the items of all checks of `/health`."""
    return [item for items in helix.get("/health").body["checks"].values() for item in items]


def said_by(helix: Helix, command: str, part: str) -> list[str] | None:
    """Give the lines of a command that hold *part*."""
    lines = [line for line in json.loads(helix.command(command, "--json").stdout)["lines"] if part in line]
    return lines or None
