"""What armd says, BIRD knows and the kernel does, held against each other.

Nothing here trusts armd: routes come from the kernel and from the full table itself.
"""

import ipaddress
import json
import re
import struct

ROUTE_LINE = re.compile(r"^([0-9a-f:.]+/\d+)?\s+\w+ \[")
# "BGP.as_path: 64500", with BIRD 3 "bgp_path: 64500".
ATTRIBUTE_LINE = re.compile(r"^\s+(?:BGP\.(?:as_)?|bgp_)(\w+): (.*)$")
VIA_LINE = re.compile(r"^\s+via (\S+) on ")
DEFAULTS = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}


def gateway(hop):
    """Where a next hop of the kernel leads; that of an IPv4 route may be IPv6."""
    return hop.get("gateway") or hop.get("via", hop).get("host") or hop.get("type", "none")


def kernel_gateways(lab, family):
    """What the routing daemon has put into the kernel: next hops, as it has them, by prefix."""
    listed = json.loads(lab.switch.ip("-j", "-4" if family == "ipv4" else "-6",
                                      "route", "show", "proto", lab.kernel_protocol) or "[]")
    routes = {}
    for route in listed:
        prefix = route["dst"]
        if prefix == "default":
            prefix = DEFAULTS[family]
        elif "/" not in prefix:
            prefix += "/32" if family == "ipv4" else "/128"
        routes[prefix] = [gateway(hop) for hop in route.get("nexthops", [route])]
    return routes


def kernel_routes(lab, family):
    """The same with the peers that these are, and the default's apart."""
    routes = {prefix: lab.hops(gateways)
              for prefix, gateways in kernel_gateways(lab, family).items()}
    default = routes.pop(DEFAULTS[family], None)
    return routes, default


def rank(path):
    """Paths with the lowest rank are equally good; the peers send nothing else."""
    return (-int(path["local_pref"]), len(path["path"].split()),
            ("IGP", "EGP", "Incomplete").index(path["origin"]))


def rib_routes(lab, family):
    """The full table's best routes: next hop by prefix, the default included."""
    return lab.rib_routes(family)


def bird_routes(lab, family):
    """BIRD's best routes from its peers: next hops by prefix, the default included.

    Of equally good paths all, or if armd forwards over one, BIRD's own best: the first.
    """
    found = {}
    table = "peers4" if family == "ipv4" else "peers6"
    for line in lab.birdc("show", "route", "table", table, "all").splitlines():
        route, via, attribute = (pattern.match(line)
                                 for pattern in (ROUTE_LINE, VIA_LINE, ATTRIBUTE_LINE))
        if route:
            paths = found.setdefault(route[1], []) if route[1] else paths
            paths.append({})
        elif via:
            paths[-1]["hop"] = via[1]
        elif attribute:
            paths[-1][attribute[1]] = attribute[2]
    return {prefix: lab.hops(path["hop"] for path in (paths if lab.multipath else paths[:1])
                             if rank(path) == min(map(rank, paths)))
            for prefix, paths in found.items()}


class Matcher:
    """The longest match in the routes of one family."""

    def __init__(self, routes):
        self.by_length = {}
        for text, hop in routes.items():
            network = ipaddress.ip_network(text)
            length = network.prefixlen
            top = int(network.network_address) >> (network.max_prefixlen - length)
            self.by_length.setdefault(length, {})[top] = text, hop
        self.lengths = sorted(self.by_length, reverse=True)

    def match(self, address):
        """(prefix, next hop) of what covers the address, or (None, None)."""
        parsed = ipaddress.ip_address(address)
        for length in self.lengths:
            top = int(parsed) >> (parsed.max_prefixlen - length)
            if top in self.by_length[length]:
                return self.by_length[length][top]
        return None, None


def unsafe_routes(rib, kernel):
    """Where the kernel's routes send traffic elsewhere than the RIB would.

    Takes all prefixes of both tables as one tree. What a prefix has of addresses of its
    own, outside those below it, meets one route of each table: the nearest at or
    above it. Addresses that only the kernel's default carries are not compared.
    """
    nodes = []
    for text in rib.keys() | kernel.keys():
        network = ipaddress.ip_network(text)
        nodes.append((int(network.network_address), -network.num_addresses, text))
    wrong = []
    above = []  # [end, size left, text, route of the RIB, route of the kernel]

    def leave():
        _, left, text, best, installed = above.pop()
        if left and installed and kernel[installed] != rib.get(best):
            wrong.append(f"{text}: {installed} leads to {kernel[installed]},"
                         f" {best} to {rib.get(best)}")

    for start, negative_size, text in sorted(nodes):
        while above and above[-1][0] <= start:
            leave()
        best = installed = None
        if above:
            above[-1][1] += negative_size
            best, installed = above[-1][3:]
        above.append([start - negative_size, -negative_size, text,
                      text if text in rib else best,
                      text if text in kernel else installed])
    while above:
        leave()
    return wrong


def differences(lab, family):
    """Between armd's installed set and the kernel's routes; empty when they agree."""
    installed = lab.installed(family)
    kernel, _ = kernel_routes(lab, family)
    found = [f"{prefix} not in the kernel" for prefix in installed.keys() - kernel.keys()]
    found += [f"{prefix} only in the kernel" for prefix in kernel.keys() - installed.keys()]
    found += [f"{prefix} by {kernel[prefix]}, not {hop}" for prefix, hop in installed.items()
              if kernel.get(prefix, hop) != hop]
    return found


def samples(path):
    """(seconds, destination, frame length) of each sample in a capture by sflowgen."""
    with open(path, "rb") as capture:
        data = capture.read()
    start = None
    at = 24
    while at < len(data):
        seconds, micros, length, _ = struct.unpack_from(">4I", data, at)
        at += 16
        now = seconds + micros / 1e6
        start = now if start is None else start
        words = data[at + 28:at + length]
        at += length
        count, = struct.unpack_from(">I", words, 24)
        sample = 28
        for _ in range(count):
            size, = struct.unpack_from(">I", words, sample + 4)
            # compact sample: eight words, then the raw header record
            frame, = struct.unpack_from(">I", words, sample + 8 + 32 + 12)
            header = words[sample + 8 + 32 + 24:]
            if header[12:14] == b"\x08\x00":
                address = str(ipaddress.IPv4Address(header[30:34]))
            else:
                address = str(ipaddress.IPv6Address(header[38:54]))
            yield now - start, address, frame
            sample += 8 + size
