"""What the package adds keeps the laws, and is found by its names where it is installed."""

import custinsights as ci


def test_the_function_keeps_the_laws() -> None:
    """On random histories, asked as rules may ask it."""
    function = ci.DEFAULT.function("bought_in_season")
    ci.testing.check_segment_function(function, arguments={"season": "winter"})
    ci.testing.check_segment_function(function, arguments={"season": "summer", "at_least": 2})


def test_the_trait_keeps_the_laws() -> None:
    """On random histories."""
    ci.testing.check_trait(ci.DEFAULT.trait("holiday_order_share"))


def test_the_preset_is_found() -> None:
    """As a segment, and within rules; some buy gifts at the gallery."""
    gallery = ci.datasets.gallery()
    givers = ci.segment(gallery, ci.presets["gift_giver"])
    asked = ci.segment(gallery, 'in_segment("preset:gift_giver")')
    assert givers.any()
    assert (givers == asked).all()
