"""What do the words mean by which shops and trackers tell how a buyer came? A table, no code.

By field, channel and word. A word ends in ``.*`` where a host may have any top-level domain, and
in ``*`` where more may follow. What could mean two channels is in no row: it stays unknown.
"""

from typing import Final

__all__ = ["CHANNELS", "CHANNEL_FIELDS", "CHANNEL_WORDS", "SILENT_WORDS"]

CHANNELS: Final = (
    "social",
    "search",
    "paid",
    "collaboration",
    "fair",
    "referral",
    "email",
    "marketplace",
    "direct",
    "manual",
)
"""The names of the channels; a taxonomy of one's own may have others."""

CHANNEL_FIELDS: Final = (
    "channel",
    "utm_medium",
    "utm_source",
    "referrer",
    "attribution",
    "source",
)
"""What may tell the channel, the most certain first."""

SILENT_WORDS: Final = ("(none)", "(not set)", "(not provided)", "null", "undefined")
"""What trackers write where they know nothing: the next field is asked."""

CHANNEL_WORDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "channel": {  # what a shop calls a channel itself; it keeps all other words as they are
        "marketplace": ("sell-on-amazon",),
        "manual": ("shopify_draft_order", "draft order", "manual order"),
    },
    "utm_medium": {
        "social": ("social", "social media", "social network", "organic social", "sm"),
        "search": ("organic", "organic search", "seo"),
        "paid": (
            *(
                "cpc",
                "ppc",
                "cpm",
                "cpv",
                "cpa",
                "paid",
                "paid search",
                "paid social",
                "paidsearch",
            ),
            *("paidsocial", "paid video", "display", "banner", "ad", "ads", "retargeting"),
            *("remarketing", "sponsored"),
        ),
        "collaboration": (
            *("affiliate", "affiliates", "influencer", "influencers", "partner", "partners"),
            *("partnership", "collab", "collaboration"),
        ),
        "fair": ("fair", "art fair", "craft fair", "event", "events", "exhibition", "popup"),
        "referral": ("referral", "refer a friend", "friend", "word of mouth"),
        "email": ("email", "e-mail", "mail", "newsletter"),
        "marketplace": ("marketplace",),
        "direct": ("direct",),
        "manual": ("manual",),
    },
    "utm_source": {
        "social": (
            *("facebook", "facebook.com", "fb", "instagram", "instagram.com", "ig", "pinterest"),
            *("pinterest.*", "tiktok", "tiktok.com", "twitter", "twitter.com", "x.com", "t.co"),
            *("threads", "threads.net", "linkedin", "linkedin.com", "youtube", "youtube.com"),
            *("reddit", "reddit.com", "bluesky", "bsky.app", "mastodon", "tumblr", "tumblr.com"),
            *("snapchat", "snapchat.com", "vk", "vk.com", "weibo"),
        ),
        "search": (
            *("google", "google.*", "bing", "bing.com", "yahoo", "yahoo.*", "duckduckgo"),
            *("duckduckgo.com", "ecosia", "ecosia.org", "baidu", "baidu.com", "yandex", "yandex.*"),
            *("qwant", "qwant.com", "startpage"),
        ),
        "email": (
            *("email", "e-mail", "newsletter", "mailchimp", "klaviyo", "mailerlite", "convertkit"),
            *("brevo", "sendinblue", "sendgrid", "constant contact", "campaign monitor"),
        ),
        "marketplace": ("etsy", "etsy.com", "amazon", "amazon.*", "ebay", "ebay.*"),
        "direct": ("direct", "(direct)"),
    },
    "referrer": {
        "social": (
            *(
                "facebook.com",
                "instagram.com",
                "pinterest.*",
                "pin.it",
                "tiktok.com",
                "twitter.com",
            ),
            *("x.com", "t.co", "threads.net", "linkedin.com", "lnkd.in", "youtube.com", "youtu.be"),
            *("reddit.com", "bsky.app", "tumblr.com", "snapchat.com", "vk.com", "weibo.com"),
        ),
        "search": (
            *("google.*", "bing.com", "yahoo.*", "duckduckgo.com", "ecosia.org", "baidu.com"),
            *("yandex.*", "qwant.com", "startpage.com", "search.brave.com"),
        ),
        "email": (
            *("email", "mail.google.com", "outlook.live.com", "outlook.office.com"),
            *("mail.yahoo.com", "mail.aol.com", "mail.proton.me", "mail.yandex.*"),
        ),
        "marketplace": ("etsy.com", "amazon.*", "ebay.*"),
        "direct": ("direct", "(direct)"),
    },
    "attribution": {  # the words of WooCommerce
        "search": ("organic: *",),
        "referral": ("referral: *",),
        "direct": ("direct",),
        "manual": ("web admin",),
    },
    "source": {
        "marketplace": ("etsy", "amazon", "ebay"),
        "manual": ("manual",),
    },
}
"""The table with which every reader begins."""
