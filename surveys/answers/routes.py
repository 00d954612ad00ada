"""How a business came to an edition, and by which hand its answers were entered.

Whoever was not drawn (self-registered, open link) stands in a stratum of its own: nobody knows for how many such a
business speaks, so its weight is 1 and its stratum mixes with drawn ones only where fewer than five are in it.
"""

from surveys.enums import Channel

# Names of strata are data: they stand in datasets as they are, like those that a province gives to its own.
OUTSIDE = {Channel.SELF: "Ngoài mẫu · Tự đăng ký", Channel.OPEN: "Ngoài mẫu · Liên kết mở"}
_ROUTES = {stratum: channel for channel, stratum in OUTSIDE.items()}


def is_outside(stratum: str) -> bool:
    """Whether a business of this stratum was not drawn."""
    return stratum in _ROUTES


def channel_sent(stratum: str, hand: str = "") -> str:
    """The channel of a response: how the business came where it was not drawn, else by which hand it answered.

    >>> channel_sent("small"), channel_sent("small", "phone"), channel_sent(OUTSIDE[Channel.SELF], "phone")
    ('invited', 'phone', 'self')
    """
    return str(_ROUTES.get(stratum) or hand or Channel.INVITED.value)
