"""The verdict that refuses a pair."""


class Rejected(Exception):
    """Refusal of a pair: a reason of our closed list, and what was measured beside its limit, as texts."""

    def __init__(self, reason, found="", allowed=""):
        super().__init__(reason, str(found), str(allowed))


def at_most(limit, found, reason):
    if found > limit:
        raise Rejected(reason, found, limit)


def at_least(limit, found, reason):
    if found < limit:
        raise Rejected(reason, found, limit)
