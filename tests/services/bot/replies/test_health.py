"""Does the bot say what `/health` says, however much there is to say?"""

import pytest

from helix.core import wording
from helix.core.health import Check, Status
from helix.core.judge import judge
from services.bot.replies import health
from services.bot.replies.health import Beat
from services.bot.replies.reply import fit
from tests.core.situations import ILLNESSES, PROGRAMS, Illness, healthy
from tests.services.bot.stage import FOLDER


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("illness", ILLNESSES, ids=[illness.name for illness in ILLNESSES])
def test_status_and_doctor_tell_every_cause_and_remedy_in_the_words_of_all_outlets(
    illness: Illness, program: str
) -> None:
    verdict = judge(illness.change(healthy(), program))

    status = fit(health.status(verdict, "0.1.0", "c0ffee", [FOLDER])).text
    doctor = fit(health.doctor(verdict, [])).text

    for line in wording.lines(verdict):
        assert line in status
        assert line in doctor
    assert wording.headline(verdict) in status


def test_doctor_tells_what_the_probes_found_beside_the_verdict() -> None:
    verdict = judge(healthy())
    damaged = Check("startup:distributions", Status.FAIL, "pycryptodome is damaged", "deploy again")

    told = health.doctor(verdict, [damaged, Check("startup:files", Status.PASS)])

    assert "FAIL pycryptodome is damaged → deploy again" in told.text
    assert "2 start-up probes ran just now, 1 found something" in told.text
    assert told.panel is not None
    assert "❌ distributions" in next(field.value for field in told.panel.fields if field.name == "startup")


def test_a_heartbeat_that_was_never_answered_is_not_called_fresh() -> None:
    told = health.heartbeat(Beat(False, None, 0.002, 90.0, 0, 1, None)).text

    assert told == (
        "🟡 **Alive** for 1 min 30 s · heartbeat answered not yet · loop lag 2 ms · last finished pass never"
    )


def test_a_folder_in_trouble_is_told_with_its_remedy_and_progress() -> None:
    progress = {"done": 1, "total": 2, "bytes_done": 0, "bytes_total": 9, "bytes_per_second": None, "eta_seconds": None}
    error = {"message": "over quota", "remedy": "free space"}
    folder = {**FOLDER, "conflicts": 2, "error": error, "progress": progress}

    told = health.status(judge(healthy()), "0", "c", [folder]).panel

    assert told is not None
    shown = next(field.value for field in told.fields if field.name == "Folder files")
    assert "⚠️ over quota → free space" in shown
    assert "2 conflicts" in shown
    assert "1 of 2 actions, 0 B of 9 B, 0 B/s" in shown
