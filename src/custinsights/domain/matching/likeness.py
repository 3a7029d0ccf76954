"""How much alike are two texts, and are they one but for a slip of the fingers?"""

from types import ModuleType

from custinsights.errors import MissingExtra

__all__ = ["are_alike", "is_slip"]

_ALIKE = 0.88
"""From which likeness (Jaro-Winkler) on words may be one word: Kathrin and Katrin, Jon and John."""


def are_alike(left: str, right: str) -> bool:
    """Whether two words are much alike.

    Examples
    --------
    >>> are_alike("kathrin", "katrin"), are_alike("anna", "peter")
    (True, False)
    """
    return bool(_distances().JaroWinkler.normalized_similarity(left, right) >= _ALIKE)


def is_slip(left: str, right: str) -> bool:
    """Whether texts differ by one sign lost, added or changed, or by two that changed places.

    Examples
    --------
    >>> is_slip("smith", "smiht"), is_slip("smith", "smyht"), is_slip("smith", "smith")
    (True, False, False)
    """
    return bool(_distances().OSA.distance(left, right, score_cutoff=1) == 1)


def _distances() -> ModuleType:
    try:
        from rapidfuzz import distance
    except ImportError as error:
        raise MissingExtra("rapidfuzz", "identity", "comparing people by likeness") from error
    return distance
