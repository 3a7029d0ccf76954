"""Whatever text is given, it is a rule or a RuleError: nothing runs, warns, or takes long."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain.rules import read, written
from custinsights.domain.rules.tree import Condition
from custinsights.errors import RuleError
from tests.domain.rules.mistakes import MISTAKES
from tests.domain.rules.trees import rules
from tests.domain.rules.words import WORDS

LINES = Path(__file__).with_name("hostile.txt").read_text(encoding="utf-8").split("\n")
HOSTILE: list[str] = [json.loads(line) for line in LINES if line and not line.startswith("#")]
NESTED = [
    ("(", ")"),
    ("[", "]"),
    ("tagged(", ")"),
    ("bought(product=", ")"),
    ("bought(product=[", "])"),
    ("bought(within='1d', product=", ")"),
    ("tagged(tagged('a'), ", ")"),
    ("not ", ""),
    ("not (", ")"),
    ("-", ""),
    ("- (", ")"),
    ("1 + ", ""),
    ("1 + (", ")"),
    ("1 * -(", ")"),
    ("(is_repeat and ", ")"),
    ("(is_repeat or not ", ")"),
    ("(is_repeat, ", ")"),
    ("attribute(", ")"),
    ("order_count == (", ")"),
    ("1 < order_count < (", ")"),
    ("order_count in [", "]"),
    ("is_repeat is (", ")"),
]
INNERMOST = ["is_repeat", "order_count > 3", "3", '"a"', "", "is_repeat and", "tagged(a=1, 2)"]
LONG = [
    'tagged("a")' + '("a")' * 1_000,
    "order_count" + " < order_count" * 1_400,
    " or ".join(["is_repeat"] * 1_500),
    " or ".join(["1<order_count<3"] * 700),
    "order_count in [" + "1," * 1_000 + "]",
    "order_count in [" + "1," * 9_000 + "]",
    "bought(product=[" + '"a",' * 4_000 + "])",
    "tagged(" + ", ".join(f"a{place}=1" for place in range(2_000)) + ")",
    "tagged(" + "a, " * 6_000 + ")",
    "customer_city == '" + r"\u0041" * 3_000 + "'",
    "customer_city == '" + "é" * 500 + "'",
    "客 > 3 and " * 1_900 + "客 > 3",
    "is_repeat" + " " * 19_900 + "3",
    "order_count > " + "9" * 19_000,
    "order_count > " + "1_" * 9_000 + "1",
    *(sign * 20_000 for sign in " (\"'\\1_=.én-\n,"),
    *(word * (20_000 // len(word)) for word in ("not  ", "is\n", "1 ", '"" ', "()", "a=", "a,")),
    " " * 20_001,
]
DEPTHS = (5, 24, 49, 50, 51, 1_000)

WATCHED: list[str] | None = None
UNWANTED = {"compile", "exec", "import", "open", "marshal.loads", "code.__new__"}


def _listen(event: str, _arguments: tuple[object, ...]) -> None:
    if WATCHED is not None and (event in UNWANTED or event.startswith(("os.", "subprocess."))):
        WATCHED.append(event)


sys.addaudithook(_listen)  # it stays to the end of the process, and hears only when it is asked to


@contextmanager
def watched() -> Iterator[list[str]]:
    """What Python is asked to do meanwhile: to parse, run, load, open."""
    global WATCHED  # noqa: PLW0603 - an audit hook cannot be taken away, only be made deaf
    heard: list[str] = []
    WATCHED = heard
    try:
        yield heard
    finally:
        WATCHED = None


def outcome(text: str) -> Condition | None:
    """Return the rule that is read, None if it is refused, after checking what always holds."""
    rule = error = None
    said = ""
    with watched() as heard:
        try:
            rule = read(text, WORDS)
        except RuleError as refusal:
            error, said = refusal, str(refusal)
    assert heard in ([], ["compile"]), "more than one text was parsed, or something was run"
    if error is None:
        assert rule is not None
        assert read(written(rule), WORDS) == rule
    else:
        assert error.__cause__ is None, "Python was asked to parse what it cannot"
        assert said.encode("utf-8", "strict")
        assert 0 <= error.start < error.end <= len(error.rule) + 1
    return rule


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    """Load what an error loads when it is first told, so that no test is the first."""
    for rule in ("order_cuont > 3", "ｏrder_count > 3"):  # noqa: RUF001 - a sign that stands for o
        with pytest.raises(RuleError, match="Expected") as refused:
            read(rule, WORDS)
        str(refused.value)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_refused(text: str) -> None:
    """Code, strange numbers, texts, signs and names, and words in disorder are no rules."""
    assert outcome(text) is None


@pytest.mark.parametrize(("opening", "closing"), NESTED, ids=[opening for opening, _ in NESTED])
def test_deep_texts_are_read_or_refused(opening: str, closing: str) -> None:
    """No depth gets through to where it would end the recursion of a reader."""
    for depth, inner in product(DEPTHS, INNERMOST):
        found = outcome(opening * depth + inner + closing * depth)
        assert found is None or depth < 1_000


@given(st.text(st.characters()) | st.binary().map(lambda given: given.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any signs, also halves of pairs, controls and what has no meaning yet."""
    outcome(text)


