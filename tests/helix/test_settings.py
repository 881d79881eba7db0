"""Are the settings read with their defaults, and is everything wrong with them said at once?"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from helix.errors import Misconfigured
from helix.settings import Settings, from_env

CWD = Path("/somewhere")


def settings(**env: str) -> Settings:
    return from_env(env, cwd=CWD)


def problems(env: Mapping[str, str], cwd: Path = CWD) -> dict[str, str]:
    """Give what is wrong, by the setting's name."""
    with pytest.raises(Misconfigured) as caught:
        from_env(env, cwd=cwd)
    return {problem.name: str(problem) for problem in caught.value.problems}


def test_without_any_setting_a_local_folder_is_kept_on_a_local_remote() -> None:
    made = settings()

    assert made.port == 8080
    assert made.home == CWD / "var"
    folder = made.folders[0]
    assert folder.local == CWD / "var/files"
    assert folder.remote == f"local:{CWD}/var/remote"
    assert (folder.mode, folder.scan_seconds, folder.settle_seconds) == ("two-way", 300.0, 3.0)
    assert made.essential == {"health", "sync"}
    assert made.discord.token is None


def test_a_mega_account_makes_mega_the_remote() -> None:
    made = settings(MEGA_EMAIL="a@b.example", MEGA_PASS="hunter22")

    assert made.folders[0].remote == "mega:/SamsaraHelix_Core"


def test_a_token_makes_the_bot_essential() -> None:
    assert "bot" in settings(DISCORD_BOT_TOKEN="abc.def.ghi").essential


