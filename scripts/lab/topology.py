"""The lab: a switch with BIRD and armd, and three eBGP peers, in network namespaces.

The switch runs the configurations that we ship: conf/bird/bird.conf with two more peers,
conf/armd.conf with other paths and capacities. Its kernel's routes are real; armd
runs without privileges.
"""

import http.client
import os
import pwd
import re
import shutil
import signal
import tempfile

from .api import ask
from .peers import LEAF4, LEAF6, LEAF_AS, Peer
from .process import Child, LabError, Namespace, run, signals_ignore, wait_until
from .verify import bird_routes

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("ARMD_SHARED") or os.path.join(ROOT, "..", "shared")
REAL_TABLE = os.path.join(SHARED, "data", "routing", "prefixes-2024.txt.gz")
BRIDGE = "peers"  # the switch's interface towards its peers
ROUTER = "leaf1"
PROGRAMS = ("armd", "armctl", "sflowgen")


def set_option(text, section, option, value):
    """A configuration with another value of an option that stands there."""
    changed, count = re.subn(rf'(\b{section} \{{.*?\b{option} = )("[^"]*"|\w+)',
                             lambda found: found[1] + value, text, count=1,
                             flags=re.DOTALL)
    if not count:
        raise LabError(f"no {option} in {section} of the configuration")
    return changed


