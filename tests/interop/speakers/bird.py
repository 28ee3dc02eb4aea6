"""BIRD 2 and BIRD 1.6, which has a daemon for each family."""

import re

from lab.process import wait_until

from .speaker import (ARMD_PORT, FAMILIES, LOCAL_AS, PASSWORD, WITH_ITS_USR, Route,
                      Speaker, unpacked)

# "BGP.as_path: 64500" and "BGP.med: 7"; with BIRD 3 "bgp_path: 64500" and "bgp_med: 7".
ATTRIBUTE = re.compile(r"\t(?:BGP\.(?:as_)?|bgp_)(\w+): (.*)")
ROUTE = re.compile(r"(\S+/\d+)? .*\[\w+ \d\d:\d\d:\d\d")
PAIR = re.compile(r"\((\d+), ?(\d+)\)")
TRIPLE = re.compile(r"\((\d+), ?(\d+), ?(\d+)\)")

COMMON = """\
log stderr all;
router id {id};
graceful restart wait 10;
protocol device {{ }}
"""
PEER_SESSION = """\
protocol bgp peer{n}_{peer_as} {{
	local as {local};
	neighbor {peer} as {peer_as};
	connect retry time 1; connect delay time 1; error wait time 1, 2;
	{channel}{hops}import all; export none;{end}
}}
"""
# {table} is what names the table in which next hops are looked up.
SESSIONS = {
    "rib": """\
protocol bgp to_arm{n} {{
	local as {local};
	neighbor {armd} port {port} as {local};
	rr client;
	interpret communities off;
	connect retry time 1; connect delay time 1; error wait time 1, 2;
	enable extended messages on;
{guard}	{channel}{table}{hops}import none; export all;{paths}{end}
}}
""",
    "target": """\
protocol bgp from_arm{n} {{
	local as {local};
	neighbor {armd} as {local};
	passive on;
	graceful restart on;
	long lived graceful restart on;
	enable extended messages on;
{guard}	{channel}{table}{hops}import all; export none;{paths}{end}
}}
"""}
GUARDS = {"ipv4": f'\tpassword "{PASSWORD}";\n', "ipv6": "\tttl security on;\n"}
PATHS = {"rib": " add paths tx;", "target": " add paths rx;"}


def parse(text):
    """`show route all`: BGP's attributes of each path by their names, by prefix."""
    found = {}
    attributes = {}
    prefix = None
    for line in text.splitlines():
        attribute = ATTRIBUTE.match(line)
        if ROUTE.match(line):
            prefix = line.split()[0] if line[0] != " " else prefix
            attributes = {}
            found.setdefault(prefix, []).append(attributes)
        elif attribute:
            attributes[attribute[1]] = attribute[2].strip()
    return found


def numbers(pattern, text):
    return frozenset(":".join(found) for found in pattern.findall(text))


