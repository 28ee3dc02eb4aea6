"""GoBGP: gobgpd and its client gobgp."""

import json

from lab.process import wait_until

from .speaker import (ARMD, ARMD_PORT, FAMILIES, LOCAL_AS, PASSWORD, Route, Speaker,
                      unpacked)

COMMON = """\
[global.config]
as = {local}
router-id = "{id}"
port = 179
local-address-list = ["{ipv4}", "{ipv6}"]
[global.apply-policy.config]
import-policy-list = ["not-from-armd"]
default-import-policy = "accept-route"
[[defined-sets.neighbor-sets]]
neighbor-set-name = "armd"
neighbor-info-list = [{armds}]
[[policy-definitions]]
name = "not-from-armd"
[[policy-definitions.statements]]
name = "not-from-armd"
[policy-definitions.statements.conditions.match-neighbor-set]
neighbor-set = "armd"
[policy-definitions.statements.actions]
route-disposition = "{disposition}"
"""
NEIGHBOR = """\
[[neighbors]]
[neighbors.config]
neighbor-address = "{neighbor}"
peer-as = {neighbor_as}
{guard}[neighbors.transport.config]
passive-mode = {passive}
remote-port = {port}
[neighbors.timers.config]
connect-retry = 1
idle-hold-time-after-reset = 1
[neighbors.graceful-restart.config]
enabled = true
restart-time = 120
long-lived-enabled = true
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "{family}-unicast"
[neighbors.afi-safis.mp-graceful-restart.config]
enabled = true
[neighbors.afi-safis.long-lived-graceful-restart.config]
enabled = true
restart-time = 3600
{paths}"""
GUARDS = {"ipv4": f'auth-password = "{PASSWORD}"\n', "ipv6": """\
[neighbors.ttl-security.config]
enabled = true
ttl-min = 255
"""}
PATHS = """\
[neighbors.afi-safis.add-paths.config]
receive = true
send-max = 8
"""

# Types of path attributes, as the client's JSON numbers them.
AS_PATH, NEXT_HOP, MED, LOCAL_PREF, COMMUNITIES, MP_REACH, LARGE = 2, 3, 4, 5, 8, 14, 32
NO_EXTENDED = "GoBGP 3 does not offer them"


class GoBgp(Speaker):
    """gobgpd."""

    name = "GoBGP"
    lacks = {("rib", "link-local"): "passes on the global address alone",
             ("target", "link-local"): "shows the global address alone",
             ("rib", "ext. messages"): NO_EXTENDED,
             ("target", "ext. messages"): NO_EXTENDED,
             ("target", "refresh"): "keeps what it was sent, and does not ask for it again"}

    @classmethod
    def program(cls):
        return unpacked("usr", "bin", "gobgpd")

    def start(self):
        text = COMMON.format(local=LOCAL_AS, id=self.host.ipv4, ipv4=self.host.ipv4,
                             ipv6=self.host.ipv6,
                             armds=", ".join(f'"{ARMD.address(family)}/{length}"'
                                             for family, length in
                                             (("ipv4", 32), ("ipv6", 128))),
                             disposition="reject-route" if self.role == "rib"
                             else "accept-route")
        setting = self.setting
        for family in setting.families:
            armd = {"neighbor": self.armd(family), "neighbor_as": LOCAL_AS,
                    "family": family, "port": ARMD_PORT,
                    "passive": str(self.role == "target").lower(),
                    "paths": PATHS if setting.all_paths else "",
                    "guard": GUARDS[family] if setting.guarded else ""}
            text += NEIGHBOR.format(**armd)
            for peer, asn in setting.peers if self.role == "rib" else ():
                text += NEIGHBOR.format(neighbor=setting.address(peer, family), port=179,
                                        neighbor_as=asn, family=family, passive="false",
                                        guard="", paths="")
        self.write("gobgpd.toml", text)
        self.spawn("gobgpd", unpacked("usr", "bin", "gobgpd"), "-f",
                   self.path("gobgpd.toml"), "--api-hosts", "127.0.0.1:50051")
        wait_until(self.answers, 10, "gobgpd answers")

    def answers(self):
        self.must_run()
        return self.gobgp("global", check=False)

    def gobgp(self, *words, check=True):
        return self.run(unpacked("usr", "bin", "gobgp"), "-j", *words, check=check)

    def paths(self, family):
        """The attributes of each path from armd, by prefix and then by type."""
        answer = json.loads(self.gobgp("neighbor", self.armd(family), "adj-in", "-a",
                                       family, check=False) or "{}")
        if "error" in answer:  # while the session is not established
            return {}
        return {prefix: [{attribute["type"]: attribute for attribute in path["attrs"]}
                         for path in paths] for prefix, paths in answer.items()}

    def routes(self, family):
        return {prefix: route(prefix, attributes)
                for prefix, (attributes, *_) in self.paths(family).items()}

    def next_hops(self, family):
        return {prefix: {route(prefix, attributes).next_hop for attributes in paths}
                for prefix, paths in self.paths(family).items()}

    def is_up(self, family):
        answer = json.loads(self.gobgp("neighbor", self.armd(family)))
        return answer["state"]["session_state"] == 6  # ESTABLISHED

    def ask_refresh(self, family):
        self.gobgp("neighbor", self.armd(family), "softresetin", "-a", family)


def route(prefix, attributes):
    """A Route of what the client shows of a path."""
    hop = attributes.get(NEXT_HOP) or attributes[MP_REACH]
    communities = attributes.get(COMMUNITIES, {}).get("communities", [])
    large = attributes.get(LARGE, {}).get("value", [])
    return Route(
        prefix, hop["nexthop"],
        tuple(asn for segment in attributes[AS_PATH]["as_paths"]
              for asn in segment["asns"]),
        attributes.get(MED, {}).get("metric", 0),
        attributes.get(LOCAL_PREF, {}).get("value", 100),
        frozenset(f"{number >> 16}:{number & 0xffff}" for number in communities),
        frozenset(f"{one['ASN']}:{one['LocalData1']}:{one['LocalData2']}"
                  for one in large))
