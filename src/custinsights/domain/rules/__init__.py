"""What is a rule? A tree that reads and prints as text: the conditions of a segment."""

from custinsights.domain.rules.durations import Duration
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.reading import read
from custinsights.domain.rules.signatures import Parameter, Signature, Vocabulary, Words

__all__ = ["Duration", "Parameter", "Signature", "Vocabulary", "Words", "read", "written"]