class Lab:
    """Use it in a `with`: it is torn down however the block is left."""

    kernel_protocol = "bird"  # who writes the kernel's routes
    bird_command = ("bird",)  # the switch's
    birdc_command = ("birdc",)
    bird_reload = ("reload", "in")  # what makes it ask for all routes again

    def __init__(self, ipv4, ipv6, capacity4, capacity6):
        self.counts = {"ipv4": ipv4, "ipv6": ipv6}
        self.capacity = {"ipv4": capacity4, "ipv6": capacity6}
        self.directory = ""
        self.prefixes = []
        self.children = []
        self.bird = self.armd = None
        self.multipath = True  # armd takes and sends all equal paths
        self.switch = Namespace()
        self.peers = [Peer(rank, asn, f"10.0.0.{asn - 65000}", f"fc00:136::{rank + 2}",
                           Namespace())
                      for rank, asn in enumerate((65134, 65135, 65137))]

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="armd-lab-")
        return self

    def __exit__(self, *_):
        try:
            signals_ignore()
        except KeyboardInterrupt:
            pass  # at the last moment; it is ignored from here on all the same
        # armd first: were BIRD to go first, it would only work for nothing
        for child in reversed(self.children):
            child.stop()
        for namespace in (self.switch, *(peer.namespace for peer in self.peers)):
            namespace.delete()
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    # -- set up --------------------------------------------------------------------

    def make_prefixes(self):
        """The table: from the real one where it is at hand, else made up."""
        source = ["--from", REAL_TABLE] if os.path.exists(REAL_TABLE) else []
        printed = run(os.path.join(ROOT, "scripts", "make-prefixes"), *source,
                      "--ipv4", str(self.counts["ipv4"]),
                      "--ipv6", str(self.counts["ipv6"]))
        self.prefixes = printed.split()
        with open(self.path("prefixes"), "w", encoding="ascii") as out:
            out.write(printed)

    def make_network(self):
        """The switch with a bridge, and the peers connected to it."""
        self.switch.create()
        self.switch.ip("link", "add", BRIDGE, "type", "bridge")
        self.switch.ip("link", "set", BRIDGE, "addrgenmode", "none")
        self.switch.ip("link", "set", BRIDGE, "up")
        for peer in self.peers:
            peer.namespace.create()
            run("ip", "link", "add", peer.name, "netns", self.switch.pid,
                "type", "veth", "peer", "name", "eth0", "netns", peer.namespace.pid)
            self.switch.ip("link", "set", peer.name, "master", BRIDGE, "up")
            peer.namespace.ip("link", "set", "eth0", "addrgenmode", "none")
            peer.namespace.ip("link", "set", "eth0", "up")
            for address in (f"{peer.address4}/24", f"{peer.address6}/64",
                            f"{peer.link_local}/64"):
                peer.namespace.ip("address", "add", address, "dev", "eth0", "nodad")
        for address in (f"{LEAF4}/24", f"{LEAF6}/64", "fe80::136/64"):
            self.switch.ip("address", "add", address, "dev", BRIDGE, "nodad")

    def start_peers(self):
        for peer in self.peers:
            peer.write(self.directory, self.prefixes, default=peer is self.peers[0])
            peer.start()
            self.children.append(peer.child)

    def bird_conf(self):
        """The configuration that we ship, with the lab's peers."""
        with open(os.path.join(ROOT, "conf", "bird", "bird.conf"), encoding="utf-8") as conf:
            text = conf.read()
        text = text.replace("log syslog all;", "log stderr all;")
        for peer in self.peers:
            if f"neighbor {peer.address4} " not in text:
                text += (f"protocol bgp peer4_{peer.asn} from tpeer4 {{"
                         f" neighbor {peer.address4} as {peer.asn}; }}\n"
                         f"protocol bgp peer6_{peer.asn} from tpeer6 {{"
                         f" neighbor {peer.address6} as {peer.asn}; }}\n")
        return text

    def write_bird_conf(self, text):
        with open(self.path("bird.conf"), "w", encoding="utf-8") as conf:
            conf.write(text)

    def reconfigure_bird(self, text):
        """Has the switch's BIRD go on by another configuration."""
        self.write_bird_conf(text)
        answer = self.birdc("configure")
        if "Reconfigur" not in answer:
            raise LabError(f"BIRD: {answer}")

    def start_bird(self, *options):
        """The switch's BIRD; `-R` recovers what the kernel has kept."""
        self.write_bird_conf(self.bird_conf())
        self.bird = Child("bird", self.switch,
                          [*self.bird_command, "-f", "-c", self.path("bird.conf"),
                           "-s", self.path("bird.ctl"), "-P", self.path("bird.bird"),
                           *options], self.directory)
        self.children.append(self.bird)
        wait_until(self.bird_answers, 10, "BIRD answers")

    def bird_answers(self):
        self.bird.must_run()
        return "Daemon is up" in self.birdc("show", "status", check=False)

    def birdc(self, *words, check=True):
        return run(*self.birdc_command, "-s", self.path("bird.ctl"), *words, check=check)

    def rib_sizes(self):
        """Prefixes in BIRD's full tables, the default routes included."""
        sizes = {}
        for family, table in (("ipv4", "peers4"), ("ipv6", "peers6")):
            words = self.birdc("show", "route", "table", table, "count")
            found = re.search(r"for (\d+) networks", words)
            sizes[family] = int(found[1]) if found else 0
        return sizes

    def bird_has_learned(self):
        """True when every prefix of the table has come from a peer."""
        for peer in self.peers:
            peer.child.must_run()
        self.bird.must_run()
        return self.rib_sizes() == {family: count + 1 for family, count in self.counts.items()}

    def rib_routes(self, family):
        return bird_routes(self, family)

    def user(self):
        entry = pwd.getpwnam("nobody")
        return entry.pw_uid, entry.pw_gid

    def install_programs(self):
        """Copies of what was built, where an unprivileged user can reach them."""
        for program in PROGRAMS:
            built = os.path.join(ROOT, "build", program)
            if not os.path.exists(built):
                raise LabError(f"{built} is missing: make all tools")
            shutil.copy(built, self.path(program))
        os.chmod(self.directory, 0o755)
        run_directory = self.path("armd.run")
        os.mkdir(run_directory)
        os.chown(run_directory, *self.user())

    def armd_conf(self):
        """The configuration that we ship, with the lab's paths and capacities."""
        with open(os.path.join(ROOT, "conf", "armd.conf"), encoding="utf-8") as conf:
            text = conf.read()
        text = set_option(text, "http", "socket", f'"{self.path("armd.run/armd.sock")}"')
        text = set_option(text, "record", "directory",
                          f'"{self.path("armd.run/recordings")}"')
        text = set_option(text, "state", "directory", f'"{self.path("armd.run")}"')
        for family, capacity in self.capacity.items():
            text = set_option(text, family, "capacity", str(capacity))
        return text

    def write_armd_conf(self, text):
        with open(self.path("armd.conf"), "w", encoding="utf-8") as conf:
            conf.write(text)

    def start_armd(self):
        self.armd = Child("armd", self.switch,
                          [self.path("armd"), "-c", self.path("armd.conf")],
                          self.directory, self.user())
        self.children.append(self.armd)
        wait_until(self.armd_answers, 10, "armd answers")

    def reload_armd(self):
        """Has the configuration read again and waits until it is in force."""
        def reloads():
            return self.armd.log_tail(100000).count(" is in force")

        before = reloads()
        self.armd.send(signal.SIGHUP)
        wait_until(lambda: reloads() > before, 10, "armd has read its configuration")

    def armd_answers(self):
        self.armd.must_run()
        try:
            return self.status()
        except (OSError, http.client.HTTPException):
            return None

    def start_traffic(self, *options, name="sflowgen"):
        """sflowgen in the switch, sending to armd; options are added to the lab's."""
        child = Child(name, self.switch,
                      [self.path("sflowgen"), "--prefixes", self.path("prefixes"),
                       "--to", "127.0.0.1:6343", *options], self.directory)
        self.children.append(child)
        return child

    # -- ask -----------------------------------------------------------------------

    def api(self, path, method="GET"):
        """What armd answers to a request for `path`."""
        return ask(self.path("armd.run/armd.sock"), path, method)

    def status(self):
        return self.api("/api/v1/status")

    def armd_has_learned(self):
        """True when armd has heard every route of BIRD's full tables."""
        self.armd.must_run()
        sizes = self.rib_sizes()
        router = self.router()
        return all(router[family]["learned"] == size for family, size in sizes.items())

    def router(self, family=None):
        """armd's figures of our router, or of one of its families."""
        for router in self.status()["routers"]:
            if router["name"] == ROUTER:
                return router[family] if family else router
        raise LabError(f"armd knows no router {ROUTER}")

    def sessions(self):
        """The state of each session by name."""
        return {session["name"]: session["state"] for session in self.router()["sessions"]}

    def all_established(self):
        """True when every session of our router is up."""
        return set(self.sessions().values()) == {"established"}

    def installed(self, family):
        """armd's installed set: next hop by prefix."""
        answer = self.api(f"/api/v1/routers/{ROUTER}/routes?installed=true&family={family}")
        return {route["prefix"]: self.hops(route.get("nexthops", [route["nexthop"]]))
                for route in answer["routes"]}

    def armctl(self, *words):
        return run(*self.switch.enter, self.path("armctl"), *words)

    def hops(self, gateways):
        """The peers that several next hops belong to, as one word: "a+b"."""
        return "+".join(sorted({self.hop(gateway) for gateway in gateways}))

    def hop(self, gateway):
        """The peer a next hop belongs to: its global and link-local address are one."""
        for peer in self.peers:
            if gateway in peer.addresses:
                return peer.name
        return gateway


def require_root():
    if os.geteuid() != 0:
        raise LabError("network namespaces need root")


__all__ = ["Lab", "LEAF_AS", "LEAF4", "LEAF6", "ROOT", "require_root"]
