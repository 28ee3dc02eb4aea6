"""Several equal paths to a prefix, and next hops of the other family."""

import ipaddress
import re
import signal

from lab.topology import BRIDGE
from harness import (FAMILIES, OTHER_PEERS, agree, check, peer_of, ready, restore, verify,
                     wait_until)

BOTH = "+".join(OTHER_PEERS)
# a second session over IPv6, for IPv4 routes
LEAF_ADDRESS, PEER_ADDRESS = "fc00:136::4:1", "fc00:136::4:2"


def in_kernel(lab, family, prefix):
    """The peers that a prefix leads to, or None."""
    return verify.kernel_routes(lab, family)[0].get(prefix)


def wait_kernel(lab, family, prefix, peers):
    wait_until(lambda: in_kernel(lab, family, prefix) == peers, 10,
               f"{prefix} by {peers} in the kernel")


def busiest_of(lab, family, peer):
    """The installed route with most traffic that leads to a peer alone: it will stay."""
    routes = lab.api(f"/api/v1/routers/leaf1/routes?installed=true&family={family}")["routes"]
    return max((route for route in routes
                if "nexthops" not in route and lab.hop(route["nexthop"]) == peer),
               key=lambda route: route["bytes_per_second"])["prefix"]


def equal_paths(lab):
    """Two peers announce alike: the kernel uses both, then the one that is left."""
    one, other = (peer_of(lab, name) for name in OTHER_PEERS)
    chosen = {family: busiest_of(lab, family, one.name) for family in FAMILIES}
    for peer in (one, other):
        for prefix in chosen.values():
            peer.announce(prefix)
        peer.apply()
    for family, prefix in chosen.items():
        wait_kernel(lab, family, prefix, BOTH)
        route = next(route for route in lab.api(
            f"/api/v1/routers/leaf1/routes?installed=true&family={family}")["routes"]
            if route["prefix"] == prefix)
        check(len(route["nexthops"]) == len(route["paths"]) == 2, f"armd says {route}")
    agree(lab)
    for prefix in chosen.values():
        other.withdraw(prefix)
    other.apply()
    for family, prefix in chosen.items():
        wait_kernel(lab, family, prefix, one.name)
    agree(lab)
    restore(lab)
    agree(lab)


def link_local_next_hops(lab):
    """Next hops of 32 bytes come through: BIRD takes the link-local address in them."""
    routes = verify.kernel_gateways(lab, "ipv6")
    del routes["::/0"]  # not by armd
    for prefix, hops in routes.items():
        check(all(ipaddress.ip_address(hop).is_link_local for hop in hops),
              f"{prefix} by {hops}")
    check(any(len(hops) > 1 for hops in routes.values()), "no route by several next hops")


def without_add_path(text, *roles):
    """A configuration whose sessions of these roles do not offer ADD-PATH."""
    text = re.sub(r"add-path = yes.*", "", text)
    for role in roles:
        text = re.sub(rf'({role} "\w+" \{{)', r"\1\nadd-path = no", text)
    return text


def reload(lab, text):
    lab.write_armd_conf(text)
    lab.armd.send(signal.SIGHUP)
    wait_until(lambda: not lab.all_established(), 10, "sessions begin anew", interval=0.02)


def one_path_only(lab):
    """Without ADD-PATH the kernel has what is BIRD's own best path."""
    reload(lab, without_add_path(lab.armd_conf(), "rib", "target"))
    lab.multipath = False
    try:
        ready(lab)
        check(not any("+" in peers for family in FAMILIES
                      for peers in verify.kernel_routes(lab, family)[0].values()),
              "there is a multipath route")
    finally:
        lab.multipath = True
        reload(lab, lab.armd_conf())


def one_of_the_best(lab, family):
    wait_until(lambda: lab.router(family)["installed"] > 0
               and not verify.differences(lab, family), 15, f"armd's {family} in the kernel")
    rib = verify.rib_routes(lab, family)
    for prefix, peer in verify.kernel_routes(lab, family)[0].items():
        check(peer in rib[prefix].split("+"), f"{prefix} by {peer}, not {rib[prefix]}")


def target_without_add_path(lab):
    """Where only the target takes one path, it is one of the best ones."""
    reload(lab, without_add_path(lab.armd_conf(), "target"))
    try:
        wait_until(lab.all_established, 20, "all sessions are established")
        for family in FAMILIES:
            one_of_the_best(lab, family)
    finally:
        reload(lab, lab.armd_conf())


def extended(text, *protocols):
    """BIRD's configuration with RFC 8950 in these protocols, and to a third peer."""
    for protocol in protocols:
        text = re.sub(rf"(protocol bgp {protocol} .*?igp table igp4;)",
                      r"\1 igp table igp6; extended next hop on;", text, flags=re.DOTALL)
    peer = OTHER_PEERS[1].removeprefix("peer")
    return text + (f"protocol bgp peer_by_ipv6 {{ local {LEAF_ADDRESS} as 65136;\n"
                   f"  neighbor {PEER_ADDRESS} as {peer};\n"
                   "  ipv4 { table peers4; igp table igp4; igp table igp6;"
                   " extended next hop on; import all; export none; }; }\n")


def announce_by_ipv6(peer, prefix):
    """Has a peer announce an IPv4 prefix by its IPv6 address."""
    peer.extra = ("ipv4 table parts;\n"
                  "protocol static table_parts { ipv4 { table parts; };"
                  f" route {prefix} blackhole; }}\n"
                  f"protocol bgp by_ipv6 {{ local {PEER_ADDRESS} as {peer.asn};\n"
                  f"  neighbor {LEAF_ADDRESS} as 65136; connect delay time 1;\n"
                  "  ipv4 { table parts; extended next hop on; import none; export all; };"
                  " }\n")
    peer.apply()


def ipv4_by_ipv6(lab):
    """RFC 8950: an IPv4 route by an IPv6 next hop, in and out."""
    prefix = busiest_of(lab, "ipv4", OTHER_PEERS[0])
    peer = peer_of(lab, OTHER_PEERS[1])
    lab.switch.ip("address", "add", f"{LEAF_ADDRESS}/64", "dev", BRIDGE, "nodad")
    peer.namespace.ip("address", "add", f"{PEER_ADDRESS}/64", "dev", "eth0", "nodad")
    peer.addresses.add(PEER_ADDRESS)
    lab.reconfigure_bird(extended(lab.bird_conf(), "to_arm4", "from_arm4"))
    try:
        announce_by_ipv6(peer, prefix)
        wait_kernel(lab, "ipv4", prefix, peer.name)
        hops = verify.kernel_gateways(lab, "ipv4")[prefix]
        check(":" in hops[0], f"{prefix} by {hops}")
        ready(lab)
        # a target that cannot take it is not sent it
        lab.reconfigure_bird(extended(lab.bird_conf(), "to_arm4"))
        wait_until(lambda: not in_kernel(lab, "ipv4", prefix), 20,
                   f"{prefix} leaves the kernel")
        ready(lab)
        check(not in_kernel(lab, "ipv4", prefix), f"{prefix} is in the kernel")
    finally:
        lab.reconfigure_bird(lab.bird_conf())


TESTS = (equal_paths, link_local_next_hops, one_path_only, target_without_add_path,
         ipv4_by_ipv6)
