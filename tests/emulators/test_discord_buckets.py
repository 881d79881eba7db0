"""Does the server count calls as Discord does, and do its scripted faults strike where they should?"""

import json

import aiohttp
import pytest

from .discord import DiscordServer, Fault, rate_limited
from .discord.buckets import Limit
from .discord.judges.raw import Rest

MESSAGES = "/channels/{channel_id}/messages"


async def test_a_bucket_counts_down_refuses_and_fills_again(server: DiscordServer, rest: Rest) -> None:
    left = [(await rest.send(content="x")).headers["X-RateLimit-Remaining"] for _ in range(5)]
    refused = await rest.send(content="x")
    server.platform.clock.advance(5)
    again = await rest.send(content="x")

    assert left == ["4", "3", "2", "1", "0"]
    assert (refused.status, again.status) == (429, 200)
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert refused.headers["Via"]
    assert 0 < refused.body["retry_after"] <= 5
    assert refused.body["global"] is False


async def test_each_channel_has_its_own_bucket_of_one_name(server: DiscordServer, rest: Rest) -> None:
    other = server.platform.world.add_channel("other")
    for _ in range(5):
        first = await rest.send(content="x")
    second = await rest.call("POST", f"/channels/{other.id}/messages", {"content": "x"})

    assert second.headers["X-RateLimit-Remaining"] == "4"
    assert first.headers["X-RateLimit-Bucket"] == second.headers["X-RateLimit-Bucket"]


async def test_the_global_limit_spans_routes_but_not_interactions(server: DiscordServer, rest: Rest) -> None:
    server.platform.buckets.global_limit = Limit(2, 60)
    await rest.call("GET", "/users/@me")
    await rest.send(content="x")
    refused = await rest.call("GET", "/gateway/bot")
    callback = await rest.call("POST", "/interactions/1/x/callback", {"type": 4})

    assert (refused.status, refused.body["global"]) == (429, True)
    assert refused.headers["X-RateLimit-Global"] == "true"
    assert refused.headers["X-RateLimit-Scope"] == "global"
    assert callback.code == 10062


async def test_a_shared_limit_does_not_count_towards_a_ban(server: DiscordServer, rest: Rest) -> None:
    server.platform.buckets.use_up_shared(str(server.platform.world.channel.id), 60.0)
    shared = await rest.send(content="x")
    server.platform.clock.advance(60)

    assert (shared.status, shared.headers["X-RateLimit-Scope"]) == (429, "shared")
    assert server.platform.buckets.invalid_within(600) == 0
    assert (await rest.send(content="x")).status == 200


async def test_refusals_count_towards_a_ban(server: DiscordServer, rest: Rest) -> None:
    for _ in range(7):
        await rest.send(content="x")

    assert server.platform.buckets.invalid_within(600) == 2
    server.platform.clock.advance(601)
    assert server.platform.buckets.invalid_within(600) == 0


async def test_a_callback_tells_no_buckets(server: DiscordServer, rest: Rest) -> None:
    answer = await rest.call("POST", "/interactions/1/x/callback", {"type": 4})

    assert not [name for name in answer.headers if name.startswith("X-RateLimit")]


async def test_a_fault_strikes_the_call_it_was_written_for(server: DiscordServer, rest: Rest) -> None:
    server.platform.faults.add(Fault("POST", MESSAGES, first=2, times=2, status=502, headers={"X-Odd": "1"}))
    answers = [await rest.send(content=str(n)) for n in range(4)]

    assert [answer.status for answer in answers] == [200, 502, 502, 200]
    assert answers[1].headers["X-Odd"] == "1"
    assert [m.content for m in server.platform.world.history(server.platform.world.channel)] == ["0", "3"]
    server.assert_clean()


async def test_a_fault_after_the_fact_leaves_the_message(server: DiscordServer, rest: Rest) -> None:
    server.platform.faults.add(Fault("POST", MESSAGES, status=500, after=True))

    assert (await rest.send(content="kept")).status == 500
    assert [m.content for m in server.platform.world.messages.values()] == ["kept"]


async def test_a_dropped_call_has_no_answer(server: DiscordServer, rest: Rest) -> None:
    server.platform.faults.add(Fault("POST", MESSAGES, drop=True))

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await rest.send(content="x")
    assert server.platform.record.calls("POST", "/messages")[0].data["status"] == 0


async def test_a_truncated_answer_is_no_json(server: DiscordServer, rest: Rest) -> None:
    server.platform.faults.add(Fault("POST", MESSAGES, truncate=True))

    with pytest.raises(json.JSONDecodeError):
        await rest.send(content="x")
    assert len(server.platform.world.messages) == 1


async def test_a_delayed_call_takes_its_time(server: DiscordServer, rest: Rest) -> None:
    server.platform.faults.add(Fault("GET", "/users/@me", delay=0.2))
    await rest.call("GET", "/users/@me")

    assert server.platform.record.calls("GET", "/users/@me")[0].data["milliseconds"] > 190


async def test_via_can_be_left_out(server: DiscordServer, rest: Rest) -> None:
    server.platform.faults.add(rate_limited(1.5, scope="shared", via=False, method="GET", path="/users/@me"))
    answer = await rest.call("GET", "/users/@me")

    assert (answer.status, answer.body["retry_after"]) == (429, 1.5)
    assert "Via" not in answer.headers
    assert answer.headers["X-RateLimit-Scope"] == "shared"


async def test_a_fault_that_never_fired_fails_the_test(server: DiscordServer) -> None:
    server.platform.faults.add(Fault("POST", MESSAGES, status=500))

    with pytest.raises(AssertionError, match="never fired"):
        server.assert_clean()
