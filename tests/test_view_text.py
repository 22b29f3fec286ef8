"""Text search in blocks against the plain search of one text: nasty letters, all the ways of searching, patterns."""

from __future__ import annotations

import regex  # type: ignore[import-untyped]
from hypothesis import example, given, settings
from hypothesis import strategies as st

from run_tui.model import EventDetails, EventPage, MetadataEntry
from run_tui.query import Filter, PatternTerm, TextTerm, TimeContext
from run_tui.store import BLOCK_ROWS, EventStore
from run_tui.store.simd import contains, find, fold, occurrences, translate
from run_tui.view import EventView
from run_tui.view.letters import Letters
from run_tui.view.literals import literals
from run_tui.view.words import FEW
from tests.events import NASTY

TIMES = TimeContext(0, 0, 0)
ROWS = 3 * FEW
MESSAGES = st.lists(NASTY, min_size=1, max_size=8)


def store_of(messages: list[str], rows: int) -> EventStore:
    """A store of these messages again and again, every third with a metadata entry of the next one."""
    store = EventStore("r1")
    add(store, messages, rows)
    return store


def add(store: EventStore, messages: list[str], rows: int) -> None:
    chosen = [messages[n % len(messages)] for n in range(rows)]
    store.append(
        EventPage(
            run_id="r1",
            timestamps=["0"] * rows,
            levels=["INFO"] * rows,
            types=["STEP_START" if n % 50 == 7 else None for n in range(rows)],
            steps=[messages[n % 2 % len(messages)] if n % 40 == 3 else None for n in range(rows)],
            messages=chosen,
            details={
                n: EventDetails(metadata=(MetadataEntry(label="", value=chosen[n - 1]),)) for n in range(1, rows, 3)
            },
        )
    )


def check(view: EventView, filter: Filter) -> None:
    view.apply(filter, TIMES, near=len(view.store) // 2)
    while not view.advance(60):
        pass
    store = view.store
    assert [view[index] for index in range(len(view))] == [
        row for row in range(len(store)) if filter.matches(store.event(row), TIMES)
    ]


@settings(deadline=None)
@given(MESSAGES, st.lists(NASTY.filter(bool), min_size=1, max_size=3), st.booleans())
@example(["σåaİİ", "σåaİİ", "ǰςÅΐ"], ["σåa"], False)
@example(["rolled \x1b[31mback\x1b[0m", "31m", "\x1b[3", "ß \x1b[1;31mback"], ["d back", "31m", "ss ba"], False)
def test_words_are_found_as_casefold_finds_them(messages: list[str], words: list[str], negated: bool) -> None:
    store = store_of(messages, ROWS)
    view = EventView(store)
    for word in [*words, messages[0] or "s"]:
        for length in range(1, len(word) + 1):
            check(view, Filter(texts=(TextTerm(word[:length], negated),)))
    add(store, messages[::-1], FEW + 5)
    check(view, Filter(texts=(TextTerm(words[0], negated), TextTerm(words[-1]))))


@settings(deadline=None)
@given(
    st.text("ab", min_size=1, max_size=3), st.text("ab", min_size=1, max_size=4), st.lists(st.text("ab", max_size=9))
)
def test_words_that_overlap_themselves(first: str, more: str, messages: list[str]) -> None:
    view = EventView(store_of(["".join(messages), *messages], ROWS))
    for word in (first, first + more, more + first + more):
        check(view, Filter(texts=(TextTerm(word),)))


def test_common_words_typed_on() -> None:
    messages = [f"Processed batch {n} of 7 in process {n % 3}" for n in range(50)] + ["nothing", "", "PROCESSING"]
    view = EventView(store_of(messages, 3000))
    for word in ("p", "pr", "proc", "process", "processe", "processed", "processed batch 1", "esse", "q", "proc 2"):
        check(view, Filter(texts=(TextTerm(word),)))
        check(view, Filter(texts=(TextTerm(word, negated=True),)))


def test_umlauts_and_ideograms_in_many_rows() -> None:
    messages = [
        "Größe der Tabelle",
        "GRÖSSE",
        "Prüfsumme Ω",
        "无法连接到数据库",
        "НЕ УДАЛОСЬ",
        "ascii",
        "\ud800 größe ß",
    ]
    view = EventView(store_of(messages, 700))
    for word in ("ö", "größe", "prüf", "ω", "连接", "не удал", "sse", "\ud800", "ß"):
        check(view, Filter(texts=(TextTerm(word),)))


def test_words_typed_on_where_blocks_differ() -> None:
    store = store_of(["part of a partition", "no such thing"], 2 * BLOCK_ROWS)
    add(store, ["a parquet file", "part of it", "PARTITION", "nothing"], 8 * BLOCK_ROWS)
    add(store, ["part of a partition", "Größe", "a"], BLOCK_ROWS + 100)
    view = EventView(store)
    for word in ("par", "part", "parti", "partit", "a", "part of"):
        check(view, Filter(texts=(TextTerm(word),)))


def test_a_word_typed_faster_than_it_is_found() -> None:
    view = EventView(store_of(["connection refused", "Connection reset ß", "connected", "no"], 4 * BLOCK_ROWS))
    for word in ("c", "co", "con", "conn", "connection r"):
        view.apply(Filter(texts=(TextTerm(word),)), TIMES, near=0)
        view.advance(0)
    check(view, Filter(texts=(TextTerm("connection re"),)))


def test_letters_are_known_beforehand() -> None:
    store = store_of(["Größe 7", "PARTITION 1", "", "Kİ ſ", "xyz" * 99], 2 * BLOCK_ROWS + 10)
    letters = Letters(store)
    assert letters.rows(0, b"p") is None
    assert [letters.collect() for _ in range(3)] == [False, True, True]
    for number, block in enumerate(store.blocks[:2]):
        for letter in "apskxi17q":
            plain = bytes(TextTerm(letter).found_in(block.decoded(index)) for index in range(len(block)))
            assert letters.rows(number, letter.encode()) == plain
    assert letters.rows(2, b"p") is None
    assert letters.rows(0, b"pa") is None


def test_a_view_without_a_filter_gets_ready_for_one() -> None:
    view = EventView(store_of(["Größe", "partition", "", "xyz"], 3 * BLOCK_ROWS))
    assert [view.advance(0), view.advance(0), view.complete] == [False, True, True]
    for letter in ("p", "s", "x", "q"):
        check(view, Filter(texts=(TextTerm(letter),)))
        check(view, Filter(texts=(TextTerm(letter, negated=True),)))
    add(view.store, ["more of it"], 20)
    check(view, Filter(texts=(TextTerm("o"),)))


PATTERNS = st.sampled_from(
    [
        "s",
        "ss|k",
        "^i",
        "i$",
        "[sk]+$",
        "a?s",
        r"\bs",
        "(?:s|k)i",
        "s.",
        "Sı",
        "(?-i:K)",
        "k{2}",
        r"\w\W",
        "^$",
        "é",
        "s+?i",
    ]
)


@settings(deadline=None)
@given(MESSAGES, st.lists(PATTERNS, min_size=1, max_size=3), st.booleans())
def test_patterns_fit_as_in_one_text(messages: list[str], sources: list[str], negated: bool) -> None:
    view = EventView(store_of(messages, ROWS))
    for source in sources:
        check(view, Filter(patterns=(PatternTerm(source, negated),)))
    check(view, Filter(texts=(TextTerm("s"),), patterns=tuple(map(PatternTerm, sources))))


ATOMS = st.sampled_from(
    ["a", "b", "k", "ab", ".", "[ab]", "[^a]", r"\w", r"\.", "^", "$", r"\b", "ß", "ſ", "-", "[]x]"]
)
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "+?", "??", "{0}", "{1}"])


