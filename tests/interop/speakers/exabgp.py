"""ExaBGP: no router, but a mouth and an ear for programs that know routes.

It runs two processes: one whose output are commands, the lines of a file; and one that
writes to a file what armd sends, a JSON object a line.
"""

import json
import os
import sys

from lab.process import LabError, wait_until

from .speaker import (ARMD_PORT, LOCAL_AS, PASSWORD, Route, Speaker, library_path,
                      unpacked)

PROCESSES = """\
process mouth {{
	run /usr/bin/tail -s 0.05 -n +1 -f {commands};
	encoder json;
}}
process ear {{
	run {ear};
	encoder json;
}}
"""
# Its input does not block, which other programs take for its end.
EAR = """\
#!{python}
import os, select
with open("{heard}", "ab", buffering=0) as out:
    while select.select([0], [], []):
        heard = os.read(0, 65536)
        if not heard:
            break
        out.write(heard)
"""
NEIGHBOR = """\
neighbor {armd} {{
	router-id {id};
	local-address {own};
	local-as {local};
	peer-as {local};
	{direction}
{guard}	capability {{
		graceful-restart 120;
		route-refresh enable;
		extended-message enable;
		add-path {paths};
	}}
	family {{
		{family} unicast;
{hops}	}}
	api mouth-{family} {{
		processes [ mouth ];
	}}
	api ear-{family} {{
		processes [ ear ];
		neighbor-changes;
		receive {{
			parsed;
			update;
		}}
	}}
}}
"""
GUARDS = {"ipv4": f"\tmd5-password {PASSWORD};\n",
          "ipv6": "\toutgoing-ttl 255;\n\tincoming-ttl 255;\n"}
# It believes in next hops of a family only if it speaks that family as well.
HOPS = "\t\tipv6 unicast;\n\t}\n\tnexthop {\n\t\tipv4 unicast ipv6;\n"
PATHS = {"rib": "send", "target": "receive"}


