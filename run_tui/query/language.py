"""A table of operators at work: it reads filter text, writes it, completes it and explains itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from run_tui.query.completion import Completion, complete_key, complete_value
from run_tui.query.terms import ANY, PatternTerm, TextTerm, Value, Values, compiled
from run_tui.query.tokens import Item, Kind, Token, Tokenizer, quoted, slashed, spelled


@dataclass(frozen=True, slots=True)
class Operator:
    """`key:value`: how the value is to look, a sentence of help, an example, and what reads and completes the value.

    `read` makes a value of a comma list's item, None of one that restricts nothing (yet); it raises `ValueError` with
    what is wrong. `choices` are values known beforehand.
    """

    key: str
    hint: str
    help: str
    example: str
    read: Callable[[Item], Value | None]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the text from character `start` to before `end`, as a sentence."""

    start: int
    end: int
    message: str


@dataclass(frozen=True, slots=True)
class HelpRow:
    """A line of the help: what to type, what it does, and an example."""

    form: str
    help: str
    example: str


@dataclass(frozen=True, slots=True)
class Terms:
    """A filter text as read: the values of each operator by its key, words, patterns, and what was no good."""

    values: Mapping[str, Values]
    texts: tuple[TextTerm, ...] = ()
    patterns: tuple[PatternTerm, ...] = ()
    problems: tuple[Problem, ...] = ()


class Language:
    """The filter language that a table of operators makes; `text_help` explains what is typed without one."""

    def __init__(self, operators: tuple[Operator, ...], text_help: tuple[HelpRow, ...]) -> None:
        self.operators = operators
        self.text_help = text_help
        self._by_key = {operator.key: operator for operator in operators}
        self._tokens = Tokenizer(self._by_key)
        self._nothing = dict.fromkeys(self._by_key, ANY)

    def read(self, text: str) -> Terms:
        """What the text says; parts that say nothing are left out, wrong ones are also reported."""
        draft = _Draft({key: ([], []) for key in self._by_key})
        for token in self._tokens(text):
            if token.kind is Kind.OPERATOR:
                self._read_items(token, draft)
            elif token.kind is Kind.PATTERN:
                draft.add_pattern(token)
            elif token.text:
                draft.texts.append(TextTerm(token.text, token.negated))
        return draft.terms()

    def _read_items(self, token: Token, draft: _Draft) -> None:
        operator = self._by_key[token.text]
        for item in token.items:
            try:
                value = operator.read(item) if item.text else None
            except ValueError as error:
                draft.problems.append(Problem(item.start, item.end, f"{operator.key}: {error}"))
                continue
            if value is not None:
                draft.values[operator.key][token.negated].append(value)

    def write(self, terms: Terms) -> str:
        """A text that reads as these terms, operators first."""
        pieces: list[str] = []
        for operator in self.operators:
            values = terms.values[operator.key]
            for sign, several in (("", values.wanted), ("-", values.unwanted)):
                if several:
                    spellings = ",".join(self._spell(operator, value) for value in several)
                    pieces.append(f"{sign}{operator.key}:{spellings}")
        pieces += [self._spell_text(term) for term in terms.texts]
        pieces += [("-" if term.negated else "") + slashed(term.source) for term in terms.patterns]
        return " ".join(pieces)

    def _spell(self, operator: Operator, value: Value) -> str:
        """The first spelling that reads back as the value: bare, quoted, or marked as exact."""
        meant = Terms({**self._nothing, operator.key: Values((value,))})
        spellings = (value.text, quoted(value.text))
        fitting = (each for each in spellings if self.read(f"{operator.key}:{each}") == meant)
        return next(fitting, f"={spelled(value.text)}")

    def _spell_text(self, term: TextTerm) -> str:
        sign = "-" if term.negated else ""
        bare = self.read(sign + term.text) == Terms(self._nothing, (term,))
        return sign + (term.text if bare else quoted(term.text))

    def complete(self, text: str, cursor: int, choices: Mapping[str, Iterable[str]]) -> Completion | None:
        """What the text up to the cursor could become; `choices` are the values known here by operator key."""
        token = next((token for token in self._tokens(text) if token.start <= cursor <= token.end), None)
        if token is None or token.kind is Kind.WORD:
            return complete_key(text, token, cursor, self._by_key)
        item = next((item for item in token.items if item.start <= cursor <= item.end), None)
        if item is None:
            return None
        operator = self._by_key[token.text]
        return complete_value(text, item, cursor, (*choices.get(operator.key, ()), *operator.choices))

    def help(self) -> tuple[HelpRow, ...]:
        """All that can be typed: the operators, then what goes for text."""
        return (
            *(HelpRow(f"{each.key}:{each.hint}", each.help, each.example) for each in self.operators),
            *self.text_help,
        )


def text_help(where: str, word: str, phrase: str, pattern: str, negated: str) -> tuple[HelpRow, ...]:
    """The help on words, phrases, patterns and negation: where text is looked for, and an example of each."""
    return (
        HelpRow("WORD", f"Has the word in {where}, whatever its case; of several words, has all.", word),
        HelpRow('"PHRASE"', r"Has the phrase as it stands; \" is a quote in it.", phrase),
        HelpRow("/PATTERN/", "Has what the regular expression fits; (?-i:...) tells upper from lower case.", pattern),
        HelpRow("-TERM", "Leaves out what the term finds.", negated),
    )


@dataclass(slots=True)
class _Draft:
    """Terms in the making; the lists of a key are what is wanted and what is not."""

    values: dict[str, tuple[list[Value], list[Value]]]
    texts: list[TextTerm] = field(default_factory=list)
    patterns: list[PatternTerm] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add_pattern(self, token: Token) -> None:
        """Keeps a pattern that compiles; an empty one is not typed yet."""
        if not token.text:
            return
        try:
            compiled(token.text)
        except ValueError as error:
            self.problems.append(Problem(token.start, token.end, str(error)))
        else:
            self.patterns.append(PatternTerm(token.text, token.negated))

    def terms(self) -> Terms:
        """All that was kept."""
        values = {key: Values(tuple(wanted), tuple(unwanted)) for key, (wanted, unwanted) in self.values.items()}
        return Terms(values, tuple(self.texts), tuple(self.patterns), tuple(self.problems))