class Bird(Speaker):
    """BIRD 2 as installed: one daemon."""

    name = "BIRD 2"
    before = ()
    reload = ("reload", "in")

    @classmethod
    def program(cls):
        return "/usr/sbin/bird"

    @classmethod
    def client(cls):
        return f"{cls.program()}c"

    def configuration(self, families):
        text = COMMON.format(id=self.host.ipv4)
        text += ("ipv4 table igp4;\nipv6 table igp6;\n"
                 "protocol direct { ipv4 { table igp4; }; ipv6 { table igp6; }; }\n")
        for family in families:
            number = family[-1]
            text += self.session(family, channel=f"{family} {{ ", end=" };",
                                 table=f"igp table igp{number}; ")
        return text

    def session(self, family, **words):
        setting = self.setting
        words |= {"n": family[-1], "local": LOCAL_AS,
                  "hops": "igp table igp6; extended next hop on; " if setting.by_ipv6
                  else ""}
        peers = (PEER_SESSION.format(peer=setting.address(peer, family), peer_as=asn,
                                     **words)
                 for peer, asn in setting.peers) if self.role == "rib" else ()
        return "".join(peers) + SESSIONS[self.role].format(
            armd=self.armd(family), port=ARMD_PORT,
            guard=GUARDS[family] if setting.guarded else "",
            paths=PATHS[self.role] if setting.all_paths else "", **words)

    def spawn_bird(self, name, program, families):
        self.write(f"{name}.conf", self.configuration(families))
        self.spawn(name, program, "-f", "-c", self.path(f"{name}.conf"),
                   "-s", self.path(f"{name}.ctl"), "-P", self.path(f"{name}.bird"))

    def start(self):
        self.spawn_bird("bird", self.program(), self.setting.families)
        wait_until(lambda: self.answers("ipv4"), 10, "BIRD answers")

    def answers(self, family):
        self.must_run()
        return "Daemon is up" in self.birdc(family, "show", "status", check=False)

    def birdc(self, _family, *words, check=True):
        return self.run(self.client(), "-s", self.path("bird.ctl"), *words, check=check)

    def shown(self, family):
        return parse(self.birdc(family, "show", "route", "all", "protocol",
                                f"from_arm{family[-1]}"))

    def routes(self, family):
        return {prefix: Route(
            prefix, shown["next_hop"].split()[0],
            tuple(int(asn) for asn in shown["path"].split()),
            int(shown.get("med", 0)), int(shown["local_pref"]),
            numbers(PAIR, shown.get("community", "")),
            numbers(TRIPLE, shown.get("large_community", "")))
                for prefix, (shown, *_) in self.shown(family).items()}

    def next_hops(self, family):
        return {prefix: {shown["next_hop"].split()[0] for shown in paths}
                for prefix, paths in self.shown(family).items()}

    def link_locals(self):
        hops = {prefix: shown["next_hop"].split()
                for prefix, (shown, *_) in self.shown("ipv6").items()}
        return {prefix: hop[1] for prefix, hop in hops.items() if len(hop) > 1}

    def is_up(self, family):
        return "Established" in self.birdc(family, "show", "protocols",
                                           f"from_arm{family[-1]}")

    def ask_refresh(self, family):
        self.birdc(family, *self.reload, f"from_arm{family[-1]}")


class SuiteBird(Bird):
    """BIRD 2 of another release of Debian."""

    before = WITH_ITS_USR

    @classmethod
    def program(cls):
        return unpacked("usr", "sbin", "bird")


class Bird3(SuiteBird):
    """BIRD 3."""

    name = "BIRD 3"
    reload = ("reload", "bgp", "in")

    @classmethod
    def program(cls):
        return unpacked("bird3", "usr", "sbin", "bird")


ONE_FAMILY = "each of its daemons knows addresses of its own family alone"


class Bird16(Bird):
    """BIRD 1.6: bird and bird6."""

    name = "BIRD 1.6"
    lacks = {("rib", "link-local"): "sends it to direct neighbors alone",
             ("rib", "RFC 8950"): ONE_FAMILY, ("target", "RFC 8950"): ONE_FAMILY}

    @classmethod
    def program(cls):
        return unpacked("usr", "sbin", "bird")

    def configuration(self, families):
        text = COMMON.format(id=self.host.ipv4)
        text += "table igp46;\nprotocol direct { table igp46; }\n"
        for family in families:
            text += self.session(family, channel="", end="", table="igp table igp46; ")
        return text

    def start(self):
        for family in self.setting.families:
            name = "bird" if family == "ipv4" else "bird6"
            self.spawn_bird(name, unpacked("usr", "sbin", name), [family])
            wait_until(lambda f=family: self.answers(f), 10, "BIRD answers")

    def birdc(self, family, *words, check=True):
        name = "bird" if family == "ipv4" else "bird6"
        client = "birdc" if family == "ipv4" else "birdc6"
        return self.run(unpacked("usr", "sbin", client), "-s", self.path(f"{name}.ctl"),
                        *words, check=check)
