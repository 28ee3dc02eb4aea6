"""What a restart of armd costs in the kernel while traffic goes on as before."""

import signal

from harness import FAMILIES, agree, check, wait_until
from kept import Armd, back_to_normal, ready_with_room, reload
from kernel_watch import KernelWatch
from lab.topology import set_option

CAPACITIES = {"ipv4": 1800, "ipv6": 400}  # less than what is active: places are fought for
SAMPLES = 100_000  # a while, in what armd hears


def figure(lab, name):
    return sum(lab.router(family)[name] for family in FAMILIES)


def hear(lab):
    """Waits until armd has heard so many samples more."""
    until = figure(lab, "samples") + SAMPLES
    wait_until(lambda: figure(lab, "samples") >= until, 60, f"{SAMPLES} samples")


def changes(lab, watch):
    """How often the kernel's routes change in a while."""
    begin = len(watch.read())
    hear(lab)
    return len(watch.events(begin))


def restart_costs_little(lab):
    """A full table under steady traffic: a restart changes less than a route in a hundred."""
    text = lab.armd_conf()
    for family, capacity in CAPACITIES.items():
        text = set_option(text, family, "capacity", str(capacity))
    traffic = lab.start_traffic("--rate", "20000", "--active", "5000", "--drift", "0",
                                "--seconds", "900", "--seed", "2", name="busy")
    reload(lab, text)
    wait_until(lambda: figure(lab, "installed") >= 2000, 60, "2000 routes are installed")
    try:
        with KernelWatch(lab) as watch:
            limit = figure(lab, "installed") / 100
            wait_until(lambda: changes(lab, watch) < limit / 2, 180, "the choice is made")
            for how in (signal.SIGKILL, signal.SIGTERM):
                usual = changes(lab, watch)
                installed, begin = figure(lab, "installed"), len(watch.read())
                lab.armd.stop(how)
                armd = Armd(lab)
                wait_until(armd.has_all_back, 30, "armd goes on")
                hear(lab)
                found = len(watch.events(begin))
                print(f"   {how.name}: {found} changes of {installed} routes,"
                      f" without it {usual}", flush=True)
                check(found - usual < limit, f"{found} changes, without a restart {usual}")
            ready_with_room(lab)
    finally:
        traffic.stop()
        back_to_normal(lab)
    agree(lab)


TESTS = (restart_costs_little,)
