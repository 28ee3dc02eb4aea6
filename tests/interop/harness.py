"""What the interop tests share: the lab with traffic, and what must hold at all times."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts"))

# pylint: disable=wrong-import-position
from lab import verify
from lab.process import LabError, wait_until
from lab.topology import Lab

FAMILIES = ("ipv4", "ipv6")
DEFAULT_PEER = "peer65134"
OTHER_PEERS = ("peer65135", "peer65137")
IPV4, IPV6 = 5000, 1000
CAPACITY4, CAPACITY6 = 400, 100


def check(condition, reason):
    if not condition:
        raise LabError(reason)


def obstacle():
    """Why the lab cannot be built here, or None."""
    return None


def start():
    """A lab that has not started anything yet; for `with`."""
    return Lab(IPV4, IPV6, CAPACITY4, CAPACITY6)


def bring_up(lab):
    """Everything runs, armd knows the table and traffic flows."""
    lab.make_prefixes()
    lab.install_programs()
    lab.make_network()
    lab.start_peers()
    lab.start_bird()
    wait_until(lab.bird_has_learned, 30, "BIRD has learned the table")
    lab.write_armd_conf(lab.armd_conf())
    lab.start_armd()
    # rates that stand still: what changes is what a test has changed
    lab.start_traffic("--rate", "3000", "--active", "2000", "--drift", "0",
                      "--seconds", "3600")


def disagreement(lab):
    """The first thing that does not hold between armd, BIRD and the kernel, or None."""
    router = lab.router()
    for family in FAMILIES:
        figures = router[family]
        if not 0 < figures["installed"] <= figures["capacity"]:
            return f"{family}: {figures['installed']} of {figures['capacity']} installed"
        found = verify.differences(lab, family)
        if found:
            return f"{family}: armd and the kernel: {found[0]} ({len(found)})"
        kernel, default = verify.kernel_routes(lab, family)
        if default != DEFAULT_PEER:
            return f"{family}: the default route leads to {default}"
        found = verify.unsafe_routes(verify.rib_routes(lab, family), kernel)
        if found:
            return f"{family}: {found[0]} ({len(found)})"
    return None


def agree(lab, seconds=15):
    """
    Waits until armd's books are BIRD's and the kernel's state, and every route in the
    kernel leads where the full table leads.
    """
    last = [None]

    def agreed():
        lab.armd.must_run()
        last[0] = disagreement(lab)
        return last[0] is None

    try:
        wait_until(agreed, seconds, "armd, BIRD and the kernel agree")
    except LabError as error:
        raise LabError(f"{error}: {last[0]}") from error


def ready(lab):
    """Sessions up, tables as generated, everything in agreement: where tests start."""
    wait_until(lab.bird_has_learned, 15, "BIRD has the table")
    wait_until(lab.all_established, 20, "all sessions are established")
    wait_until(lab.armd_has_learned, 20, "armd has the table")
    agree(lab)


def peer_of(lab, name):
    return next(peer for peer in lab.peers if peer.name == name)


def installed_by_others(lab, family):
    """Routes in the kernel by another peer than the default's: next hop by prefix."""
    kernel, _ = verify.kernel_routes(lab, family)
    return {prefix: hop for prefix, hop in kernel.items() if hop in OTHER_PEERS}


def restore(lab):
    for peer in lab.peers:
        if peer.announced or peer.withdrawn or peer.extra:
            peer.restore()
            peer.apply()
