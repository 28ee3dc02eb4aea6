"""The kernel is watched by what it tells about each route, so that a route that comes
back at once is seen to have been lost all the same."""

import re
from typing import NamedTuple

from harness import wait_until
from lab.process import Child

MARK = "192.0.2.77"
# Routes by several next hops have a line for each.
EVENT = re.compile(r"^(Deleted |Replaced )?(?:blackhole |unreachable )?"
                   r"([0-9a-f:.]+(?:/\d+)?) (.*\n(?:\t.*\n)*)", re.MULTILINE)
GATEWAY = re.compile(r"\bvia (?:inet6 )?(\S+)")


class Event(NamedTuple):
    """What the kernel tells about a route: it left, or is this from now on."""

    left: bool
    prefix: str
    gateways: list


class KernelWatch:
    """What happens to the kernel's routes; use it in a `with`."""

    def __init__(self, lab):
        self.lab = lab
        self.child = Child("monitor", lab.switch, ["ip", "monitor", "route"],
                           lab.directory)

    def __enter__(self):
        self.lab.children.append(self.child)
        wait_until(lambda: self.heard() > 0, 5, "the kernel is heard")
        return self

    def __exit__(self, *_):
        self.child.stop()

    def heard(self):
        """A route of ours comes and goes. Returns how often that was heard."""
        self.lab.switch.ip("route", "add", MARK, "dev", "lo")
        self.lab.switch.ip("route", "del", MARK, "dev", "lo")
        return sum(event.left and event.prefix == f"{MARK}/32" for event in self.read())

    def read(self):
        """What has happened so far, in order."""
        with open(self.child.log, encoding="ascii") as log:
            found = EVENT.findall(log.read())
        return [Event(what == "Deleted ",
                      prefix if "/" in prefix else f"{prefix}/{128 if ':' in prefix else 32}",
                      GATEWAY.findall(rest)) for what, prefix, rest in found]

    def events(self, since=0):
        """The same since there were so many, without what is not the routing daemon's."""
        before = self.heard()
        wait_until(lambda: self.heard() > before, 5, "the kernel is heard")
        return [event for event in self.read()[since:] if event.prefix != f"{MARK}/32"]

    def deleted(self, since=0):
        """Each prefix that has left the kernel since, in order."""
        return [event.prefix for event in self.events(since) if event.left]
