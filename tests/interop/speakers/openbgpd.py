"""OpenBGPD."""

import json

from lab.process import wait_until

from .speaker import (ARMD, FAMILIES, LOCAL_AS, Route, Speaker, as_installed,
                      unpacked)

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
}}
allow from {peer}
"""
SESSIONS = {
    "rib": """\
neighbor {armd} {{
	remote-as {local}
	passive
{paths}}}
allow to {armd}
""",
    "target": """\
neighbor {armd} {{
	remote-as {local}
	passive
{paths}}}
allow from {armd}
"""}
PATHS = {"rib": "\tannounce add-path send all\n", "target": "\tannounce add-path recv yes\n"}
ONE_HOP = "OpenBGPD 7.7 keeps the global address alone"
NO_EXTENDED = "OpenBGPD 7.7 does not offer them"


class OpenBgpd(Speaker):
    """bgpd, which forks two more."""

    name = "OpenBGPD"
    lacks = {("rib", "refresh"): "OpenBGPD 7.7 takes it for not negotiated, BIRD's as well",
             ("rib", "link-local"): ONE_HOP, ("target", "link-local"): ONE_HOP,
             ("rib", "ext. messages"): NO_EXTENDED,
             ("target", "ext. messages"): NO_EXTENDED}
    waits_for_armd = True

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.prefix = as_installed(self.directory, "_openbgpd")

    @classmethod
    def program(cls):
        return unpacked("usr", "sbin", "bgpctl")

    def start(self):
        text = COMMON.format(local=LOCAL_AS, id=self.host.ipv4, ipv4=self.host.ipv4,
                             ipv6=self.host.ipv6, socket=self.path("bgpd.sock"))
        for family in FAMILIES:
            text += "".join(PEER_SESSION.format(peer=peer.address(family), peer_as=asn,
                                                own=self.host.address(family))
                            for peer, asn in self.peers if self.role == "rib")
            text += SESSIONS[self.role].format(
                local=LOCAL_AS, armd=ARMD.address(family),
                paths=PATHS[self.role] if self.all_paths else "")
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
        return json.loads(self.bgpctl("show", "rib", "neighbor", ARMD.address(family),
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
        answer = json.loads(self.bgpctl("show", "neighbor", ARMD.address(family)))
        return answer["neighbors"][0]["state"] == "Established"

    def ask_refresh(self, family):
        self.bgpctl("neighbor", ARMD.address(family), "refresh")


def plain(community):
    """As numbers, like everybody else."""
    return {"NO_ADVERTISE": "65535:65282"}.get(community, community)
