"""How many decimals a currency has, by ISO 4217."""

from custinsights.errors import UnknownName

__all__ = ["CURRENCIES", "NO_CURRENCY", "minor_exponent"]

_ACTIVE = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
        CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
        GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR
        LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD
        PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
        SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR
        ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
# Withdrawn since 2010, and still in the orders of those years.
_WITHDRAWN = {
    0: "BYR",
    2: "ANG CUC EEK HRK LTL LVL MRO SLL STD VEF ZMK ZWL",
}
_EXPONENTS = {
    code: exponent
    for table in (_ACTIVE, _WITHDRAWN)
    for exponent, codes in table.items()
    for code in codes.split()
}

CURRENCIES = tuple(sorted(_EXPONENTS))

_SIGNS = {
    "$": """
        ARS AUD BBD BMD BND BRL BSD BZD CAD CLP COP CUC CUP CVE DOP FJD GYD HKD JMD KYD LRD MOP MXN
        NAD NIO NZD SBD SGD SRD TOP TTD TWD USD USN UYU WST XCD ZWL
    """,
    "£": "EGP FKP GBP GIP LBP SDG SHP SSP SYP",
    "¥": "CNY JPY",
    "€": "EUR",
    "₡": "CRC SVC",
    "₦": "NGN",
    "₨": "INR LKR MUR NPR PKR SCR",
    "₩": "KPW KRW",
    "₪": "ILS",
    "₫": "VND",
    "₭": "LAK",
    "₮": "MNT",
    "₱": "CUP PHP",
    "₲": "PYG",
    "₴": "UAH",
    "₵": "GHS",
    "₸": "KZT",
    "₹": "INR",
    "₺": "TRY",
    "₼": "AZN",
    "₽": "BYN BYR RUB",
    "₾": "GEL",
    "৳": "BDT",
    "฿": "THB",
    "៛": "KHR",
}
SIGNS = {sign: frozenset(codes.split()) for sign, codes in _SIGNS.items()}
"""The currencies whose amounts are written with a sign."""

NO_CURRENCY = "XXX"
"""What ISO 4217 has for where no money is involved: no order is in it."""


def minor_exponent(currency: str) -> int:
    """Return how many decimals amounts in a currency have.

    Parameters
    ----------
    currency : str
        A code of ISO 4217 in capitals: the active ones, and those withdrawn since 2010.

    Returns
    -------
    int
        0 for yen, 2 for euros, 3 for dinars.

    Raises
    ------
    UnknownName
        If there is no such currency.

    Examples
    --------
    >>> minor_exponent("EUR"), minor_exponent("JPY"), minor_exponent("KWD")
    (2, 0, 3)
    """
    if currency == NO_CURRENCY:
        return 0
    try:
        return _EXPONENTS[currency]
    except (KeyError, TypeError):
        advice = "Give the code of ISO 4217 in capitals, such as 'EUR'"
        raise UnknownName("currency", currency, CURRENCIES, advice) from None
