"""How is a number dialled from anywhere? National ways of writing it become E.164."""

from types import ModuleType

from custinsights.domain.countries import refuse_no_country
from custinsights.errors import MissingExtra

__all__ = ["to_e164"]


def to_e164(number: str, region: str | None = None) -> str:
    """Return a phone number as it is dialled from anywhere: a plus, the country, the figures.

    What a number looks like in which country is known from ``phonenumbers`` (extra ``identity``).

    Parameters
    ----------
    number : str
        The number, however it is written; two noughts at its beginning are a plus.
    region : str, optional
        The country in which a number is dialled that names none itself: that of the shop, by its
        two letters of ISO 3166-1.

    Returns
    -------
    str
        The number in E.164; blank where it is none, or of no country that is known.

    Raises
    ------
    MissingExtra
        If phonenumbers is not installed.
    InvalidValue
        If there is no such region.

    Examples
    --------
    >>> to_e164("06 12 34 56 78", "FR"), to_e164("0033 6 12345678"), to_e164("n/a", "FR")
    ('+33612345678', '+33612345678', '')
    """
    library = _library()
    if region is not None:
        refuse_no_country("the region of a phone number is none", region)
    bare = number.strip()
    try:
        read = library.parse(f"+{bare[2:]}" if bare.startswith("00") else bare, region)
    except library.NumberParseException:
        return ""
    length = library.is_possible_number_with_reason(read)
    if length != library.ValidationResult.IS_POSSIBLE:
        return ""
    return str(library.format_number(read, library.PhoneNumberFormat.E164))


def _library() -> ModuleType:
    try:
        import phonenumbers
    except ImportError as error:
        purpose = "writing phone numbers with their country"
        raise MissingExtra("phonenumbers", "identity", purpose) from error
    return phonenumbers