SOUP = (  # noqa: SIM905 - words are read more easily than a list of them
    "order_count total_spent first_order_at last_day customer_city is_repeat 客 wampum tagged "
    "bought did ordered anniversary percentile anything email_domain attribute and or not in is "
    "None True False if else lambda for await == != < <= > >= = := + - * / ** // % ( ) [ ] { } , "
    '. ; : @ # \\ 0 3 -2.5 1_000 1e5 0x1 007 1. "a" "90d" "2024-01-31" "size" \'b\' """ " f"x" '
    r'"\x41" "\u00e9" tag= product= within= between= at_least= kind= ! & | ~ ^'
).split()


@given(
    st.lists(st.sampled_from(SOUP), max_size=25).flatmap(
        lambda words: st.sampled_from(["", " ", "\n"]).map(lambda blank: blank.join(words))
    )
)
def test_any_words_of_rules_and_of_python_are_read_or_refused(text: str) -> None:
    """Words in any order, with or without blanks between them."""
    outcome(text)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Rules of which a piece was taken out, doubled, exchanged or put elsewhere."""
    text = draw(rules.map(written) | st.sampled_from([*HOSTILE, *sum(MISTAKES.values(), ())]))
    for _ in range(draw(st.integers(1, 3))):
        begin, end, to = sorted(draw(st.integers(0, len(text))) for _ in range(3))
        piece = text[begin:end]
        other = draw(st.sampled_from(SOUP) | st.text(st.characters(), max_size=3))
        text = draw(
            st.sampled_from(
                [
                    text[:begin] + text[end:],
                    text[:end] + piece + text[end:],
                    text[:begin] + other + text[end:],
                    text[:begin] + text[end:to] + piece + text[to:],
                ]
            )
        )
    return text


@given(damaged())
def test_any_damaged_rule_is_read_or_refused(text: str) -> None:
    """A slip of the hand or of a program makes another rule or a RuleError."""
    outcome(text)


@given(st.lists(st.sampled_from(NESTED), max_size=60), st.sampled_from(INNERMOST), st.data())
def test_any_nesting_is_read_or_refused(
    levels: list[tuple[str, str]], inner: str, data: st.DataObject
) -> None:
    """Whatever lies inside whatever, to any depth, closed or not."""
    text = "".join(opening for opening, _ in levels) + inner
    closings = "".join(closing for _, closing in reversed(levels))
    outcome(text + closings[: data.draw(st.integers(0, len(closings)) | st.just(len(closings)))])


def _effort(text: str) -> tuple[int, int]:
    """Return how many functions are called to read a text, and how deep inside one another."""
    calls = depth = deepest = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls, depth, deepest
        calls += event in ("call", "c_call")
        depth += (event == "call") - (event == "return")
        deepest = max(deepest, depth)

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read(text, WORDS)
    except RuleError:
        pass
    finally:
        sys.setprofile(before)
    return calls, deepest


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_texts_are_read_or_refused_in_steps_of_their_length(text: str) -> None:
    """Of texts as long as a rule may be, each sign costs a bounded number of calls."""
    outcome(text)
    calls, _ = _effort(text)
    assert calls <= 60 * len(text) + 5_000


@pytest.mark.parametrize(("opening", "closing"), NESTED, ids=[opening for opening, _ in NESTED])
def test_the_depth_of_calls_has_an_end(opening: str, closing: str) -> None:
    """The deepest rules leave the caller more than half of Python's thousand frames."""
    for depth, inner in product(DEPTHS, INNERMOST):
        calls, deepest = _effort(opening * depth + inner + closing * depth)
        assert calls <= 200_000
        assert deepest <= 400
