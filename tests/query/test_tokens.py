from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from run_tui.query.tokens import Item, Kind, Token, Tokenizer, quoted, slashed, spelled, typable

TOKENIZE = Tokenizer(["step", "type"])


def words(text: str) -> list[tuple[str, str]]:
    return [(token.kind.value, "-" * token.negated + token.text) for token in TOKENIZE(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t ", []),
        ("KeyError out", [("word", "KeyError"), ("word", "out")]),
        ("ValueError: 12:30:45 s3://x", [("word", "ValueError:"), ("word", "12:30:45"), ("word", "s3://x")]),
        ("steps:a ſtep:a", [("word", "steps:a"), ("word", "ſtep:a")]),
        ('it"s a"b', [("word", 'it"s'), ("word", 'a"b')]),
        ("-foo", [("word", "-foo")]),
        ("--verbose", [("word", "--verbose")]),
        ("- foo -", [("word", "-"), ("word", "foo"), ("word", "-")]),
        ('"exit code" -"a b"', [("phrase", "exit code"), ("phrase", "-a b")]),
        ('"half typed ', [("phrase", "half typed ")]),
        (r'"say \"x\" C:\new\\" y', [("phrase", r'say "x" C:\new' + "\\"), ("word", "y")]),
        ('"half\\', [("phrase", "half")]),
        ('"', [("phrase", "")]),
        ('"a"b', [("phrase", "a"), ("word", "b")]),
        ("/time(d )?out/ x", [("pattern", "time(d )?out"), ("word", "x")]),
        ("-/a/", [("pattern", "-a")]),
        ("/a/i b", [("pattern", "a"), ("word", "b")]),
        ("/usr/lib/x.py", [("pattern", "usr/lib/x.py")]),
        (r"/a\/ b\\/ c", [("pattern", r"a/ b\\"), ("word", "c")]),
        ("/half ty", [("pattern", "half ty")]),
        ("/half\\", [("pattern", "half")]),
        ("a / b", [("word", "a"), ("word", "/"), ("word", "b")]),
        ("/", [("pattern", "")]),
        ("//", [("pattern", "")]),
    ],
)
def test_free_text(text: str, expected: list[tuple[str, str]]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("step:", [""]),
        ("step:load_*", ["load_*"]),
        ("STEP:a,b", ["a", "b"]),
        ('step:"a b","c,d",e', ["a b", "c,d", "e"]),
        ('step:a="b c"', ["a=b c"]),
        ('step:"half typed', ["half typed"]),
        (r'step:"a\"b"', ['a"b']),
        ("step:,", ["", ""]),
    ],
)
def test_operators_values(text: str, items: list[str]) -> None:
    [token] = TOKENIZE(text)
    assert (token.kind, token.text, [item.text for item in token.items]) == (Kind.OPERATOR, "step", items)


def test_where_things_are() -> None:
    assert list(TOKENIZE('-type:A,"b c" x')) == [
        Token(0, 13, Kind.OPERATOR, "type", True, (Item(6, 7, "A"), Item(8, 13, "", "b c"))),
        Token(14, 15, Kind.WORD, "x"),
    ]


@given(st.text())
def test_tokens_cover_all_but_blanks(text: str) -> None:
    tokens = list(TOKENIZE(text))
    ends = [0, *(token.end for token in tokens)]
    starts = [*(token.start for token in tokens), len(text)]
    assert all(not text[end:start].strip() for end, start in zip(ends, starts, strict=True))


@given(st.text(min_size=1))
def test_what_is_spelled_reads_back(text: str) -> None:
    assert [token.text for token in TOKENIZE(quoted(text))] == [text]
    [token] = TOKENIZE("step:" + spelled(text))
    assert [item.text for item in token.items] == [text]


@pytest.mark.parametrize(("name", "spelling"), [("work[a]", "work[a]"), ("a b", '"a b"'), ("work[?]", '"work[?]"')])
def test_names_are_quoted_where_needed(name: str, spelling: str) -> None:
    assert spelled(name) == spelling


@given(st.text(min_size=1), st.booleans())
@example("\x00\x01", True)
@example("\\u{41}\x1b", False)
def test_what_can_be_typed_reads_back(name: str, exact: bool) -> None:
    typed = typable(name, exact=exact)
    assert typed.isprintable()
    [token] = TOKENIZE("step:" + typed)
    assert [item.text for item in token.items] == ["=" * exact + name]


@pytest.mark.parametrize("source", ["a/b", r"a\\/b", r"\d+"])
def test_patterns_read_back(source: str) -> None:
    assert [token.text for token in TOKENIZE(slashed(source))] == [source]
