"""Nothing falls when armd falls: what is installed stays in the kernel."""

import datetime
import os
import random
import re
import signal
import time

from kernel_watch import KernelWatch
from harness import (FAMILIES, OTHER_PEERS, agree, check, installed_by_others, peer_of,
                     ready, restore, verify, wait_until)
from lab.process import run
from lab.topology import LEAF4, LEAF6, set_option

KILLS = 20
RANDOM_KILLS = 30
LIFE = 3.0  # seconds: enough to learn, resume, choose and save
READING = 0.4  # seconds: enough for BIRD to read what stood
MOVING = 20  # routes of each family that change while armd is down
DOWN = "target .* down: "


class Armd:
    """armd's log since it was started."""

    def __init__(self, lab):
        self.lab = lab
        self.begin = os.path.getsize(lab.armd.log)
        lab.start_armd()

    def said(self, pattern):
        self.lab.armd.must_run()
        with open(self.lab.armd.log, encoding="utf-8") as log:
            log.seek(self.begin)
            return re.findall(pattern, log.read())

    def answers(self):
        return self.lab.armd_answers()

    def has_all_back(self):
        return len(self.said("changes for what stood before")) >= len(FAMILIES)

    def is_resuming(self):
        """Whether a target may not have read yet all that stood. If armd dies then, the
        target may drop the rest (RFC 4724, 4.2), which nobody can help."""
        self.lab.armd.must_run()
        with open(self.lab.armd.log, encoding="utf-8") as log:
            log.seek(self.begin)
            times = re.findall("^(.{23}) info  (?:router .* changes for what stood"
                               "|target .* up,)", log.read(), re.MULTILINE)
        return bool(times) and (datetime.datetime.now()
                                - datetime.datetime.fromisoformat(times[-1])
                                ).total_seconds() < READING


def reload(lab, text):
    lab.write_armd_conf(text)
    lab.armd.send(signal.SIGHUP)


def make_room(lab, least):
    """Places for all that is active: what leaves the kernel then was lost."""
    text = lab.armd_conf()
    for family in FAMILIES:
        text = set_option(text, family, "capacity", "4000")
    reload(lab, text)
    wait_until(lambda: sum(lab.router(family)["installed"] for family in FAMILIES) >= least,
               60, f"{least} routes are installed")
    agree(lab)


def ready_with_room(lab):
    wait_until(lab.all_established, 20, "all sessions are established")
    wait_until(lab.armd_has_learned, 20, "armd has the table")
    agree(lab)


def back_to_normal(lab):
    reload(lab, lab.armd_conf())
    wait_until(lambda: all(lab.router(family)["capacity"] == lab.capacity[family]
                           for family in FAMILIES), 5, "the capacity is as before")


def log_count(lab, pattern):
    with open(lab.armd.log, encoding="utf-8") as log:
        return len(re.findall(pattern, log.read()))


def move(lab, moving, turn):
    """Installed routes get another next hop, vanish or come back, turn by turn."""
    for number, (prefix, hop) in enumerate(moving):
        other = next(name for name in OTHER_PEERS if name != hop)
        kind = (number + turn) % 3
        for peer in lab.peers:
            if kind == 0:
                peer.withdraw(prefix)
            else:
                peer.withdrawn.discard(prefix)
                peer.announced.pop(prefix, None)
        if kind == 1:
            peer_of(lab, other).announce(prefix)
    for peer in lab.peers:
        peer.apply()


