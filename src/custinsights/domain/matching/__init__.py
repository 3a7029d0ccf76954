"""Which of those whom a shop knows are one person, and what tells so?"""

from custinsights.domain.matching.builtin import MATCHING_RULES
from custinsights.domain.matching.finding import Matching, find_matches
from custinsights.domain.matching.persons import Person
from custinsights.domain.matching.rules import Evidence, Match, MatchingRule, MatchingRules

__all__ = [
    "MATCHING_RULES",
    "Evidence",
    "Match",
    "Matching",
    "MatchingRule",
    "MatchingRules",
    "Person",
    "find_matches",
]
