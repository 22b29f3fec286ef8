from __future__ import annotations

import pytest

from run_tui.errors import ConfigError
from run_tui.query import PART, PatternTerm, SlowPattern, TextTerm, Value, Values
from run_tui.query.terms import MAX_PATTERN, How, compiled, words_accept

A, B, AB = Value("a", How.CONTAINS), Value("b", How.CONTAINS), Value("ab", How.CONTAINS)


@pytest.mark.parametrize(
    ("value", "yes", "no"),
    [
        (Value("Load"), ["Load"], ["load", "Load_users", ""]),
        (Value("LOAD", How.CONTAINS), ["load", "Preload_users"], ["lo"]),
        (Value("STRASSE", How.CONTAINS), ["straße"], ["strase"]),
        (Value("load", How.STARTS), ["Load", "load_users"], ["reload"]),
        (Value("load_*", How.GLOB), ["load_", "LOAD_users", "load_a\nb"], ["load", "reload_users"]),
        (Value("work[?]", How.GLOB), ["work[a]"], ["worka", "work[ab]"]),
        (Value("*[!a]*", How.GLOB), ["x[!a]"], ["x"]),
        (Value("a&&[[~~]*", How.GLOB), ["a&&[[~~]."], ["a"]),
    ],
)
def test_how_values_compare(value: Value, yes: list[str], no: list[str]) -> None:
    assert all(value.accepts(name) for name in yes)
    assert not any(value.accepts(name) for name in no)


def test_names_need_one_wanted_and_no_unwanted_value() -> None:
    values = Values((A, B), (AB,))
    assert [name for name in ("a", "b", "c", "ab") if values.accept(name)] == ["a", "b"]
    assert values.accept("c", "a")
    assert not values.accept("ab", "a")
    assert not values.accept()
    assert Values(unwanted=(A,)).accept()


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (Values((AB,)), Values((A,))),
        (Values((AB,)), Values()),
        (Values((A,)), Values((A, B))),
        (Values((AB,)), Values((Value("x"), B))),
        (Values((A,), (B,)), Values((A,))),
        (Values((), (A, B)), Values((), (B,))),
        (Values((), (A,)), Values((), (AB,))),
        (Values((Value("cab"),)), Values((AB,))),
        (Values((Value("load_*", How.GLOB),)), Values((Value("load_", How.CONTAINS),))),
        (Values((Value("Load_x"),)), Values((Value("load_*", How.GLOB),))),
    ],
)
def test_narrower_values(narrow: Values, wide: Values) -> None:
    assert narrow.narrow(wide)
    assert not wide.narrow(narrow)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (Values((A,)), Values((B,))),
        (Values((Value("a*c", How.GLOB),)), Values((Value("ac", How.CONTAINS),))),
        (Values((Value("a?c", How.GLOB),)), Values((Value("a?c", How.CONTAINS), Value("?", How.CONTAINS)))),
        (Values((Value("a"),)), Values((Value("A"),))),
    ],
)
def test_values_that_only_overlap(left: Values, right: Values) -> None:
    assert not left.narrow(right)
    assert not right.narrow(left)


def test_words_ignore_case_and_stay_within_a_part() -> None:
    word = TextTerm("STRASSE")
    assert word.found_in("die Straße")
    assert word.found_in_name("straße")
    assert not word.found_in_name(None)
    assert not TextTerm(f"a{PART}b").found_in(f"a{PART}b")
    assert not TextTerm("a b").found_in("a|b", "|")


def test_patterns_ignore_case_and_stay_within_a_part() -> None:
    assert PatternTerm("^time(d )?out$").found_in("x\nTimed Out\ny")
    assert not PatternTerm("a.b|a\\sb|a[^c]b").found_in(f"a{PART}b")
    assert not PatternTerm("(?-i:timed)").found_in("Timed")
    assert PatternTerm("d.u").found_in_name("load_users")
    assert not PatternTerm("").found_in_name(None)


def test_a_pattern_never_hangs() -> None:
    slow = PatternTerm("(?:a|aa)+$")
    with pytest.raises(SlowPattern, match="takes too long") as raised:
        slow.found_in("a" * 60 + "!", seconds=0.01)
    assert isinstance(raised.value, ConfigError)
    assert raised.value.hint


@pytest.mark.parametrize("source", ["(", "[a-", "(?au)x", "(" * 900, "a" * (MAX_PATTERN + 1), r"\L<x>", r"R\p{1i<V"])
def test_what_is_no_pattern_says_so(source: str) -> None:
    with pytest.raises(ValueError, match="regular expression"):
        compiled(source)


def test_the_longest_pattern() -> None:
    assert PatternTerm("a" * MAX_PATTERN).found_in("a" * MAX_PATTERN)


def test_all_words_are_wanted_and_no_negated_one() -> None:
    parts = ("exit code 1", "load_users")
    assert words_accept([TextTerm("code"), PatternTerm("us.rs"), TextTerm("kill", True)], parts)
    assert not words_accept([TextTerm("code"), TextTerm("kill")], parts)
    assert not words_accept([PatternTerm("l..d", True)], parts)
    assert words_accept([], ())


@pytest.mark.parametrize(("one", "other"), [("keyerror", "Key"), ("straße", "ASSE")])
def test_a_longer_word_narrows_and_a_longer_negated_one_widens(one: str, other: str) -> None:
    assert TextTerm(one).narrows(TextTerm(other))
    assert not TextTerm(other).narrows(TextTerm(one))
    assert TextTerm(other, True).narrows(TextTerm(one, True))
    assert not TextTerm(one, True).narrows(TextTerm(other, True))
    assert not TextTerm(one, True).narrows(TextTerm(other))
