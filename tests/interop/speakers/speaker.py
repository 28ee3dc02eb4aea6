"""What all BGP speakers of the interop matrix have in common.

One instance is one end of armd's sessions, alone in its namespace: as "rib" it learns
from an eBGP peer and passes everything on to armd, whom it dials; as "target" it waits
for armd and takes what armd announces. IPv4 routes go over an IPv4 session, IPv6 routes
over an IPv6 session, unless the setting says otherwise. What it knows is asked of its own
command line.
"""

import dataclasses
import glob
import os

from lab.process import Child, run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
# What scripts/speakers has unpacked: of this release of Debian, or of another.
SUITE = os.environ.get("ARMD_SUITE")
TREE = os.path.join(ROOT, "build", f"speakers-{SUITE}" if SUITE else "speakers")
# What to put before a program of another release: it has that one's /usr, and so its
# libc, and all else as it is here.
WITH_ITS_USR = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /usr && exec "$@"',
                os.path.join(TREE, "usr")) if SUITE else ()
LOCAL_AS, PEER_AS, SECOND_AS = 65136, 65134, 65135
ARMD_PORT = 1179
FAMILIES = ("ipv4", "ipv6")


@dataclasses.dataclass(frozen=True)
class Host:
    """A machine on the wire: each has both families and a link-local address."""
    number: int

    @property
    def ipv4(self):
        return f"10.0.0.{self.number}"

    @property
    def ipv6(self):
        return f"fc00:136::{self.number}"

    @property
    def link_local(self):
        return f"fe80::{self.number}"

    def address(self, family):
        return self.ipv4 if family == "ipv4" else self.ipv6


PEER, SPEAKER, ARMD, OTHER, SECOND = Host(1), Host(2), Host(3), Host(4), Host(8)


@dataclasses.dataclass(frozen=True)
class Setting:
    """What one lab has that another has not."""
    peers: tuple = ((PEER, PEER_AS),)  # with several all paths are passed on: ADD-PATH
    by_ipv6: bool = False  # IPv4 routes alone, by IPv6 next hops and over IPv6 sessions
    guarded: bool = False  # armd's IPv4 sessions have a password, its IPv6 sessions GTSM

    @property
    def all_paths(self):
        return len(self.peers) > 1

    @property
    def families(self):
        """Of the routes; there is a session for each."""
        return ("ipv4",) if self.by_ipv6 else FAMILIES

    def address(self, host, family):
        """A host's address on the sessions for routes of that family."""
        return host.address("ipv6" if self.by_ipv6 else family)


PLAIN = Setting()
TWO_PEERS = Setting(peers=(*PLAIN.peers, (SECOND, SECOND_AS)))
BY_IPV6 = Setting(by_ipv6=True)
GUARDED = Setting(guarded=True)
PASSWORD = "swordfish"


@dataclasses.dataclass(frozen=True)
class Route:
    """A route as it is announced and as a speaker shows it."""
    prefix: str
    next_hop: str
    path: tuple = ()
    med: int = 0
    local_pref: int = 100
    communities: frozenset = frozenset()
    large: frozenset = frozenset()

    @property
    def family(self):
        return "ipv6" if ":" in self.prefix else "ipv4"


class Speaker:
    """One of them in one role; subclasses say how it is configured, run and asked."""

    name = ""
    before = WITH_ITS_USR  # each command
    lacks = {}  # (role, column): why it cannot be
    waits_for_armd = False  # True: as "rib" it is armd that dials
    own_routes = False  # True: as "rib" it has the table itself, from announce()

    def __init__(self, role, host, namespace, directory, setting=PLAIN):
        self.role = role
        self.setting = setting
        self.host = host
        self.namespace = namespace
        self.directory = os.path.join(directory, f"{self.host.number}")
        self.children = []
        os.mkdir(self.directory)

    @classmethod
    def missing(cls):
        """Why it cannot run here, or None."""
        program = cls.program()
        return None if os.path.exists(program) else f"no {os.path.relpath(program, ROOT)}"

    @classmethod
    def program(cls):
        raise NotImplementedError

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as out:
            out.write(text)
        os.chmod(self.path(name), 0o600)

    def spawn(self, name, *command):
        child = Child(name, self.namespace, [*self.before, *command], self.directory)
        self.children.append(child)
        return child

    def run(self, *command, check=True):
        """Runs a command beside it and returns what it printed."""
        return run(*self.namespace.enter, *self.before, *command, check=check)

    def must_run(self):
        for child in self.children:
            child.must_run()

    def stop(self, *signals):
        for child in reversed(self.children):
            child.stop(*signals)
        self.children.clear()

    def log_tail(self):
        return "\n".join(f"{child.name}: {child.log_tail()}" for child in self.children)

    def start(self):
        """Starts it; returns when it answers."""
        raise NotImplementedError

    def announce(self, table):
        """Where own_routes is true: from now on it has these routes and no others."""
        raise NotImplementedError

    def routes(self, family):
        """What it has from armd, as a dictionary of Route by prefix."""
        raise NotImplementedError

    def armd(self, family):
        """armd's address on the session for routes of that family."""
        return self.setting.address(ARMD, family)

    def next_hops(self, family):
        """The next hops of all paths that it has from armd, as a set by prefix."""
        raise NotImplementedError

    def link_locals(self):
        """The link-local next hop of each IPv6 route that has one, by prefix."""
        return {}

    def is_up(self, family):
        """Whether its session with armd is established."""
        raise NotImplementedError

    def ask_refresh(self, family):
        """Makes it send armd a ROUTE-REFRESH."""
        raise NotImplementedError


def unpacked(*parts):
    """A path in what scripts/speakers has unpacked."""
    return os.path.join(TREE, *parts)


def library_path():
    """Their libraries, for LD_LIBRARY_PATH."""
    return ":".join(path for pattern in ("usr/lib/*-linux-*", "usr/lib/*-linux-*/frr",
                                         "lib/*-linux-*")
                    for path in glob.glob(unpacked(pattern)))


def as_installed(directory, user):
    """
    What to put before a program of TREE: it finds its libraries, and a user and group of
    its own that this machine does not have.
    """
    home = os.path.join(directory, "home")
    entries = {"passwd": f"root:x:0:0::/:/bin/sh\n{user}:x:65534:65534::{home}:/\n",
               "group": f"root:x:0:\n{user}:x:65534:\n{user}vty:x:0:\n"}
    os.makedirs(home, exist_ok=True)
    for name, text in entries.items():
        with open(os.path.join(directory, name), "w", encoding="ascii") as out:
            out.write(text)
    return ["env", f"LD_LIBRARY_PATH={library_path()}", "LD_PRELOAD=libnss_wrapper.so",
            f"NSS_WRAPPER_PASSWD={directory}/passwd",
            f"NSS_WRAPPER_GROUP={directory}/group"]
