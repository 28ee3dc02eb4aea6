"""The matrix' lab: an eBGP peer, a speaker that learns from it, armd, a speaker that
takes armd's choice; each in a namespace of its own on one bridge.

The speaker under test is one of the two, the other is BIRD 2.
"""

import dataclasses
import http.client
import os
import shutil
import tempfile

from lab.api import ask
from lab.process import Child, LabError, Namespace, run, signals_ignore, wait_until

from .bird import Bird
from .origin import Origin
from .speaker import (ARMD, ARMD_PORT, LOCAL_AS, OTHER, PASSWORD, PEER, PEER_AS, PLAIN,
                      ROOT, SECOND, SECOND_AS, SPEAKER, Host, Route)

NO_ADVERTISE = "65535:65282"
DEFAULTS = ("0.0.0.0/0", "::/0")
FIFTH, SIXTH, SEVENTH = Host(5), Host(6), Host(7)

# Nested routes by different next hops, none of them the default's; an AS number of four
# octets; and each attribute that armd has to pass on.
TABLE = (
    Route("0.0.0.0/0", SEVENTH.ipv4, (PEER_AS,)),
    Route("203.0.113.0/24", PEER.ipv4, (PEER_AS, 64500), 0, 100,
          frozenset({"65001:1", "65001:65535"}), frozenset({"4200000001:1:2"})),
    Route("203.0.113.64/26", FIFTH.ipv4, (PEER_AS, 4200000001, 64501)),
    Route("198.51.100.0/24", PEER.ipv4, (PEER_AS, 64500, 64500, 64502), 50),
    Route("198.51.100.128/25", SIXTH.ipv4, (PEER_AS, 64503), 4294967295),
    Route("192.0.2.1/32", FIFTH.ipv4, (PEER_AS, 64504)),
    Route("::/0", SEVENTH.ipv6, (PEER_AS,)),
    Route("2001:db8:1::/48", PEER.ipv6, (PEER_AS, 64500), 0, 100,
          frozenset({"65001:1", "65001:65535"}), frozenset({"4200000001:1:2"})),
    Route("2001:db8:1:1::/64", FIFTH.ipv6, (PEER_AS, 4200000001, 64501)),
    Route("2001:db8:2::/48", PEER.ipv6, (PEER_AS, 64500, 64500, 64502), 50),
    Route("2001:db8:2:8000::/49", SIXTH.ipv6, (PEER_AS, 64503), 4294967295),
    Route("2001:db8::1/128", FIFTH.ipv6, (PEER_AS, 64504)),
)

# The same from another peer, as good: for two of the routes there are two paths.
SECOND_TABLE = (
    Route("203.0.113.0/24", SECOND.ipv4, (SECOND_AS, 64500)),
    Route("2001:db8:1::/48", SECOND.ipv6, (SECOND_AS, 64500)),
)

# IPv4 routes by IPv6 next hops.
TABLE_BY_IPV6 = (
    Route("0.0.0.0/0", SEVENTH.ipv6, (PEER_AS,)),
    Route("203.0.113.0/24", PEER.ipv6, (PEER_AS, 64500)),
    Route("203.0.113.64/26", FIFTH.ipv6, (PEER_AS, 64501)),
    Route("198.51.100.128/25", SIXTH.ipv6, (PEER_AS, 64503), 7),
)

ARMD_CONF = """\
log {{ level = info }}
http {{ listen = {{}}; socket = "{socket}" }}
sflow {{ listen = {{ "127.0.0.1:6343" }} }}
state {{ directory = "{state}" }}
router "leaf1" {{
	as = {local}
	router-id = {id}
{sessions}
	sflow {{ agents = {{ 10.0.0.136 }} }}
	ipv4 {{ capacity = 100 }}
	ipv6 {{ capacity = 100 }}
}}
"""


GUARDS = {"ipv4": f"; password = {PASSWORD}", "ipv6": "; ttl-security = 1"}


def sessions_conf(source, setting):
    """armd's sessions; the target is one that waits for armd, so the other way is used
    where the source can."""
    text = ""
    how = "connect = yes" if source.waits_for_armd else f"port = {ARMD_PORT}"
    for family in setting.families:
        rib, target, local = (setting.address(host, family)
                              for host in (SPEAKER, OTHER, ARMD))
        common = f"local = {local}; families = {family}"
        common += GUARDS[family] if setting.guarded else ""
        text += (f'\trib "to_arm{family[-1]}" {{ neighbor = {rib}; {common}; {how} }}\n'
                 f'\ttarget "from_arm{family[-1]}" {{ neighbor = {target}; {common};'
                 " connect = yes }\n")
    return text


