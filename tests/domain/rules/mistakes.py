"""Every mistake that a rule can hold, and the one file that shows what is said about each.

After a change of a message, write the file anew and read it aloud::

    python -m tests.domain.rules.mistakes
"""

from pathlib import Path

from custinsights.domain.rules import read
from custinsights.errors import RuleError
from tests.domain.rules.words import WORDS

FILE = Path(__file__).with_name("errors.txt")

MISTAKES: dict[str, tuple[str, ...]] = {
    "The text as a whole": (
        "",
        " \n\t ",
        "order_count >= 3 and",
        "  order_count >= 3 and  \n",
        "not",
        "is_repeat or " * 1600 + "is_repeat",
        "(" * 51 + "is_repeat" + ")" * 51,
        "not " * 51 + "is_repeat",
        "order_count" + " + 1" * 51 + " > 3",
        "not 1 < " + "1 + (" * 24 + "1 + order_count" + ")" * 24 + " < 9",
    ),
    "Signs": (
        "order_count ≥ 3",
        "order.count >= 3",
        "order_count >= 3 & is_repeat",
        "order_count >= 3 | is_repeat",
        "!is_repeat",
        "order_count <> 3",
        "order_count // 2 > 3",
        "customer_city == “Paris”",
        "{order_count}",
        "order_count\u00a0>= 3",
        "is_repeat and \u202etagged('a')",
        "is_repeat \x00",
        "is_repeat \uffff",
        "is_repeat and \ud800",
        "is_repeat \U000e0041",
    ),
    "Brackets": (
        "(order_count >= 3",
        "order_count >= 3)",
        'customer_city in ["Paris")',
        'tagged("a"',
    ),
    "Names": (
        "order_cuont >= 3",
        "Order_Count >= 3",
        "wampum",
        "attribute",
        "true",
        "lambda: 3",
        "is_repeat if is_repeat else is_repeat",
        "ｏrder_count >= 3",  # noqa: RUF001 - a sign that Python would read as another
        "оrder_count >= 3",  # noqa: RUF001 - the first letter is Cyrillic
        "৴ >= 3",  # a letter to regular expressions, and none to Python
        f"{'n' * 101} >= 3",
    ),
    "Numbers": (
        "order_count >= 0x1F",
        "order_count >= 1e5",
        "order_count >= 1__0",
        "order_count >= 007",
        f"order_count >= {'0' * 20}",
        f"order_count >= {'0' * 21}",
        "order_count >= 1.",
        "order_count >= .5",
        "order_count >= 3and is_repeat",
        "order_count >= 3٣",
        f"order_count >= {'9' * 5000}x",
        "order_count >= 1234567890123456",
        "order_count >= 0.1234567890123",
    ),
    "Texts": (
        'customer_city == "Paris',
        "customer_city == 'Paris\"",
        'customer_city == "Par\nis"',
        r'customer_city == "\x41"',
        r'customer_city == "\N{BULLET}"',
        r'customer_city == "\ud800"',
        r'customer_city == "\U00110000"',
        f'customer_city == "{501 * "x"}"',
        'customer_city == f"{order_count}"',
        'customer_city == "Pa" "ris"',
        'customer_city == """Paris"""',
    ),
    "What stands beside what": (
        "order_count >= 3 is_repeat",
        "order_count >= 3 AND is_repeat",
        "is_repeat not is_repeat",
        "order_count [0] > 1",
        "order_count = 3",
        "order_count == 3 = 4",
        "tagged(tag==3)",
        "(order_count)(3)",
        '"abc"(3)',
        '"abc"[0] == "a"',
        'customer_city "Paris"',
        "order_count >= >= 3",
        "and is_repeat",
        "is_repeat and or is_repeat",
        "order_count == not is_repeat",
        "tagged(,)",
        "order_count ** 2 > 3",
        "tagged(*is_repeat)",
        "is_repeat, is_repeat",
        'did(kind="visit", "90d")',
    ),
    "Conditions": (
        "3",
        "True",
        '"vip"',
        "1 + 2",
        "order_count",
        "customer_city and is_repeat",
        "first_order_at",
        "order_count + 1",
        'customer_city == "Paris" or "Lyon"',
        "is_repeat == (order_count > 3)",
        "(not is_repeat) == 3",
        'customer_city == ["Paris"]',
        "()",
        "order_count == None",
        "order_count + None > 3",
        "order_count is 3",
        "order_count is items",
        "order_count is not True",
        "3 is None",
        "-order_count > 3",
        "- -3 < order_count",
    ),
    "Comparisons": (
        "3 == 3",
        "1 + 2 < 4",
        'order_count >= "3"',
        "customer_city == 3",
        "customer_city == Paris",
        "is_repeat == 1",
        'first_order_at > "yesterday"',
        "last_day > 20240131",
        "last_day > '2024-02-30'",
        'customer_city > "Paris"',
        '"A" < customer_city < "B"',
        "is_repeat > True",
        'attribute("size") < True',
        'attribute("size") < "large"',
        'attribute("size") < customer_city',
        "is_repeat == is_repeat",
        "is_repeat == attribute('size')",
        "customer_city == order_count",
        "first_order_at < last_day",
        "customer_city + 1 > 3",
        "first_order_at - last_order_at > 3",
        'order_count + "1" > 3',
    ),
    "Lists": (
        'customer_city in "Paris"',
        "customer_city in is_repeat",
        "customer_city in []",
        "customer_city in [" + "'x', " * 1001 + "]",
        "customer_city in [Paris]",
        "customer_city in [3]",
        'order_count in ["3"]',
        "order_count in [1, True]",
        "order_count in [1, None]",
        "is_repeat in [True]",
        "3 in [3]",
    ),
    "Functions": (
        '__import__("os")',
        'tagedd("vip")',
        'attribut("size") == 3',
        "order_count(3)",
        "tagged",
        "tagged()",
        'tagged("a", "b")',
        'tagged("a", tag="b")',
        'tagged(tga="a")',
        "tagged(vip)",
        'tagged("")',
        "tagged(3)",
        'tagged(["a"])',
        'did("visit", "90d")',
        "bought()",
        "bought(product=3)",
        "bought(product=[])",
        'bought(product=["print", 3])',
        "bought(within=90)",
        'bought(within="90 days")',
        "bought(at_least=0)",
        "bought(at_least='3')",
        "bought(at_least=1.5)",
        'bought(spent="100")',
        "bought(spent=order_count)",
        'within_km("a", 2, 3)',
        "within_km(91, 2, 3)",
        "within_km(-90, -180.5, 3)",
        "within_km(48.85, 2.35, 0)",
        "ordered(between=[]) > 1",
        'ordered(between=["2024-01-01"]) > 1',
        "ordered(between=[None, None]) > 1",
        'ordered(between=["soon", None]) > 1',
        'ordered(between=["2024-01-01", 3]) > 1',
        'ordered(between=["2024-01-01", last_day]) > 1',
        'ordered(between=["2024-01-01", "2024-01-01"]) > 1',
        'ordered(between=["6m", "1y"]) > 1',
        'ordered(between=["90d", "90d"]) > 1',
        "ordered(between='90d') > 1",
        'anniversary(first_order, within="30d")',
        'anniversary(birthdy, within="30d")',
        'anniversary(order_count, within="30d")',
        "percentile(total_spend) > 0.9",
        "percentile(total_spent) >= 90",
        "-0.1 < percentile(total_spent)",
        "percentile(total_spent) == 0.5",
        "percentile(total_spent) > order_count",
        "order_count > percentile(total_spent)",
        "percentile(total_spent) > percentile(items)",
        "percentile(total_spent) * 2 > 1",
        "percentile(total_spent) is None",
        "percentile(total_spent) in [0.5, 0.9]",
        "percentile(customer_city) > 0.9",
        "percentile(order_count + 1) > 0.9",
    ),
    "Attributes": (
        "attribute() == 3",
        "attribute(size) == 3",
        'attribute("shoe size") == 3',
        'attribute("size", "colour") == 3',
        'attribute(name="size") == 3',
        'attribute("size", kind="number") == 3',
    ),
    "Where the place is": (
        f"tagged({'n' * 40})",
        f"tagged({'n' * 41})",
        '  \n\t customer_city == "Québec" and ordre_count > 3',
        'customer_city == "東京都" and wampum > 3',
        'customer_city == "नई दिल्ली" and wampum > 3',
        "客 > 3 and 客人 > 3",
        " and ".join(["order_count >= 3"] * 30) + " and wampum > 3",
        "wampum > 3 and " + " and ".join(["order_count >= 3"] * 30),
        " and ".join([*["order_count >= 3"] * 9, "wampum > 3", *["order_count >= 3"] * 9]),
        " and ".join(["order_count >= 3"] * 30) + " and",
        'tagged(["' + '", "'.join(["vip"] * 30) + '"])',
    ),
}


def refusal(rule: str) -> RuleError:
    """Return the error that refuses a rule."""
    try:
        read(rule, WORDS)
    except RuleError as error:
        return error
    raise AssertionError(f"this rule is read: {rule}")


def rendered() -> str:
    """Return what is said about every mistake."""
    return "\n\n".join(
        "\n\n".join([f"# {title}", *(str(refusal(rule)) for rule in rules)])
        for title, rules in MISTAKES.items()
    )


if __name__ == "__main__":
    FILE.write_text(f"{rendered()}\n", encoding="utf-8")
