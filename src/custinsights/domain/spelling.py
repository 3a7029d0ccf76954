"""When are two texts one, however they are written?"""

from unicodedata import normalize

__all__ = ["folded"]


def folded(text: str) -> str:
    r"""Return a text as it is compared: without case, and however its accents are written.

    Examples
    --------
    >>> folded("JOSE\u0301") == folded("jos\u00e9"), folded("Ada")
    (True, 'ada')
    """
    if text.isascii():
        return text.casefold()
    return normalize("NFC", normalize("NFC", text).casefold())
