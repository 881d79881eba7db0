"""Is every reply cut at Discord's limits?"""

from hypothesis import given
from hypothesis import strategies as st

from helix.core import wording
from services.bot.replies import reply
from services.bot.replies.reply import EMPTY, Field, Panel, Reply, cut, fit, length

LETTERS = st.characters(exclude_categories=["Cs"])


def texts(limit: int) -> st.SearchStrategy[str]:
    """Texts around *limit*, with letters outside the first plane."""
    long = st.builds(lambda part, times: part * times, st.text(LETTERS, min_size=1, max_size=7), st.integers(0, limit))
    return st.one_of(st.text(LETTERS, max_size=40), long)


FIELDS = st.builds(Field, texts(300), texts(1100))
PANELS = st.builds(
    Panel,
    title=texts(300),
    text=texts(5000),
    fields=st.lists(FIELDS, max_size=40).map(tuple),
    footer=texts(2100),
)
REPLIES = st.builds(Reply, texts(2100), st.none() | PANELS)


@given(REPLIES)
def test_no_reply_is_over_a_limit_or_empty_where_discord_refuses_it(given_reply: Reply) -> None:
    fitted = fit(given_reply)

    assert 0 < length(fitted.text) <= 2000
    panel = fitted.panel or Panel()
    assert length(panel.title) <= 256
    assert length(panel.text) <= 4096
    assert length(panel.footer) <= 2048
    assert len(panel.fields) <= 25
    assert all(0 < length(field.name) <= 256 and 0 < length(field.value) <= 1024 for field in panel.fields)
    total = length(panel.title) + length(panel.text) + length(panel.footer)
    assert total + sum(length(field.name) + length(field.value) for field in panel.fields) <= 6000


@given(REPLIES)
def test_what_is_cut_stays_cut(given_reply: Reply) -> None:
    once = fit(given_reply)

    assert fit(once) == once


@given(st.text(LETTERS), st.integers(1, 50))
def test_a_cut_text_is_its_beginning_and_says_that_more_follows(text: str, limit: int) -> None:
    found = cut(text, limit)

    assert found == text or (found.endswith("…") and text.startswith(found[:-1]))
    assert length(found) <= limit


def test_a_reply_within_the_limits_comes_back_as_it_is() -> None:
    small = Reply("fine", Panel("title", "text", (Field("name", "value"),), "footer"))

    assert fit(small) == small


def test_fields_beyond_the_25th_are_counted() -> None:
    fitted = fit(Reply("x", Panel(fields=tuple(Field(f"n{number}", "v") for number in range(40)))))

    assert fitted.panel is not None
    assert fitted.panel.fields[-1] == Field("…", "and 16 more")


def test_an_empty_text_is_shown_as_nothing_rather_than_refused() -> None:
    assert fit(Reply("")).text == EMPTY


@given(st.text(LETTERS))
def test_no_path_breaks_out_of_its_code_span(path: str) -> None:
    shown = reply.code(path)

    assert "`" not in shown[1:-1]
    assert "\n" not in shown


def test_sizes_and_durations_are_words_for_people() -> None:
    assert [wording.size(number) for number in (0, 1023, 1536, 5 * 1024**3, 3 * 1024**4)] == [
        "0 B", "1023 B", "1.5 KiB", "5.0 GiB", "3.0 TiB"
    ]  # fmt: skip
    assert [reply.span(number) for number in (0, 0.25, 61, 3600, 200_000)] == [
        "0 s", "0.25 s", "1 min 1 s", "1 h", "2 d 7 h"
    ]  # fmt: skip
