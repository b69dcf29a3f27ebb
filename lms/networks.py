"""What of a network address a limit counts by. Pure."""

import ipaddress

NETWORK_BITS = 64
"""Of an IPv6 address: the rest of it is each reader's own choice."""


def network_of(address: str) -> str:
    """What of a network address a limit counts by."""
    if ":" not in address:
        return address
    try:
        ip = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), NETWORK_BITS), strict=False))
