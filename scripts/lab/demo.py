"""The demonstration: brings the lab up, tells what happens, and checks it.

What armd says of itself is held against two things that know nothing of armd: the
kernel's own tables, and the very same traffic written to a capture once more.
"""

import argparse
import http.client
import json
import sys
import time

from . import verify
from .elephants import Elephants
from .process import Child, LabError, run, signals_interrupt, wait_until
from .topology import Lab, require_root

IPV4, IPV6 = 100000, 20000
CAPACITY4, CAPACITY6 = 2000, 500
FAMILIES = ("ipv4", "ipv6")
RATE = 1500
ONCE_S = 60
TRUTH_S = 10  # of traffic that nobody has seen, to measure the final shares on
CHURN_S = 20  # the last seconds, of which churn is told
BELIEVED = 0.1  # how far armd's own figure of a share may be from the measured one


def say(text):
    print(text, flush=True)


def percent(share):
    return "none known" if share is None else f"{100 * share:.1f} %"


class Demo:
    """One run of the demonstration in a lab."""

    def __init__(self, lab, once):
        self.lab = lab
        self.once = once
        every, length = (6, 5) if once else (30, 25)
        self.traffic_options = ["--rate", str(RATE), "--elephant-every", str(every),
                                "--elephant-time", str(length)]
        self.rib = {}
        self.default_share = {}
        self.elephants = None
        self.monitor = self.traffic = None
        self.changes = []  # (time, changes of kernel routes up to then)
        self.started = 0.0

    def bring_up(self):
        lab = self.lab
        say("The lab: a switch (AS 65136) with BIRD and armd, three eBGP peers, each a BIRD"
            " of its own.")
        lab.make_prefixes()
        lab.install_programs()
        lab.make_network()
        say(f"  four network namespaces; files in {lab.directory}")
        lab.start_peers()
        lab.start_bird()
        began = time.monotonic()
        wait_until(lab.bird_has_learned, 90, "BIRD has learned the table")
        say(f"  BIRD learned {IPV4:,} IPv4 and {IPV6:,} IPv6 routes from its peers in"
            f" {time.monotonic() - began:.1f} s; none of them in the kernel but the defaults")
        self.rib = {family: verify.rib_routes(lab, family) for family in FAMILIES}
        for family in FAMILIES:
            wait_until(lambda f=family: verify.kernel_routes(lab, f)[1], 10,
                       "the default route is in the kernel")
        lab.write_armd_conf(lab.armd_conf())
        lab.start_armd()
        began = time.monotonic()
        wait_until(lambda: lab.all_established() and lab.armd_has_learned(), 60, "armd has learned the table")
        say(f"  armd heard them all from BIRD in {time.monotonic() - began:.1f} s; it may"
            f" install {CAPACITY4:,} and {CAPACITY6:,}")

    def start_traffic(self):
        lab = self.lab
        self.measure_default()
        self.monitor = Child("monitor", lab.switch, ["ip", "-o", "monitor", "route"],
                             lab.directory)
        lab.children.append(self.monitor)
        self.traffic = lab.start_traffic(*self.traffic_options, "--seconds", "86400",
                                         "--events", lab.path("events"))
        self.elephants = Elephants(lab, self.rib, lab.path("events"))
        self.started = time.monotonic()
        say(f"Traffic: {RATE} samples/s of sFlow, destinations by Zipf's law among 20,000."
            " By the default routes alone "
            + " and ".join(f"{percent(self.default_share[family])} of {name} bytes"
                           for family, name in (("ipv4", "IPv4"), ("ipv6", "IPv6")))
            + " would go the right way.")
        say("Now and then an elephant rises: a destination without traffic takes 3 % of all"
            " packets.")

    def capture(self, seconds):
        """The traffic of the first `seconds`, elephants apart: (time, address, bytes)."""
        path = self.lab.path("truth.pcap")
        run(self.lab.path("sflowgen"), "--prefixes", self.lab.path("prefixes"),
            *self.traffic_options, "--seconds", str(seconds), "--pcap", path,
            "--events", self.lab.path("truth.events"))
        with open(self.lab.path("truth.events"), encoding="ascii") as events:
            elephants = {json.loads(line)["address"] for line in events}
        return [sample for sample in verify.samples(path) if sample[1] not in elephants]

    def measure_default(self):
        self.default_share = self.shares(self.capture(ONCE_S),
                                         {family: {} for family in FAMILIES})

    def shares(self, samples, kernel):
        """Of each family's bytes, those that kernel routes and default send right."""
        right, total = dict.fromkeys(FAMILIES, 0), dict.fromkeys(FAMILIES, 0)
        ribs = {family: verify.Matcher(self.rib[family]) for family in FAMILIES}
        tables = {family: verify.Matcher({
            verify.DEFAULTS[family]: self.rib[family][verify.DEFAULTS[family]],
            **kernel[family]}) for family in FAMILIES}
        hops = {}
        for _, address, length in samples:
            family = "ipv6" if ":" in address else "ipv4"
            if address not in hops:
                hops[address] = (ribs[family].match(address)[1]
                                 == tables[family].match(address)[1])
            total[family] += length
            right[family] += length * hops[address]
        return {family: right[family] / max(1, total[family]) for family in FAMILIES}

    def churn(self):
        """Changes of kernel routes a second, of late."""
        with open(self.monitor.log, encoding="utf-8") as log:
            self.changes.append((time.monotonic(), sum("proto bird" in line for line in log)))
        until, count = self.changes[-1]
        since, before = next(one for one in self.changes if one[0] >= until - CHURN_S)
        return (count - before) / max(1.0, until - since)

    def status_line(self):
        router = self.lab.router()
        parts = []
        for family, name in (("ipv4", "IPv4"), ("ipv6", "IPv6")):
            figures = router[family]
            kernel, _ = verify.kernel_routes(self.lab, family)
            self.elephants.remember(family, kernel)
            parts.append(f"{name}: {len(kernel)} of {figures['learned']:,} routes in the"
                         f" kernel, {percent(figures['correct_share'])} right")
        parts.append(f"{self.churn():.0f} changes/s")
        return f"{time.monotonic() - self.started:5.0f} s  " + "; ".join(parts)

    def watch(self, seconds):
        """Follows elephants closely and shows a line of figures now and then."""
        live = sys.stdout.isatty()
        shown = 0.0
        while not seconds or time.monotonic() - self.started < seconds:
            for child in (self.lab.armd, self.lab.bird, self.traffic):
                child.must_run()
            for line in self.elephants.poll():
                say(("\r\033[K" if live else "") + line)
            if time.monotonic() - shown >= (2 if live else 5) and self.elephants.calm():
                print(("\r\033[K" if live else "") + self.status_line(),
                      end="" if live else "\n", flush=True)
                shown = time.monotonic()
            time.sleep(0.01)
        if live:
            print()

    def settle(self):
        """Stops the traffic; returns routes in the kernel and armd's figures of each
        family, from a moment when they agree if there is one, and what differs."""
        self.traffic.stop()
        kernel, figures, wrong = {}, {}, []

        def agreed(family):
            kernel[family], _ = verify.kernel_routes(self.lab, family)
            figures[family] = self.lab.router(family)
            return (kernel[family] == self.lab.installed(family)
                    and len(kernel[family]) == figures[family]["installed"])

        for family in FAMILIES:
            try:
                wait_until(lambda f=family: agreed(f), 5, "agreement")
            except LabError:
                wrong += verify.differences(self.lab, family)[:3] or [
                    f"{family}: {len(kernel[family])} routes in the kernel"]
        return kernel, figures, wrong

    def summary(self):
        """Prints what came of it; returns what was wrong."""
        elapsed = time.monotonic() - self.started
        churn = self.churn()
        kernel, figures, wrong = self.settle()
        unseen = [sample for sample in self.capture(elapsed + TRUTH_S)
                  if sample[0] >= elapsed]
        right = self.shares(unseen, kernel)
        alone = self.shares(unseen, {family: {} for family in FAMILIES})
        say(f"After {elapsed:.0f} s:")
        for family, name in (("ipv4", "IPv4"), ("ipv6", "IPv6")):
            wrong += self.judge(family, name, kernel[family], figures[family],
                                right[family], alone[family])
        say(f"  churn: {churn:.1f} changes of kernel routes a second in the last {CHURN_S} s")
        for line in self.elephants.summary():
            say("  " + line)
        wrong += self.elephants.wrong()
        for line in wrong:
            say(f"WRONG: {line}")
        return wrong

    def judge(self, family, name, kernel, figures, right, alone):
        """Prints the figures of one family; returns what is wrong with them."""
        astray = verify.unsafe_routes(self.rib[family], kernel)
        say(f"  {name}: {figures['learned']:,} routes learned, {figures['installed']:,}"
            f" installed, {len(kernel):,} in the kernel, of at most"
            f" {figures['capacity']:,}; misforwarded by {len(astray)}")
        say(f"        right: {percent(figures['correct_share'])} says armd; of the next"
            f" {TRUTH_S} s of traffic, unseen by it, {percent(right)} of the bytes, and"
            f" {percent(alone)} by the default route alone")
        wrong = [f"{name}: {line}" for line in astray[:3]]
        for bad, what in (
                (figures["learned"] != len(self.rib[family]),
                 f"BIRD has {len(self.rib[family])} routes"),
                (not 0 < len(kernel) <= figures["capacity"], "the kernel's routes"),
                (figures["misforwarded_share"] != 0, "armd says that it misforwards"),
                (right <= alone, "no better than the default route alone"),
                (abs(right - figures["correct_share"]) > BELIEVED, "armd's own figure")):
            if bad:
                wrong.append(f"{name}: {what}")
        return wrong

    def show_top(self):
        say("What armctl shows:")
        say(self.lab.armctl("-s", self.lab.path("armd.run/armd.sock"), "top", "-n", "10"))


def main():
    parser = argparse.ArgumentParser(prog="demo", description="armd at work in a lab")
    parser.add_argument("--once", action="store_true",
                        help=f"{ONCE_S} s, a summary, and a status that says if it is true")
    args = parser.parse_args()
    signals_interrupt()
    try:
        require_root()
        with Lab(IPV4, IPV6, CAPACITY4, CAPACITY6) as lab:
            demo = Demo(lab, args.once)
            demo.bring_up()
            demo.start_traffic()
            if not args.once:
                enter = "sudo " + " ".join(lab.switch.enter)
                say(f"Look around: {enter} build/armctl -H 127.0.0.1 status; {enter} birdc -s"
                    f" {lab.path('bird.ctl')} show protocols. Ctrl-C ends it all.")
            demo.watch(ONCE_S if args.once else 0)
            demo.show_top()
            return 1 if demo.summary() else 0
    except KeyboardInterrupt:
        say("\nEnded.")
        return 0 if not args.once else 130
    except (LabError, OSError, http.client.HTTPException, json.JSONDecodeError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