def test_the_old_name_of_the_token_is_an_alias() -> None:
    token = settings(DISCORD_TOKEN="abc.def.ghi").discord.token

    assert token is not None
    assert token.reveal() == "abc.def.ghi"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "$PORT"),
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("HELIX_MODE", "both"),
        ("HELIX_REMOTE", "ftp:host"),
        ("HELIX_REMOTE", "mega:relative"),
        ("HELIX_SCAN_SECONDS", "0"),
        ("HELIX_SCAN_SECONDS", "nan"),
        ("HELIX_SETTLE_SECONDS", "-1"),
        ("HELIX_MAX_DELETE", "120%"),
        ("HELIX_MAX_DELETE", "half"),
        ("HELIX_TRASH_DAYS", "soon"),
        ("HELIX_BWLIMIT", "1M:2M:3M"),
        ("HELIX_BWLIMIT", "fast"),
        ("HELIX_ESSENTIAL", "health,web"),
        ("MEGA_TOTP_SECRET", "123456"),
        ("MEGA_TOTP_SECRET", "not base32 at all!"),
        ("MEGA_READ_BACK", "always"),
        ("ARCHITECT_ID", "@me"),
        ("DISCORD_API_BASE", "http://discord.example/api"),
        ("DISCORD_BOT_TOKEN", "<your token>"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_named_with_a_remedy_and_never_repeated(name: str, text: str) -> None:
    found = problems({name: text})

    assert list(found) == [name]
    assert "; " in found[name]
    assert len(text) < 2 or text not in found[name]


def test_every_problem_is_listed_at_once(tmp_path: Path) -> None:
    found = problems({"PORT": "abc", "HELIX_MODE": "both", "MEGA_EMAIL": "a@b.example"}, tmp_path)

    assert set(found) == {"PORT", "HELIX_MODE", "MEGA_PASS"}


def test_clear_text_to_loopback_is_allowed() -> None:
    assert settings(DISCORD_API_BASE="http://127.0.0.1:1/api/v10").discord.api_base == "http://127.0.0.1:1/api/v10"


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc.def.ghi\n")

    token = from_env({"DISCORD_BOT_TOKEN_FILE": str(tmp_path / "token")}, cwd=tmp_path).discord.token

    assert token is not None
    assert token.reveal() == "abc.def.ghi"


def test_the_key_of_a_second_factor_is_taken_as_it_is_shown_and_is_a_secret(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("gezd gnbv gy3t qojq-gezd gnbv gy3t qojq\n")

    made = from_env({"MEGA_TOTP_SECRET_FILE": str(tmp_path / "key"), "MEGA_READ_BACK": "On"}, cwd=tmp_path)

    assert made.mega.totp_secret is not None
    assert made.mega.totp_secret.reveal() == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert made.mega.totp_secret.reveal() in made.secrets
    assert "GEZD" not in repr(made)
    assert made.mega.read_back


def test_a_wrong_key_in_a_file_is_named_by_the_file_and_never_repeated(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("123456\n")

    found = problems({"MEGA_TOTP_SECRET_FILE": str(tmp_path / "key")}, tmp_path)

    assert list(found) == ["MEGA_TOTP_SECRET_FILE"]
    assert "123456" not in found["MEGA_TOTP_SECRET_FILE"]


def test_a_secret_file_that_is_missing_or_empty_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")

    found = problems({"HEALTH_TOKEN_FILE": str(tmp_path / "none"), "DATABASE_URL_FILE": str(tmp_path / "empty")})

    assert set(found) == {"HEALTH_TOKEN_FILE", "DATABASE_URL_FILE"}


def test_a_secret_given_twice_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc")

    assert "MEGA_PASS" in problems({"MEGA_PASS": "abc", "MEGA_PASS_FILE": str(tmp_path / "token")})


def test_a_password_file_that_can_not_be_read_is_one_problem(tmp_path: Path) -> None:
    assert set(problems({"MEGA_EMAIL": "a@b.example", "MEGA_PASS_FILE": str(tmp_path / "none")})) == {"MEGA_PASS_FILE"}


def test_a_folder_on_mega_needs_an_account() -> None:
    account = {"MEGA_EMAIL": "a@b.example", "MEGA_PASS": "hunter22"}

    assert set(problems({"HELIX_REMOTE": "mega:/Core"})) == {"MEGA_EMAIL"}
    assert settings(HELIX_REMOTE="mega:/Core", **account).folders[0].remote == "mega:/Core"


def test_two_different_tokens_are_a_problem() -> None:
    assert "DISCORD_TOKEN" in problems({"DISCORD_TOKEN": "a.b.c", "DISCORD_BOT_TOKEN": "d.e.f"})


def test_a_secret_never_prints_itself() -> None:
    made = settings(HEALTH_TOKEN="s3cr3t-value", DISCORD_BOT_TOKEN="abc.def.ghi")

    assert "s3cr3t" not in repr(made)
    assert "abc.def" not in f"{made} {made.discord.token}"
    assert set(made.secrets) == {"s3cr3t-value", "abc.def.ghi"}


def test_a_home_too_long_for_its_sockets_is_a_problem() -> None:
    assert "HELIX_HOME" in problems({"HELIX_HOME": "/" + "x" * 90})


def test_a_folder_inside_its_own_remote_is_refused(tmp_path: Path) -> None:
    env = {"HELIX_FOLDER": str(tmp_path / "a/files"), "HELIX_REMOTE": f"local:{tmp_path / 'a'}"}

    assert "HELIX_FOLDER" in problems(env)


def test_a_relative_path_means_one_place_to_all_programs() -> None:
    env = {"HELIX_CWD": "/launched/here", "HELIX_FOLDER": "art", "HELIX_REMOTE": "local:kept"}

    folder = from_env(env, cwd=Path("/app")).folders[0]

    assert (folder.local, folder.remote) == (Path("/launched/here/art"), "local:/launched/here/kept")


def test_several_folders_come_from_the_file_and_default_to_the_environment(tmp_path: Path) -> None:
    (tmp_path / "helix.toml").write_text(
        '[[folder]]\nname = "art"\nlocal = "art"\nremote = "rclone:b2:bucket/art"\nmode = "mirror"\n'
        '[[folder]]\nname = "logs"\nlocal = "logs"\nremote = "local:kept"\nscan_seconds = 60\n'
    )

    art, logs = from_env({"HELIX_SETTLE_SECONDS": "1.5"}, cwd=tmp_path).folders

    assert (art.name, art.local, art.mode, art.settle_seconds) == ("art", tmp_path / "art", "mirror", 1.5)
    assert (logs.scan_seconds, logs.mode) == (60.0, "two-way")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("folder = 3", "helix.toml"),
        ("[[folder", "helix.toml"),
        ('[[folder]]\nname="a"\nlocal="a"\nremote="local:b"\ncolour="red"', "helix.toml folder 1: colour"),
        ('[[folder]]\nname="a"\nlocal="a"', "helix.toml folder 1: remote"),
        ('[[folder]]\nname="a"\nlocal="a"\nremote="local:b"\nmode="both"', "helix.toml folder 1: mode"),
        (
            '[[folder]]\nname="a"\nlocal="a"\nremote="local:x"\n[[folder]]\nname="a"\nlocal="b"\nremote="local:y"',
            "helix.toml",
        ),
    ],
)
def test_a_wrong_folder_file_says_where(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "helix.toml").write_text(text)

    assert named in problems({}, tmp_path)


def test_two_folders_may_not_write_to_one_remote_but_one_may_read_what_the_other_writes(tmp_path: Path) -> None:
    tables = '[[folder]]\nname="a"\nlocal="a"\nremote="mega:/x"\n[[folder]]\nname="b"\nlocal="b"\nremote="mega:/x"\n'
    (tmp_path / "helix.toml").write_text(tables)

    wrong = problems({}, tmp_path)
    (tmp_path / "helix.toml").write_text(tables + 'mode="restore"\n')
    account = {"MEGA_EMAIL": "a@b.example", "MEGA_PASS": "hunter22"}
    right = from_env(account, cwd=tmp_path).folders

    assert "two folders write to one remote" in wrong["helix.toml"]
    assert [folder.mode for folder in right] == ["two-way", "restore"]