def kept_through_kills(lab):
    """Killed and restarted again and again while routes move: none else is lost."""
    make_room(lab, 1000)
    moving = [item for family in FAMILIES
              for item in list(installed_by_others(lab, family).items())[:MOVING]]
    moved = {prefix for prefix, _ in moving}
    with KernelWatch(lab) as watch:
        for turn in range(KILLS):
            before = {prefix for family in FAMILIES
                      for prefix in verify.kernel_routes(lab, family)[0]}
            begin = len(watch.read())
            lab.armd.stop((signal.SIGKILL, signal.SIGTERM)[turn % 2])
            move(lab, moving, turn)
            armd = Armd(lab)
            # not while a session is up and has not been told all that stood: a target may
            # then drop the rest (RFC 4724, 4.2), which nobody could help
            until = (armd.has_all_back, armd.answers)[turn // 2 % 2]
            wait_until(until, 30, "armd goes on", interval=0.01)
            lost = [prefix for prefix in watch.deleted(begin) if prefix in before - moved]
            check(not lost, f"turn {turn}: {len(lost)} routes left the kernel: {lost[:5]}")
        wait_until(armd.has_all_back, 30, "armd goes on")
        restore(lab)
        ready_with_room(lab)
        lost = [prefix for prefix in watch.deleted(begin) if prefix in before - moved]
        check(not lost, f"{len(lost)} routes left the kernel at last: {lost[:5]}")
    back_to_normal(lab)


def killed_at_any_moment(lab):
    """Killed at random moments, most of them before it has learned, while routes move:
    none else is lost."""
    make_room(lab, 1000)
    chance = random.Random()
    moving = [item for family in FAMILIES
              for item in list(installed_by_others(lab, family).items())[:MOVING]]
    moved = {prefix for prefix, _ in moving}
    before = {prefix for family in FAMILIES for prefix in verify.kernel_routes(lab, family)[0]}
    with KernelWatch(lab) as watch:
        begin = len(watch.read())
        lab.armd.stop(signal.SIGKILL)
        for turn in range(RANDOM_KILLS):
            armd = Armd(lab)
            moment = chance.uniform(0, LIFE)
            time.sleep(moment)
            wait_until(lambda a=armd: not a.is_resuming(), 10, "the targets have read")
            lab.armd.stop(signal.SIGKILL)
            lost = [prefix for prefix in watch.deleted(begin) if prefix in before - moved]
            begin = len(watch.read())
            move(lab, moving, turn)
            check(not lost, f"turn {turn}, killed after {moment:.3f} s:"
                  f" {len(lost)} routes left the kernel: {lost[:5]}")
        lab.start_armd()
        restore(lab)
        ready_with_room(lab)
        lost = [prefix for prefix in watch.deleted(begin) if prefix in before - moved]
        check(not lost, f"{len(lost)} routes left the kernel at last: {lost[:5]}")
    back_to_normal(lab)


def target_session_reset(lab):
    """The target sessions break off without a word: no route is lost."""
    make_room(lab, 1000)
    with KernelWatch(lab) as watch:
        begin = len(watch.read())
        downs = log_count(lab, DOWN)
        run(*lab.switch.enter, "ss", "-K", "dst", LEAF4, "or", "dst", f"[{LEAF6}]")
        wait_until(lambda: log_count(lab, DOWN) >= downs + 2, 10,
                   "armd sees both target sessions go")
        ready_with_room(lab)
        gone = watch.deleted(begin)
        check(not gone, f"{len(gone)} routes left the kernel: {gone[:5]}")
    back_to_normal(lab)


def bird_recovers(lab):
    """BIRD is killed and started with -R: no route is lost or changed on the way, though
    its table is empty and its paths come one by one."""
    make_room(lab, 1000)
    with KernelWatch(lab) as watch:
        before = {prefix: hops for family in FAMILIES
                  for prefix, hops in verify.kernel_routes(lab, family)[0].items()}
        begin = len(watch.read())
        lab.bird.stop(signal.SIGKILL)
        lab.start_bird("-R")
        wait_until(lab.bird_has_learned, 30, "BIRD has the table")
        ready_with_room(lab)
        events = watch.events(begin)
        gone = [event.prefix for event in events if event.left]
        check(not gone, f"{len(gone)} routes left the kernel: {gone[:5]}")
        changed = [event.prefix for event in events if event.prefix in before
                   and before[event.prefix] != lab.hops(event.gateways)]
        check(not changed, f"{len(changed)} routes changed: {changed[:5]}")
    back_to_normal(lab)


def both_recover(lab):
    """BIRD and armd are killed at once, and BIRD started with -R: no route is lost."""
    make_room(lab, 1000)
    with KernelWatch(lab) as watch:
        begin = len(watch.read())
        lab.armd.stop(signal.SIGKILL)
        lab.bird.stop(signal.SIGKILL)
        lab.start_bird("-R")
        lab.start_armd()
        wait_until(lab.bird_has_learned, 30, "BIRD has the table")
        wait_until(lab.all_established, 200, "all sessions are established")
        ready_with_room(lab)
        gone = watch.deleted(begin)
        check(not gone, f"{len(gone)} routes left the kernel: {gone[:5]}")
    back_to_normal(lab)


def torn_state(lab):
    """A state file that is cut short: armd says so and starts from nothing."""
    lab.armd.stop(signal.SIGKILL)
    path = lab.path("armd.run/leaf1.state")
    check(os.path.getsize(path) > 1000, f"{path} is short")
    os.truncate(path, 1000)
    armd = Armd(lab)
    wait_until(lambda: armd.said(r"leaf1\.state ignored: it is torn"), 5, "armd says so")
    ready(lab)


TESTS = (kept_through_kills, killed_at_any_moment, target_session_reset, bird_recovers, both_recover,
         torn_state)
