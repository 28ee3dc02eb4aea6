"""FRR: zebra, which knows interfaces and writes the kernel's routes, and bgpd; FRR 10 has
mgmtd beside them, which configures the others."""

import json
import os

from lab.process import wait_until

from .speaker import (ARMD_PORT, LOCAL_AS, PASSWORD, Route, Speaker, as_installed,
                      unpacked)

PEER_SESSION = """\
 neighbor {peer} remote-as {peer_as}
 neighbor {peer} timers connect 1
{hops} address-family {family} unicast
  neighbor {peer} activate
  neighbor {peer} route-map NONE out
 exit-address-family
"""
SESSIONS = {
    "rib": """\
 neighbor {armd} remote-as {local}
 neighbor {armd} port {port}
 neighbor {armd} timers connect 1
{options} address-family {family} unicast
  neighbor {armd} activate
  neighbor {armd} route-map NONE in
{more} exit-address-family
""",
    "target": """\
 neighbor {armd} remote-as {local}
 neighbor {armd} passive
{options} address-family {family} unicast
  neighbor {armd} activate
  neighbor {armd} route-map NONE out
 exit-address-family
"""}


class FrrDaemons:
    """zebra, bgpd and mgmtd with everything of theirs in one directory."""

    def __init__(self, speaker):
        self.speaker = speaker
        self.prefix = as_installed(speaker.directory, "frr")
        speaker.write("vtysh.conf", "username root nopassword\n")

    def start(self, bgpd_conf, zebra_conf=""):
        common, options = [], []  # of all three, zebra's
        if os.path.exists(unpacked("usr", "lib", "frr", "mgmtd")):
            # its sockets are in /run/frr, whatever else it is told
            common = ["-N", self.speaker.directory.strip("/").replace("/", "-")]
            self.spawn("mgmtd", "show version", *common)
            options = ["--v6-with-v4-nexthops"]  # conf/frr/README.md
        self.speaker.write("zebra.conf", zebra_conf)
        self.spawn("zebra", "show interface brief", "-f", self.speaker.path("zebra.conf"),
                   *common, *options)
        self.speaker.write("bgpd.conf", bgpd_conf)
        self.spawn("bgpd", "show bgp summary", "-f", self.speaker.path("bgpd.conf"),
                   *common)

    def spawn(self, name, ready, *options):
        """Starts one of them; returns when it answers this."""
        speaker = self.speaker
        speaker.spawn(
            name, *self.prefix, unpacked("usr", "lib", "frr", name), *options,
            "-u", "root", "-g", "root", "-i", speaker.path(f"{name}.run"),
            "-z", speaker.path("zserv"), "--vty_socket", speaker.directory, "-P", "0",
            "--log", "stdout")
        wait_until(lambda: self.answers(name, ready), 10, f"{name} answers")

    def boot(self):
        """Takes what stands in frr.conf, as `systemctl start frr` does."""
        self.speaker.run(*self.prefix, unpacked("usr", "bin", "vtysh"), "--config_dir",
                         self.speaker.directory, "--vty_socket", self.speaker.directory,
                         "-b")

    def answers(self, daemon, words):
        self.speaker.must_run()
        return self.vtysh(words, daemon, check=False)

    def vtysh(self, words, daemon=None, check=True):
        only = ["-d", daemon] if daemon else []
        return self.speaker.run(*self.prefix, unpacked("usr", "bin", "vtysh"),
                                "--config_dir", self.speaker.directory, "--vty_socket",
                                self.speaker.directory, *only, "-c", words, check=check)


def paths_of(shown):
    """FRR 8 lists the paths of a prefix, FRR 10 beside what else it says of it."""
    return shown["paths"] if "paths" in shown else shown


def route(prefix, shown):
    """A Route of what `show bgp … json detail` says of a path."""
    hop = next(hop for hop in shown["nexthops"] if hop.get("scope") != "link-local")
    return Route(
        prefix, hop["ip"],
        tuple(asn for segment in shown["aspath"]["segments"] for asn in segment["list"]),
        shown.get("med", shown.get("metric", 0)), shown.get("locPrf", 100),
        frozenset(plain(word) for word in shown.get("community", {}).get("list", [])),
        frozenset(shown.get("largeCommunity", {}).get("list", [])))


def plain(community):
    """As numbers, like everybody else."""
    return {"noAdvertise": "65535:65282"}.get(community, community)


class Frr(Speaker):
    """One bgpd beside a zebra."""

    name = "FRR"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.daemons = FrrDaemons(self)

    @classmethod
    def program(cls):
        return unpacked("usr", "lib", "frr", "bgpd")

    def start(self):
        text = (f"router bgp {LOCAL_AS}\n bgp router-id {self.host.ipv4}\n"
                " no bgp default ipv4-unicast\n no bgp ebgp-requires-policy\n"
                " bgp long-lived-graceful-restart stale-time 3600\n")
        setting = self.setting
        for family in setting.families:
            # without this bgpd leaves the link-local address out
            more = ["nexthop-local unchanged"] if family == "ipv6" else []
            more += ["addpath-tx-all-paths"] if setting.all_paths else []
            options = ["capability extended-nexthop"] if setting.by_ipv6 else []
            # GTSM is for eBGP alone, but bgpd always sends so by iBGP
            if setting.guarded and family == "ipv4":
                options.append(f"password {PASSWORD}")
            armd = self.armd(family)
            for host, asn in setting.peers if self.role == "rib" else ():
                peer = setting.address(host, family)
                text += PEER_SESSION.format(
                    family=family, peer=peer, peer_as=asn,
                    hops=f" neighbor {peer} capability extended-nexthop\n"
                    if setting.by_ipv6 else "")
            text += SESSIONS[self.role].format(
                family=family, local=LOCAL_AS, armd=armd, port=ARMD_PORT,
                options="".join(f" neighbor {armd} {words}\n" for words in options),
                more="".join(f"  neighbor {armd} {words}\n" for words in more))
        self.daemons.start(text + "route-map NONE deny 10\n")

    def shown(self, family):
        answer = json.loads(self.daemons.vtysh(f"show bgp {family} unicast json detail",
                                               "bgpd"))
        return {prefix: [path for path in paths_of(shown) if "nexthops" in path]
                for prefix, shown in answer["routes"].items()}

    def routes(self, family):
        return {prefix: route(prefix, shown)
                for prefix, (shown, *_) in self.shown(family).items()
                if shown["peer"]["peerId"] == self.armd(family)}

    def next_hops(self, family):
        return {prefix: {route(prefix, shown).next_hop for shown in paths}
                for prefix, paths in self.shown(family).items()}

    def link_locals(self):
        return {prefix: hop["ip"] for prefix, (shown, *_) in self.shown("ipv6").items()
                for hop in shown["nexthops"] if hop.get("scope") == "link-local"}

    def is_up(self, family):
        address = self.armd(family)
        answer = json.loads(self.daemons.vtysh(f"show bgp neighbors {address} json", "bgpd"))
        return answer[address]["bgpState"] == "Established"

    def ask_refresh(self, family):
        self.daemons.vtysh(f"clear bgp {family} {self.armd(family)} soft in", "bgpd")
