"""The RIB changes under installed routes; the kernel follows."""

import ipaddress

from harness import (FAMILIES, OTHER_PEERS, agree, check, installed_by_others, peer_of,
                     restore, verify, wait_until)


def chain_ipv4(lab):
    chain(lab, "ipv4")


def chain_ipv6(lab):
    chain(lab, "ipv6")


def chain(lab, family):
    """Routes come in, the right ones get into the kernel, and the figures say so."""
    figures = lab.router(family)
    check(figures["learned"] == lab.rib_sizes()[family], f"learned {figures['learned']}")
    check(figures["misforwarded_share"] == 0,
          f"misforwarded share {figures['misforwarded_share']}")
    rib = verify.rib_routes(lab, family)
    kernel, default = verify.kernel_routes(lab, family)
    for prefix, hop in kernel.items():
        check(rib.get(prefix) == hop, f"{prefix} by {hop}, in the RIB {rib.get(prefix)}")
    by_default = sum(hop == default for hop in rib.values()) / len(rib)
    wait_until(lambda: lab.router(family)["correct_share"] > by_default + 0.1, 20,
               f"more is right than the {by_default:.2f} that the default route makes")


def next_hop_change(lab):
    """A better path by another peer for installed routes of both families."""
    moved = {}
    for family in FAMILIES:
        prefix, hop = next(iter(installed_by_others(lab, family).items()))
        other = next(name for name in OTHER_PEERS if name != hop)
        peer_of(lab, other).announce(prefix)
        moved[family] = prefix, other
    for _, other in moved.values():
        peer_of(lab, other).apply()
    for family, (prefix, other) in moved.items():
        wait_until(lambda f=family, p=prefix, o=other:
                   verify.kernel_routes(lab, f)[0].get(p) == o, 10,
                   f"{prefix} by {other} in the kernel")
    agree(lab)


def withdrawal(lab):
    """Installed routes that no peer has any more."""
    gone = {family: next(iter(installed_by_others(lab, family))) for family in FAMILIES}
    for peer in lab.peers:
        for prefix in gone.values():
            peer.withdraw(prefix)
        peer.apply()
    for family, prefix in gone.items():
        wait_until(lambda f=family, p=prefix: p not in verify.kernel_routes(lab, f)[0],
                   10, f"{prefix} leaves the kernel")
    agree(lab)


def new_more_specific(lab):
    """A part of an installed route moves to another peer."""
    parts = {}
    for family in FAMILIES:
        rib = verify.rib_routes(lab, family)
        prefix, hop, part = next(
            (prefix, hop, part) for prefix, hop in installed_by_others(lab, family).items()
            for part in parts_of(prefix) if part not in rib)
        other = next(name for name in OTHER_PEERS if name != hop)
        peer_of(lab, other).announce(part)
        parts[family] = part, hop, other
    for _, _, other in parts.values():
        peer_of(lab, other).apply()
    for family, (part, hop, other) in parts.items():
        wait_until(lambda f=family, p=part, o=other:
                   verify.rib_routes(lab, f).get(p) == o, 10, f"BIRD has {part}")
    agree(lab)
    for family, (part, hop, _) in parts.items():
        kernel, _ = verify.kernel_routes(lab, family)
        address = part.split("/", maxsplit=1)[0]
        covering, found = verify.Matcher(kernel).match(address)
        check(found != hop, f"{address} of {part} still by {found}, {covering}")


def parts_of(prefix):
    """The two halves of a prefix, if it has any that BIRD would take."""
    network = ipaddress.ip_network(prefix)
    if network.prefixlen >= network.max_prefixlen - 1:
        return []
    return [str(half) for half in network.subnets()]


def many_changes(lab):
    """A peer loses all its installed routes at once, and has them again."""
    lost = [prefix for family in FAMILIES
            for prefix, hop in installed_by_others(lab, family).items()
            if hop == OTHER_PEERS[0]]
    check(lost, f"no route by {OTHER_PEERS[0]} is installed")
    peer = peer_of(lab, OTHER_PEERS[0])
    for prefix in lost:
        peer.withdraw(prefix)
    peer.apply()
    for family in FAMILIES:
        wait_until(lambda f=family: not set(lost) & {
            prefix for prefix, hop in verify.kernel_routes(lab, f)[0].items()
            if hop == peer.name}, 10, f"none of its {family} routes in the kernel")
    agree(lab)
    restore(lab)
    agree(lab)


TESTS = (chain_ipv4, chain_ipv6, next_hop_change, withdrawal, new_more_specific,
         many_changes)