class ExaBgp(Speaker):
    """exabgp."""

    name = "ExaBGP"
    lacks = {("rib", "link-local"): "announces one next hop",
             ("target", "GR"): "keeps no routes, its programs do",
             ("target", "GTSM"): "where it waits it sends so over IPv4 alone",
             ("rib", "refresh"): "does not announce again what its programs said once"}
    own_routes = True

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.announced = {}

    @classmethod
    def program(cls):
        return unpacked("usr", "sbin", "python3-exabgp")

    def start(self):
        for name in ("commands", "heard"):
            self.write(name, "")
        text = PROCESSES.format(commands=self.path("commands"), ear=self.path("ear"))
        self.write("ear", EAR.format(python=sys.executable, heard=self.path("heard")))
        os.chmod(self.path("ear"), 0o700)
        direction = f"connect {ARMD_PORT};" if self.role == "rib" else "passive;"
        setting = self.setting
        for family in setting.families:
            text += NEIGHBOR.format(armd=self.armd(family), id=self.host.ipv4,
                                    own=setting.address(self.host, family),
                                    local=LOCAL_AS, direction=direction, family=family,
                                    guard=GUARDS[family] if setting.guarded else "",
                                    hops=HOPS if setting.by_ipv6 else "",
                                    paths=PATHS[self.role] if setting.all_paths
                                    else "disable")
        self.write("exabgp.conf", text)
        settings = {"exabgp.daemon.user": "root", "exabgp.daemon.drop": "false",
                    "exabgp.tcp.bind": f"{self.host.ipv4} {self.host.ipv6}",
                    "exabgp.tcp.port": "179", "exabgp.api.ack": "false",
                    "exabgp.api.cli": "false", "exabgp.log.destination": "stdout",
                    "PYTHONPATH": unpacked("usr", "lib", "python3", "dist-packages"),
                    "PYTHONDONTWRITEBYTECODE": "1", "LD_LIBRARY_PATH": library_path()}
        if self.role == "rib":
            del settings["exabgp.tcp.bind"]
        self.spawn("exabgp", "env", *(f"{key}={value}" for key, value in settings.items()),
                   "/usr/bin/python3", self.program(), self.path("exabgp.conf"))
        self.say(f"announce route {words}" for words in self.announced.values())

    def say(self, commands):
        self.must_run()
        with open(self.path("commands"), "a", encoding="ascii") as out:
            out.writelines(f"{command}\n" for command in commands)

    def announce(self, table):
        now = {(route.prefix, route.next_hop): wording(route, number)
               for number, route in enumerate(table if self.setting.all_paths else (), 1)}
        now = now or {route.prefix: wording(route) for route in table}
        self.say([f"withdraw route {words}" for prefix, words in self.announced.items()
                  if prefix not in now]
                 + [f"announce route {words}" for prefix, words in now.items()
                    if self.announced.get(prefix) != words])
        self.announced = now

    def heard(self):
        with open(self.path("heard"), encoding="utf-8") as lines:
            return [json.loads(line) for line in lines if line.endswith("}\n")]

    def known(self, family):
        """What the events add up to: next hop and attributes by prefix, kind of hop and
        path.

        A link-local next hop beside a global one is shown like another route.
        """
        known = {}
        for event in self.heard():
            neighbor = event.get("neighbor", {})
            if neighbor.get("address", {}).get("peer") != self.armd(family):
                continue
            if neighbor.get("state") == "down":
                known.clear()
            update = neighbor.get("message", {}).get("update", {})
            for prefixes in update.get("withdraw", {}).values():
                for one in prefixes:
                    path = one.get("path-information")
                    known.pop((one["nlri"], False, path), None)
                    known.pop((one["nlri"], True, path), None)
            for hops in update.get("announce", {}).values():
                for hop, prefixes in hops.items():
                    local = hop.startswith("fe80:")
                    for one in prefixes:
                        path = one.get("path-information")
                        known[one["nlri"], local, path] = hop, update["attribute"]
        return known

    def routes(self, family):
        return {prefix: route(prefix, hop, attribute)
                for (prefix, local, _), (hop, attribute) in self.known(family).items()
                if not local}

    def next_hops(self, family):
        found = {}
        for (prefix, local, _), (hop, _) in self.known(family).items():
            if not local:
                found.setdefault(prefix, set()).add(hop)
        return found

    def link_locals(self):
        return {prefix: hop for (prefix, local, _), (hop, _) in self.known("ipv6").items()
                if local}

    def is_up(self, family):
        states = [event["neighbor"]["state"] for event in self.heard()
                  if event.get("type") == "state"
                  and event["neighbor"]["address"]["peer"] == self.armd(family)]
        return bool(states) and states[-1] == "up"

    def ask_refresh(self, family):
        self.say([f"neighbor {self.armd(family)} announce route-refresh"
                  f" {family} unicast"])


def wording(shown, number=None):
    """A route in ExaBGP's words; it announces the path as it is given."""
    identifier = ["path-information", f"0.0.0.{number}"] if number else []
    words = [shown.prefix, *identifier, "next-hop", shown.next_hop, "local-preference",
             str(shown.local_pref), "as-path", f"[ {' '.join(map(str, shown.path))} ]"]
    if shown.med:
        words += ["med", str(shown.med)]
    for name, communities in (("community", shown.communities),
                              ("large-community", shown.large)):
        if communities:
            words += [name, f"[ {' '.join(sorted(communities))} ]"]
    return " ".join(words)


def route(prefix, hop, attribute):
    """A Route of what ExaBGP's JSON says."""
    return Route(prefix, hop, tuple(attribute.get("as-path", ())), attribute.get("med", 0),
                 attribute["local-preference"], joined(attribute.get("community", ())),
                 joined(attribute.get("large-community", ())))


def joined(communities):
    return frozenset(":".join(map(str, community)) for community in communities)
