"""Watches how long the kernel takes to forward an elephant the right way."""

import json
import os
import time

from . import verify

GIVE_UP_S = 5
SOON_S = 1.5  # an elephant that young deserves all attention


class Elephant:
    """A destination that rose, and the peer its traffic belongs to."""

    def __init__(self, event, hop):
        self.address = event["address"]
        self.prefix = event["prefix"]
        self.rose = event["time"]
        self.hop = hop
        self.took = None  # seconds until the kernel was right
        self.given_up = False
        self.by_default = False

    def waiting(self):
        return self.took is None and not self.given_up

    def describe(self):
        name = f"elephant {self.address} (route {self.prefix} by {self.hop})"
        if self.by_default:
            return f"{name}: right by the default route, needs no entry"
        if self.given_up:
            return f"{name}: NOT in the kernel after {GIVE_UP_S} s"
        if self.took is None:
            return f"{name} rose"
        if self.took <= 0:
            return f"{name}: a route in the kernel covered it already"
        return f"{name}: in the kernel {self.took:.2f} s after it rose"


class Elephants:
    """Those of one run of sflowgen, from its events file."""

    def __init__(self, lab, rib, path):
        self.lab = lab
        self.path = path
        self.offset = 0
        self.all = []
        self.kernel = {family: verify.Matcher({}) for family in rib}
        self.ribs = {family: verify.Matcher(routes) for family, routes in rib.items()}
        self.defaults = {family: routes[verify.DEFAULTS[family]]
                         for family, routes in rib.items()}

    def remember(self, family, kernel):
        """The kernel's routes now: those that rise later may be covered by them."""
        self.kernel[family] = verify.Matcher(kernel)

    def calm(self):
        """True when nobody rose a moment ago and is still waited for."""
        now = time.time()
        return not any(one.waiting() and now - one.rose < SOON_S for one in self.all)

    def poll(self):
        """Looks once; returns lines that tell what happened."""
        lines = []
        for event in self._events():
            family = "ipv6" if ":" in event["address"] else "ipv4"
            _, hop = self.ribs[family].match(event["address"])
            one = Elephant(event, hop)
            one.by_default = hop == self.defaults[family]
            self.all.append(one)
            if one.by_default:
                one.took = 0.0
            elif self.kernel[family].match(event["address"])[1] == hop:
                one.took = 0.0
            lines.append(one.describe())
        for one in self.all:
            if one.waiting():
                if self._forwarded(one):
                    one.took = time.time() - one.rose
                    lines.append(one.describe())
                elif time.time() - one.rose > GIVE_UP_S:
                    one.given_up = True
                    lines.append(one.describe())
        return lines

    def wrong(self):
        """Those that never were forwarded right."""
        return [one.describe() for one in self.all if one.took is None
                and (one.given_up or time.time() - one.rose > GIVE_UP_S)]

    def summary(self):
        took = sorted(one.took for one in self.all if one.took)
        lines = [one.describe() for one in self.all]
        if took:
            lines.append(f"elephants that needed a route: {len(took)}, served in"
                         f" {sum(took) / len(took):.2f} s on average, {took[-1]:.2f} s at"
                         " worst")
        return lines

    def _events(self):
        """Elephants that rose since the last look."""
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="ascii") as events:
            events.seek(self.offset)
            text = events.read()
        whole = text[:text.rfind("\n") + 1]
        self.offset += len(whole)
        parsed = [json.loads(line) for line in whole.splitlines()]
        return [event for event in parsed if event["event"] == "rise"]

    def _forwarded(self, one):
        """True if the kernel sends its packets where the RIB would."""
        found = json.loads(self.lab.switch.ip("-j", "route", "get", one.address))
        return self.lab.hop(found[0].get("gateway")) in one.hop.split("+")
