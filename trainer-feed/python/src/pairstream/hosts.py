"""Hosts of addresses, as the platform names them everywhere."""

from __future__ import annotations

import ipaddress
import re
import stringprep
from functools import lru_cache

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#]*@)?(\[[^]/?#@]*]|[^/?#@:]*)(?::[0-9]*)?(?:[/?#].*)?", re.DOTALL)
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_LONGEST_NAME = 253


def host_of(url: str) -> str:
    """The host of a URL, also of one with a password; empty where it names none.

    In lower case, without a dot at its end, in ASCII as IDNA 2003 writes it; an IPv6 address in brackets with all its
    eight groups.
    """
    address = _ADDRESS.fullmatch(url)
    return _named(address[1]) if address else ""


@lru_cache(maxsize=65_536)
def _named(host: str) -> str:
    try:
        if host.startswith("["):
            address = ipaddress.IPv6Address(host[1:-1])
            groups = "" if address.ipv4_mapped or address.scope_id else address.exploded
            return groups and "[" + ":".join(f"{int(group, 16):x}" for group in groups.split(":")) + "]"
        if any(map(stringprep.in_table_a1, host)):
            return ""
        name = host.encode("idna").decode("ascii").lower().removesuffix(".")
        return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else ""
    except ValueError:
        return ""
