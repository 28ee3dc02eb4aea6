"""The eBGP peers of the lab: who announces what, by which path, as BIRD 2 configuration.

Prefixes of one neighborhood mostly have one origin AS, an origin is heard from most of
the peers, and the shortest AS path wins: so best paths spread over the peers, in blocks
with more-specifics that differ, as on the Internet. Same prefixes, same announcements.
"""

import os
import zlib

from .process import Child, run, wait_until

PEERS = 3
LEAF_AS = 65136
LEAF4, LEAF6 = "10.0.0.136", "fc00:136::1"


def is_ipv6(prefix):
    return ":" in prefix


def number(*parts):
    """A number that depends on nothing but `parts`."""
    return zlib.crc32("/".join(str(part) for part in parts).encode())


def origin_of(prefix):
    """The AS that `prefix` comes from."""
    separator, groups = (":", 2) if is_ipv6(prefix) else (".", 2)
    block = separator.join(prefix.split(separator)[:groups])
    if number("own", prefix) % 100 < 30:
        block = prefix
    return 1000 + number("origin", block) % 20000


def path_of(peer_as, home, origin):
    """The ASes behind `peer_as` on the way to `origin`, or None if it has no way.

    `home` says whether this peer is the one from which the origin is always heard.
    """
    if not home and number("heard", origin, peer_as) % 100 < 20:
        return None
    hops = number("hops", origin, peer_as) % 3 + (0 if home else 1)
    return [30000 + number("transit", origin, peer_as, hop) % 300
            for hop in range(hops)] + [origin]


def static_route(prefix, path):
    # Each prepend puts an AS before those that are there: the origin comes first.
    prepends = " ".join(f"bgp_path.prepend({asn});" for asn in reversed(path))
    return f"route {prefix} blackhole {{ {prepends} }};\n"


class Peer:
    """One BIRD in a namespace of its own that announces a table to the leaf."""

    def __init__(self, rank, asn, address4, address6, namespace):
        self.rank = rank
        self.asn = asn
        self.address4, self.address6 = address4, address6
        self.link_local = f"fe80::{asn - 65000}"
        self.addresses = {address4, address6, self.link_local}
        self.namespace = namespace
        self.directory = ""
        self.child = None
        self.announced = {}
        self.extra = ""  # more configuration
        self.withdrawn = set()

    @property
    def name(self):
        return f"peer{self.asn}"

    @property
    def control(self):
        return os.path.join(self.directory, self.name + ".ctl")

    def write(self, directory, prefixes, default):
        """Writes its configuration, with the default routes if `default`."""
        self.directory = directory
        routes = {False: [], True: []}
        for prefix in prefixes:
            origin = origin_of(prefix)
            path = path_of(self.asn, number("home", origin) % PEERS == self.rank, origin)
            if path is not None:
                routes[is_ipv6(prefix)].append(static_route(prefix, path))
        if default:
            routes[False].append("route 0.0.0.0/0 blackhole;\n")
            routes[True].append("route ::/0 blackhole;\n")
        self._write_changes()
        lines = ['log stderr { warning, error, fatal, bug };\n',
                 f"router id {self.address4};\nprotocol device {{ }}\n",
                 f'include "{self.directory}/{self.name}.changes";\n']
        for family, leaf in ((4, LEAF4), (6, LEAF6)):
            lines += [f"protocol static table{family} {{ ipv{family};\n",
                      *routes[family == 6], "}\n",
                      f"protocol bgp leaf{family} {{ local as {self.asn};\n"
                      f"  neighbor {leaf} as {LEAF_AS};\n"
                      "  connect retry time 1; connect delay time 1;"
                      " error wait time 1, 2;\n"
                      f"  ipv{family} {{ import none;"
                      f" export where !(net ~ WITHDRAWN{family}); }};\n}}\n"]
        with open(f"{directory}/{self.name}.conf", "w", encoding="ascii") as conf:
            conf.writelines(lines)

    def start(self):
        self.child = Child(self.name, self.namespace,
                           ["bird", "-f", "-c", f"{self.directory}/{self.name}.conf",
                            "-s", self.control, "-P", f"{self.directory}/{self.name}.bird"],
                           self.directory)

    def birdc(self, *words):
        return run("birdc", "-s", self.control, *words)

    def announce(self, prefix, path=()):
        """From now on announces `prefix` by `path`, whatever the table says."""
        self.announced[prefix] = path
        self.withdrawn.discard(prefix)

    def withdraw(self, prefix):
        """From now on does not announce `prefix`."""
        self.announced.pop(prefix, None)
        self.withdrawn.add(prefix)

    def restore(self):
        """From now on announces the table, nothing more and nothing less."""
        self.announced.clear()
        self.extra = ""
        self.withdrawn.clear()

    def apply(self):
        """Makes BIRD see announce(), withdraw() and restore()."""
        self._write_changes()
        wait_until(lambda: "Reconfigured" in self.birdc("configure")
                   or "Reconfiguration in progress" in self.birdc("show", "status"),
                   10, f"{self.name} takes its new configuration")

    def _write_changes(self):
        lines = []
        for family in (4, 6):
            nothing = "0.0.0.0/32" if family == 4 else "::/128"
            gone = [prefix for prefix in self.withdrawn if is_ipv6(prefix) == (family == 6)]
            lines += [f"define WITHDRAWN{family} = [ {', '.join(gone or [nothing])} ];\n",
                      f"protocol static changes{family} {{"
                      f" ipv{family} {{ preference 300; }};\n"]
            lines += [static_route(prefix, path) for prefix, path in self.announced.items()
                      if is_ipv6(prefix) == (family == 6)]
            lines.append("}\n")
        lines.append(self.extra)
        with open(f"{self.directory}/{self.name}.changes", "w", encoding="ascii") as conf:
            conf.writelines(lines)
