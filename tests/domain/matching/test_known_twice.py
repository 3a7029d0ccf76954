"""How right matching is on customers of whom the truth is known."""

import pytest

from custinsights.datasets import KnownTwice, known_twice
from custinsights.datasets.known_twice import MatchingScores
from custinsights.domain.matching import MATCHING_RULES, Matching, find_matches
from custinsights.errors import InvalidValue

SEEDS = (1, 2, 3)


def added(scores: list[MatchingScores]) -> MatchingScores:
    """Add the pairs of several truths."""
    names = ("pairs", "merged", "right", "to_review", "found")
    return MatchingScores(**{name: sum(getattr(one, name) for one in scores) for name in names})


@pytest.fixture(scope="module")
def truths() -> list[KnownTwice]:
    """Make up three towns."""
    return [known_twice(seed=seed) for seed in SEEDS]


def test_what_is_merged_is_one_person(truths: list[KnownTwice]) -> None:
    """Of all that is merged by itself at least 99 % is one person, in every town."""
    for truth in truths:
        scores = truth.scores(find_matches(truth.people()))
        assert scores.merged > 1000
        assert scores.precision >= 0.99


def test_how_much_is_found(truths: list[KnownTwice]) -> None:
    """How much is merged by itself, and after a look at the rest, does not change unseen."""
    scores = added([truth.scores(find_matches(truth.people())) for truth in truths])
    assert f"{scores.precision:.3f}" == "0.997"
    assert f"{scores.recall:.3f}" == "0.452"
    assert f"{scores.recall_after_review:.3f}" == "0.567"


def test_scores_are_counted_by_pairs() -> None:
    """Nothing merged is never wrong and finds nothing; all pairs of a group count."""
    truth = known_twice(50, seed=5)
    nothing = truth.scores(Matching((), {}))
    assert (nothing.merged, nothing.precision, nothing.recall) == (0, 1.0, 0.0)
    assert nothing.pairs == sum(
        left.truth == right.truth
        for at, left in enumerate(truth.customers)
        for right in truth.customers[:at]
    )
    loose = truth.scores(find_matches(truth.people(), MATCHING_RULES.needing(same=55)))
    assert loose.right > truth.scores(find_matches(truth.people())).right
    assert known_twice(50, seed=5) == truth
    assert known_twice(50, seed=6) != truth
    with pytest.raises(InvalidValue, match="number of people is wrong"):
        known_twice(0)