class Wire:
    """Use it in a `with`."""

    def __init__(self, subject, role, setting=PLAIN):
        self.role = role
        self.setting = setting
        self.table = TABLE_BY_IPV6 if setting.by_ipv6 else TABLE
        self.kinds = {"rib": Bird, "target": Bird, role: subject}
        self.directory = ""
        self.switch = Namespace()  # where armd runs
        self.namespaces = {host: Namespace() for host in (PEER, SECOND, SPEAKER, OTHER)}
        self.origins = []
        self.source = self.target = self.armd = self.traffic = None

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="armd-matrix-")
        os.chmod(self.directory, 0o755)
        return self

    def __exit__(self, *_):
        try:
            signals_ignore()
        except KeyboardInterrupt:
            pass
        for running in (self.traffic, self.armd, self.target, self.source, *self.origins):
            if running:
                running.stop()
        for namespace in (self.switch, *self.namespaces.values()):
            namespace.delete()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def subject(self):
        return self.source if self.role == "rib" else self.target

    def path(self, name):
        return os.path.join(self.directory, name)

    # -- set up --------------------------------------------------------------------

    def make_network(self):
        self.switch.create()
        self.switch.ip("link", "add", "wire", "type", "bridge")
        self.connect(self.switch, "wire", ARMD)
        for host, namespace in self.namespaces.items():
            namespace.create()
            name = f"host{host.number}"
            run("ip", "link", "add", name, "netns", self.switch.pid, "type", "veth",
                "peer", "name", "eth0", "netns", namespace.pid)
            self.switch.ip("link", "set", name, "master", "wire", "up")
            self.connect(namespace, "eth0", host)

    @staticmethod
    def connect(namespace, interface, host):
        namespace.ip("link", "set", interface, "addrgenmode", "none")
        namespace.ip("link", "set", interface, "up")
        for address in (f"{host.ipv4}/24", f"{host.ipv6}/64", f"{host.link_local}/64"):
            namespace.ip("address", "add", address, "dev", interface, "nodad")

    def start(self):
        self.make_network()
        self.source = self.kinds["rib"]("rib", SPEAKER, self.namespaces[SPEAKER],
                                        self.directory, self.setting)
        self.target = self.kinds["target"]("target", OTHER, self.namespaces[OTHER],
                                           self.directory, self.setting)
        for (host, asn), table in zip(self.setting.peers, (self.table, SECOND_TABLE)):
            origin = Origin(host, asn, self.setting, self.namespaces[host],
                            self.directory)
            self.origins.append(origin)
            origin.start(table)
        self.start_armd()
        self.target.start()
        self.source.start()
        if self.source.own_routes:
            self.source.announce((*self.table, *SECOND_TABLE) if self.setting.all_paths
                                 else self.table)
        self.start_traffic()

    def start_armd(self):
        with open(self.path("armd.conf"), "w", encoding="ascii") as conf:
            conf.write(ARMD_CONF.format(socket=self.path("armd.sock"),
                                        state=self.directory, local=LOCAL_AS,
                                        id=ARMD.ipv4,
                                        sessions=sessions_conf(self.source,
                                                               self.setting)))
        self.armd = Child("armd", self.switch,
                          [os.path.join(ROOT, "build", "armd"), "-c",
                           self.path("armd.conf")], self.directory)
        wait_until(self.armd_answers, 10, "armd answers")

    def start_traffic(self):
        """To each route of the table, so that armd chooses them all."""
        with open(self.path("prefixes"), "w", encoding="ascii") as out:
            out.writelines(f"{route.prefix}\n" for route in self.table
                           if route.prefix not in DEFAULTS)
        self.traffic = Child("sflowgen", self.switch,
                             [os.path.join(ROOT, "build", "sflowgen"), "--prefixes",
                              self.path("prefixes"), "--to", "127.0.0.1:6343",
                              "--rate", "500"], self.directory)

    def announce(self, table):
        """From now on the peer has these routes and no others."""
        self.table = table
        if self.source.own_routes:
            self.source.announce(table)
        else:
            self.origins[0].announce(table)

    def log_tails(self):
        """The ends of the logs of what did come to run."""
        armd = f"armd: {self.armd.log_tail(12)}\n" if self.armd else ""
        return armd + (self.subject.log_tail() if self.subject else "")

    # -- ask -----------------------------------------------------------------------

    def api(self, path):
        return ask(self.path("armd.sock"), path)

    def armd_answers(self):
        self.armd.must_run()
        try:
            return self.api("/api/v1/status")
        except (OSError, http.client.HTTPException):
            return None

    def router(self):
        return self.api("/api/v1/status")["routers"][0]

    def sessions(self, role):
        """armd's session of each family in that role."""
        return {session["families"][0]: session for session in self.router()["sessions"]
                if session["role"] == role}

    def learned(self, family):
        """What armd has learned, as a dictionary of Route by prefix."""
        answer = self.api(f"/api/v1/routers/leaf1/routes?family={family}")
        return {shown["prefix"]: Route(
            shown["prefix"], shown["nexthop"],
            tuple(int(asn) for asn in shown["aspath"].split("-")),
            shown["med"], shown["localpref"], frozenset(shown["communities"].split()),
            frozenset(shown["largecommunities"].split()))
                for shown in answer["routes"]}

    def learned_next_hops(self, family):
        """The next hops of each route that armd has learned, as a set by prefix."""
        answer = self.api(f"/api/v1/routers/leaf1/routes?family={family}")
        return {shown["prefix"]: set(shown.get("nexthops", [shown["nexthop"]]))
                for shown in answer["routes"]}

    # -- expect --------------------------------------------------------------------

    def expected(self, family):
        return {route.prefix: route for route in self.table if route.family == family}

    def expected_at_target(self, family):
        """All but the default, which is not armd's to announce, and not to be passed on."""
        return {prefix: dataclasses.replace(
            route, communities=route.communities | {NO_ADVERTISE})
                for prefix, route in self.expected(family).items()
                if prefix not in DEFAULTS}

    def agree(self, family, seconds=6):
        """Waits until armd and the target have the table, in every attribute."""
        for who, ask, expected in (
                ("armd", self.learned, self.expected(family)),
                (self.target.name, self.target.routes, self.expected_at_target(family))):
            last = [None]

            def equal(ask=ask, expected=expected, last=last):
                self.armd.must_run()
                last[0] = difference(ask(family), expected)
                return last[0] is None

            try:
                wait_until(equal, seconds, f"{who} has the table")
            except LabError as error:
                raise LabError(f"{error}: {last[0]}") from error


def difference(found, expected):
    """The first thing in which two tables differ, or None."""
    for prefix in sorted(found.keys() | expected.keys()):
        if found.get(prefix) != expected.get(prefix):
            return f"{found.get(prefix)} instead of {expected.get(prefix)}"
    return None
