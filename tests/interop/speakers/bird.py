"""BIRD 2 and BIRD 1.6, which has a daemon for each family."""

import re

from lab.process import wait_until

from .speaker import ARMD_PORT, FAMILIES, LOCAL_AS, PASSWORD, Route, Speaker, unpacked

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
    """`show route all`: the attributes of each path by BIRD's names, by prefix."""
    found = {}
    attributes = {}
    prefix = None
    for line in text.splitlines():
        words = line.split()
        if ROUTE.match(line):
            prefix = words[0] if line[0] != " " else prefix
            attributes = {}
            found.setdefault(prefix, []).append(attributes)
        elif line.startswith("\t") and words and words[0].endswith(":"):
            attributes[words[0][:-1]] = line.split(":", maxsplit=1)[1].strip()
    return found


def numbers(pattern, text):
    return frozenset(":".join(found) for found in pattern.findall(text))


class Bird(Speaker):
    """BIRD 2: one daemon."""

    name = "BIRD 2"

    @classmethod
    def program(cls):
        return "/usr/sbin/bird"

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
        return self.run("birdc", "-s", self.path("bird.ctl"), *words, check=check)

    def shown(self, family):
        return parse(self.birdc(family, "show", "route", "all", "protocol",
                                f"from_arm{family[-1]}"))

    def routes(self, family):
        return {prefix: Route(
            prefix, shown["BGP.next_hop"].split()[0],
            tuple(int(asn) for asn in shown["BGP.as_path"].split()),
            int(shown.get("BGP.med", 0)), int(shown["BGP.local_pref"]),
            numbers(PAIR, shown.get("BGP.community", "")),
            numbers(TRIPLE, shown.get("BGP.large_community", "")))
                for prefix, (shown, *_) in self.shown(family).items()}

    def next_hops(self, family):
        return {prefix: {shown["BGP.next_hop"].split()[0] for shown in paths}
                for prefix, paths in self.shown(family).items()}

    def link_locals(self):
        hops = {prefix: shown["BGP.next_hop"].split()
                for prefix, (shown, *_) in self.shown("ipv6").items()}
        return {prefix: hop[1] for prefix, hop in hops.items() if len(hop) > 1}

    def is_up(self, family):
        return "Established" in self.birdc(family, "show", "protocols",
                                           f"from_arm{family[-1]}")

    def ask_refresh(self, family):
        self.birdc(family, "reload", "in", f"from_arm{family[-1]}")


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
