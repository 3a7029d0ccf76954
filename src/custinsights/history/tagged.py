"""Who carries a tag at an instant?"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from custinsights.domain.tag_changes import key_of
from custinsights.history.columnar.columns import BoolArray
from custinsights.history.facts import Facts


def is_tagged(facts: Facts, names: Collection[str], as_of: int) -> BoolArray:
    """Return which people carry one of some tags, named as by `key_of`, just before an instant."""
    tagged = np.zeros(facts.people, dtype=np.bool_)
    tags = facts.people_table.tags
    if tags is not None and len(names):
        meant = tags.name.among({name for name in tags.name.names if key_of(name) in names})
        rows = facts.people_table.tagged_at(as_of)
        tagged[tags.customer[rows[meant[rows]]]] = True
    return tagged
