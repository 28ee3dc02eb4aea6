"""OpenBGPD."""

import json

from lab.process import wait_until

from .speaker import LOCAL_AS, PASSWORD, Route, Speaker, as_installed, unpacked

COMMON = """\
AS {local}
router-id {id}
fib-update no
socket "{socket}"
listen on {ipv4}
listen on {ipv6}
"""
# armd dials, for whom bgpd waits: bgpd itself tries again after half a minute and more.
PEER_SESSION = """\
neighbor {peer} {{
	remote-as {peer_as}
	local-address {own}
{families}}}
allow from {peer}
"""
SESSIONS = {
    "rib": """\
neighbor {armd} {{
	remote-as {local}
	passive
{more}}}
allow to {armd}
""",
    "target": """\
neighbor {armd} {{
	remote-as {local}
	passive
{more}}}
allow from {armd}
"""}
GUARDS = {"ipv4": f"\ttcp md5sig password {PASSWORD}\n", "ipv6": "\tttl-security yes\n"}
FAMILY = "\tannounce IPv4 unicast\n\tannounce IPv6 none\n"
PATHS = {"rib": "\tannounce add-path send all\n", "target": "\tannounce add-path recv yes\n"}
ONE_HOP = "OpenBGPD keeps the global address alone"
NO_EXTENDED = "OpenBGPD 7.7 does not offer them"
ONE_FAMILY = "OpenBGPD 7.7 has IPv4 next hops alone for IPv4 routes"


class OpenBgpd(Speaker):
    """bgpd, which forks two more."""

    name = "OpenBGPD"
    lacks = {("rib", "refresh"): "OpenBGPD 7.7 takes it for not negotiated, BIRD's as well",
             ("rib", "link-local"): ONE_HOP, ("target", "link-local"): ONE_HOP,
             ("rib", "ext. messages"): NO_EXTENDED,
             ("target", "ext. messages"): NO_EXTENDED,
             ("rib", "RFC 8950"): ONE_FAMILY, ("target", "RFC 8950"): ONE_FAMILY}
    waits_for_armd = True
    options = ""  # of each session

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.prefix = as_installed(self.directory, "_openbgpd")

    @classmethod
    def program(cls):
        return unpacked("usr", "sbin", "bgpctl")

    def start(self):
        text = COMMON.format(local=LOCAL_AS, id=self.host.ipv4, ipv4=self.host.ipv4,
                             ipv6=self.host.ipv6, socket=self.path("bgpd.sock"))
        setting = self.setting
        families = FAMILY if setting.by_ipv6 else ""
        for family in setting.families:
            text += "".join(PEER_SESSION.format(peer=setting.address(peer, family),
                                                own=setting.address(self.host, family),
                                                peer_as=asn,
                                                families=self.options + families)
                            for peer, asn in setting.peers if self.role == "rib")
            text += SESSIONS[self.role].format(
                local=LOCAL_AS, armd=self.armd(family),
                more=self.options + families
                + (PATHS[self.role] if setting.all_paths else "")
                + (GUARDS[family] if setting.guarded else ""))
        self.write("bgpd.conf", text)
        self.spawn("bgpd", *self.prefix, unpacked("usr", "sbin", "bgpd"), "-d",
                   "-f", self.path("bgpd.conf"))
        wait_until(self.answers, 10, "bgpd answers")

    def answers(self):
        self.must_run()
        return self.bgpctl("show", check=False)

    def bgpctl(self, *words, check=True):
        return self.run(*self.prefix, unpacked("usr", "sbin", "bgpctl"), "-j", "-s",
                        self.path("bgpd.sock"), *words, check=check)

    def shown(self, family):
        return json.loads(self.bgpctl("show", "rib", "neighbor", self.armd(family),
                                      "detail")).get("rib", [])

    def next_hops(self, family):
        found = {}
        for shown in self.shown(family):
            found.setdefault(shown["prefix"], set()).add(shown["exit_nexthop"])
        return found

    def routes(self, family):
        return {shown["prefix"]: Route(
            shown["prefix"], shown["exit_nexthop"],
            tuple(int(asn) for asn in shown["aspath"].split()), shown["metric"],
            shown["localpref"], frozenset(plain(word) for word in
                                          shown.get("communities", [])),
            frozenset(shown.get("large_communities", [])))
                for shown in self.shown(family)}

    def is_up(self, family):
        answer = json.loads(self.bgpctl("show", "neighbor", self.armd(family)))
        return answer["neighbors"][0]["state"] == "Established"

    def ask_refresh(self, family):
        self.bgpctl("neighbor", self.armd(family), "refresh")


class OpenBgpd8(OpenBgpd):
    """OpenBGPD 8, which can what 7.7 could not."""

    lacks = {("rib", "link-local"): ONE_HOP, ("target", "link-local"): ONE_HOP}
    options = "\tannounce extended message yes\n\tannounce extended nexthop yes\n"


def plain(community):
    """As numbers, like everybody else."""
    return {"NO_ADVERTISE": "65535:65282"}.get(community, community)
