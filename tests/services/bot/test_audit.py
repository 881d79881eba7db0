"""Does the audit log keep every deed, across restarts, and show when it was changed?"""

from pathlib import Path

import pytest

from services.bot.audit import Audit, Deed, shortened


def deed(command: str, **arguments: str) -> Deed:
    return Deed(1.0, 2, "architect", 3, command, arguments, "ok", 0.1, "c0ffee")


def numbers(audit: Audit) -> list[int]:
    return [entry.number for entry in audit.last(100)]


def test_deeds_are_listed_newest_first_and_go_on_after_a_restart(tmp_path: Path) -> None:
    before = Audit(tmp_path)
    before.note(deed("sync now"))
    before.note(deed("storage put", path="a"))

    after = Audit(tmp_path)
    after.note(deed("sync pause"))

    assert [(entry.number, entry.deed.command) for entry in after.last(10)] == [
        (3, "sync pause"),
        (2, "storage put"),
        (1, "sync now"),
    ]
    assert after.last(1, skip=1)[0].deed.arguments == {"path": "a"}
    assert after.broken_at() is None


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (lambda lines: [lines[0], lines[1].replace("second", "others"), lines[2]], 3),
        (lambda lines: [lines[0], lines[2]], 2),
        (lambda lines: [lines[0], "{", lines[2]], 2),
        (lambda lines: [lines[0], lines[1], lines[2].replace("third", "other")], 4),
    ],
)
def test_a_changed_or_missing_line_shows(tmp_path: Path, spoil: object, broken: int) -> None:
    audit = Audit(tmp_path)
    for command in ("first", "second", "third"):
        audit.note(deed(command))
    file = tmp_path / "commands.jsonl"

    assert callable(spoil)
    file.write_text("\n".join(spoil(file.read_text().splitlines())) + "\n")

    assert audit.broken_at() == broken


def test_a_full_file_is_set_aside_and_the_numbers_go_on(tmp_path: Path) -> None:
    audit = Audit(tmp_path, full_bytes=600)
    for number in range(6):
        audit.note(deed(f"command {number}"))

    assert (tmp_path / "commands.1.jsonl").exists()
    assert numbers(audit) == sorted(numbers(audit), reverse=True)
    assert numbers(Audit(tmp_path))[0] == 6
    assert audit.broken_at() is None


def test_a_disk_that_refuses_stops_nothing_and_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")

    Audit(tmp_path / "audit").note(deed("sync now"))

    assert "deed_not_noted" in caplog.text


def test_arguments_are_short_text() -> None:
    assert shortened({"path": "x" * 1000, "page": 2, "to": None}) == {"path": "x" * 200, "page": "2"}
