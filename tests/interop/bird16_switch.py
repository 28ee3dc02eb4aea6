"""A switch with BIRD 1.6: conf/bird/bird16.conf for bird, and what it says of bird6."""

import os
import re

import changes
from harness import CAPACITY4, CAPACITY6, FAMILIES, IPV4, IPV6, wait_until
from lab.peers import LEAF4, LEAF6
from lab.process import Child, run
from lab.topology import Lab, ROOT
from speakers.bird import Bird16
from speakers.speaker import unpacked

ROUTE = re.compile(r"^(\S+/\d+)\s+via (\S+) on ")
NAMES = {"ipv4": "bird", "ipv6": "bird6"}
# What bird16.conf says to change in it for bird6.
FOR_BIRD6 = ((LEAF4, LEAF6), ("127.0.0.1", "::1"), ("0.0.0.0/0", "::/0"),
             ("10.0.0.134", "fc00:136::2"))


def configuration(family, peers):
    with open(os.path.join(ROOT, "conf", "bird", "bird16.conf"), encoding="ascii") as conf:
        text = conf.read().replace("log syslog all;", "log stderr all;")
    if family == "ipv6":
        router_id = f"router id {LEAF4};"
        before, after = text.split(router_id)
        for old, new in FOR_BIRD6:
            after = after.replace(old, new)
        text = before + router_id + after
    for peer in peers[1:]:
        address = peer.address4 if family == "ipv4" else peer.address6
        text += (f"protocol bgp peer_{peer.asn} from tpeer {{"
                 f" neighbor {address} as {peer.asn}; }}\n")
    return text


class Bird16Lab(Lab):
    """The lab with BIRD 1.6, a daemon for each family, in the place of BIRD 2."""

    def armd_conf(self):
        # rib_routes() asks for BIRD's one best path
        text = super().armd_conf().replace("add-path = yes", "")
        return re.sub(r'((rib|target) "\w+" \{)', r"\1\nadd-path = no", text)

    def start_bird(self, *options):
        for family, name in NAMES.items():
            with open(self.path(f"{name}.conf"), "w", encoding="ascii") as conf:
                conf.write(configuration(family, self.peers))
            self.bird = Child(name, self.switch,
                              [unpacked("usr", "sbin", name), "-f", "-c",
                               self.path(f"{name}.conf"), "-s", self.path(f"{name}.ctl"),
                               "-P", self.path(f"{name}.bird"), *options], self.directory)
            self.children.append(self.bird)
            wait_until(lambda f=family: "Daemon is up" in self.ask(f, "show", "status"), 10,
                       f"{name} answers")

    def ask(self, family, *words):
        client = {"ipv4": "birdc", "ipv6": "birdc6"}[family]
        return run(unpacked("usr", "sbin", client), "-s",
                   self.path(f"{NAMES[family]}.ctl"), *words, check=False)

    def rib_sizes(self):
        return {family: int(re.search(
            r"for (\d+) networks",
            self.ask(family, "show", "route", "table", "peers", "count"))[1])
                for family in FAMILIES}

    def rib_routes(self, family):
        lines = self.ask(family, "show", "route", "table", "peers", "primary").splitlines()
        found = (ROUTE.match(line) for line in lines)
        return {route[1]: self.hop(route[2]) for route in found if route}


TESTS = changes.TESTS


def obstacle():
    return Bird16.missing()


def start():
    """A lab that has not started anything yet; for `with`."""
    return Bird16Lab(IPV4, IPV6, CAPACITY4, CAPACITY6)