def group(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    branches = st.lists(inner, min_size=1, max_size=3).map("|".join)
    return st.builds("{}{}".format, st.builds("({}{})".format, st.sampled_from(["", "?:"]), branches), REPEATS)


EXPRESSIONS = st.recursive(
    st.builds("{}{}".format, ATOMS, REPEATS),
    lambda inner: group(inner) | st.lists(inner, max_size=4).map("".join),
    max_leaves=8,
)


@given(EXPRESSIONS | st.text("ab|()?*+{}[]^$\\12,:.k-", max_size=8), st.lists(st.text("abkAB.-\n12{}", max_size=6)))
def test_literals_are_in_every_text_that_fits(source: str, texts: list[str]) -> None:
    try:
        search = regex.compile(source, regex.IGNORECASE | regex.MULTILINE).search
    except regex.error:
        return
    found = literals(source)
    for text in texts:
        lowered = text.lower()
        held = all(any(literal in lowered for literal in clause) for clause in found.clauses)
        fits = search(text) is not None
        assert held or not fits
        assert fits == held or not found.whole


def test_what_is_known_of_patterns() -> None:
    def clauses(source: str) -> list[list[str]]:
        return [sorted(clause) for clause in literals(source).clauses]

    assert clauses("time(d )?out") == [["timed out", "timeout"]]
    assert clauses("KeyError|value error") == [["keyerror", "value error"]]
    assert clauses(r"part-\d+\.parquet of") == [[".parquet of"], ["part-"]]
    assert clauses("(refused|reset) by .* peer") == [["refused by ", "reset by "], [" peer"]]
    assert clauses("(refused.*|reset \\d) by") == [["refused", "reset "], [" by"]]
    assert clauses("(ab)+c?de{2}") == [["ab"]]
    assert clauses(r"part.?of\d?") == [["part"], ["of"]]
    assert literals("time(d )?out").whole
    for source in (
        "a|b*",
        r"x\d",
        "(ab|c*)d",
        "(?=ab)cd",
        "(?i)ab",
        "ab{e<=1}",
        "ab++",
        r"a\1",
        "ab)",
        "(ab",
        "ab}",
        "a" * 3 + "(" * 50,
    ):
        assert clauses(source) == []
    many = "[ab]" + "".join(f"({letter}|{letter}{letter})" for letter in "abcdef")
    assert all(len(clause) <= 16 for clause in clauses(many))


def test_only_what_is_quick_goes_without_a_time_limit() -> None:
    assert literals("time(d )?out").longest > 100_000
    assert 100 < literals(r"\d+ ms").longest <= 1000
    assert literals(r".*a.*b").longest <= 100
    for source in ("(a+)+", "(a|aa)+$", "a*b*c*", "(ab){9}", "(?>ab)"):
        assert literals(source).longest < 0


def test_the_bytes_functions_do_what_python_does() -> None:
    everything = bytes(range(256)) * 3
    assert translate(everything, bytes(range(256)).lower()) == everything.lower()
    assert translate(memoryview(everything), everything[:256], start=7, end=300) == everything[7:300]
    text = b"aaa abab" * 20
    for needle in (b"a", b"aa", b"ab", b"aba", b"c", b"b" * 90):
        assert find(text, needle, 9) == text.find(needle, 9)
        assert occurrences(text, needle) == text.count(needle)
        assert contains(text, needle, 3, 5) == (needle in text[3:5])
    assert fold("Ä-Я-Ω中".encode()) == "ä-я-ω中".encode()
