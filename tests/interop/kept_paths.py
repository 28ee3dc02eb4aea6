"""Routes by several next hops stay in the kernel as they are when armd falls."""

import signal

from harness import (FAMILIES, OTHER_PEERS, agree, check, peer_of, restore, verify,
                     wait_until)
from kept import Armd, back_to_normal, make_room, ready_with_room
from kernel_watch import KernelWatch

BOTH = "+".join(OTHER_PEERS)
MOVING = 4  # routes of each kind that change while armd is down


def by(lab, hops):
    """The kernel's routes by these peers, IPv4's first, in order of prefixes."""
    return [prefix for family in FAMILIES
            for prefix, peers in sorted(verify.kernel_routes(lab, family)[0].items())
            if peers == hops]


def lead_to(lab, prefixes, hops):
    """True if all of these routes are by these peers in the kernel."""
    return set(prefixes) <= set(by(lab, hops))


def paths_survive_a_kill(lab):
    """Nothing is touched in the kernel if nothing has changed when armd is back."""
    make_room(lab, 1000)
    several = by(lab, BOTH)
    check(len(several) > 50, f"only {len(several)} routes by {BOTH}")
    with KernelWatch(lab) as watch:
        before = set(several + by(lab, OTHER_PEERS[0]) + by(lab, OTHER_PEERS[1]))
        begin = len(watch.read())
        lab.armd.stop(signal.SIGKILL)
        armd = Armd(lab)
        wait_until(armd.has_all_back, 30, "armd goes on")
        ready_with_room(lab)
        touched = [event.prefix for event in watch.events(begin) if event.prefix in before]
        check(not touched, f"{len(touched)} events of the kernel: {touched[:5]}")
    back_to_normal(lab)


def paths_change_while_armd_is_down(lab):
    """Next hops come and go while armd is away: these routes are replaced, no other."""
    make_room(lab, 1000)
    one, other = (peer_of(lab, name) for name in OTHER_PEERS)
    gain, vanish = by(lab, one.name)[:MOVING], by(lab, other.name)[:MOVING]
    lose, leave = by(lab, BOTH)[:MOVING], by(lab, BOTH)[MOVING:2 * MOVING]
    check(len(gain) == len(vanish) == len(lose) == len(leave) == MOVING, "few routes")
    before = {prefix for hops in (BOTH, one.name, other.name) for prefix in by(lab, hops)}
    with KernelWatch(lab) as watch:
        begin = len(watch.read())
        lab.armd.stop(signal.SIGKILL)
        for peer in lab.peers:
            for prefix in vanish + leave:
                peer.withdraw(prefix)
        for prefix in gain:
            one.announce(prefix)
            other.announce(prefix)
        for prefix in lose:
            other.announce(prefix)
        for peer in lab.peers:
            peer.apply()
        armd = Armd(lab)
        wait_until(armd.has_all_back, 30, "armd goes on")
        wait_until(lambda: lead_to(lab, gain, BOTH) and lead_to(lab, lose, other.name),
                   10, "the kernel has the next hops of today")
        agree(lab)
        events = watch.events(begin)
        lost = [event.prefix for event in events
                if event.left and event.prefix in before - set(vanish + leave)]
        check(not lost, f"{len(lost)} routes left the kernel: {lost[:5]}")
        moved = set(gain + vanish + lose + leave)
        touched = [event.prefix for event in events if event.prefix in before - moved]
        check(not touched, f"{len(touched)} events of other routes: {touched[:5]}")
        for prefix in vanish + leave:
            seen = [event.left for event in events if event.prefix == prefix]
            # the paths of a route go one by one
            check(seen.count(True) == 1 and seen[-1] and len(seen) <= 2,
                  f"{prefix} went by {len(seen)} steps")
    restore(lab)
    ready_with_room(lab)
    back_to_normal(lab)


TESTS = (paths_survive_a_kill, paths_change_while_armd_is_down)
