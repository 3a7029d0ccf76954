"""The words of the rules in these tests: a trait of every kind, a function of every argument."""

from custinsights.domain.rules import Parameter, Signature, Vocabulary

WORDS = Vocabulary(
    names={
        "order_count": "count",
        "total_spent": "money",
        "items": "quantity",
        "days_since_last_order": "number",
        "first_order_at": "instant",
        "last_order_at": "instant",
        "last_day": "date",
        "customer_country": "label",
        "customer_city": "label",
        "churn_risk": "label",
        "is_repeat": "flag",
        "größe": "number",
        "客": "count",
    },
    labels={"churn_risk": ("low", "medium", "high")},
    functions=[
        Signature("tagged", "flag", (Parameter("tag", "text", required=True),)),
        Signature(
            "bought",
            "flag",
            (
                Parameter("product", "texts"),
                Parameter("keyword", "text"),
                Parameter("within", "duration"),
                Parameter("at_least", "count"),
                Parameter("spent", "number"),
            ),
            needs_one_of_the_options=True,
        ),
        Signature(
            "did",
            "flag",
            (Parameter("kind", "text", required=True), Parameter("within", "duration")),
        ),
        Signature("ordered", "count", (Parameter("between", "span"),)),
        Signature(
            "anniversary",
            "flag",
            (
                Parameter("of", "moment", required=True),
                Parameter("within", "duration", required=True),
            ),
        ),
        Signature(
            "within_km",
            "flag",
            (
                Parameter("lat", "latitude", required=True),
                Parameter("lon", "longitude", required=True),
                Parameter("km", "distance", required=True),
            ),
        ),
        Signature(
            "percentile",
            "number",
            (Parameter("trait", "trait", required=True),),
            gives_a_share=True,
        ),
        Signature("email_domain", "label"),
        Signature("first_bought_on", "date", (Parameter("product", "texts"),)),
        Signature("anything", "any"),
    ],
)
