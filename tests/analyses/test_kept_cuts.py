"""Cut points as plain JSON."""

import json

import pytest

import custinsights as ci
from custinsights.analyses.customers.kept_cuts import cuts_of_record, record_of_cuts
from custinsights.errors import InvalidValue

GALLERY = ci.datasets.gallery()
RULE = ci.rule("percentile(total_spent) >= 0.9 or percentile(average_gap_days) < 0.1")


@pytest.mark.parametrize(
    "cuts", [ci.cuts(GALLERY, bins=4), RULE.cuts(GALLERY)], ids=["scores", "marks"]
)
def test_cuts_come_back_as_they_were(cuts: ci.Cuts) -> None:
    """What was written as JSON reads as equal cuts, marks and instants too."""
    assert cuts_of_record(json.loads(json.dumps(record_of_cuts(cuts)))) == cuts


def test_what_is_no_record_of_cuts_is_refused() -> None:
    """A record with other fields is none."""
    with pytest.raises(InvalidValue, match=r"no record of cuts.*'bins'"):
        cuts_of_record({"bins": 5})
