"""Changes by the API: the capacity, and recordings that armsim plays back."""

import json
import os
import signal

from harness import (CAPACITY4, FAMILIES, ROOT, agree, check, installed_by_others, peer_of,
                     verify, wait_until)
from lab.process import LabError, run

SOCKET = "armd.run/armd.sock"
RECORDINGS = "armd.run/recordings"


def armctl(lab, *words):
    """What armctl prints, in JSON."""
    return json.loads(lab.armctl("-s", lab.path(SOCKET), "-j", *words))


def refused(lab, *words):
    """Why armctl says no."""
    try:
        lab.armctl(*words)
    except LabError as error:
        return str(error)
    raise LabError(f"armctl {' '.join(words)} was not refused")


def capacity_while_it_runs(lab):
    """Less room by the API; the kernel follows, and a reload brings it all back."""
    why = refused(lab, "-H", "127.0.0.1:8008", "capacity", "leaf1", "ipv4=50")
    check("over the Unix socket" in why, why)
    said = armctl(lab, "capacity", "ipv4=50")
    check(said["ipv4"]["installed"] <= 50, f"installed {said}")
    check(said["ipv4"]["configured"] == CAPACITY4, f"configured {said}")
    wait_until(lambda: len(verify.kernel_routes(lab, "ipv4")[0]) <= 50, 5,
               "the kernel has no more than 50 routes")
    agree(lab)
    lab.armd.send(signal.SIGHUP)
    wait_until(lambda: lab.router("ipv4")["capacity"] == CAPACITY4, 5, "reload")
    wait_until(lambda: lab.router("ipv4")["installed"] > 50, 10, "routes come back")
    agree(lab)


def played_back(lab, folder):
    """The tables that the recording leaves: the hops' names by prefix, by family."""
    tables = {family: {} for family in FAMILIES}

    def table(prefix):
        return tables["ipv6" if ":" in prefix else "ipv4"]

    with open(os.path.join(folder, "rib.txt"), encoding="ascii") as rib:
        for line in rib:
            if not line.startswith("#"):
                prefix, hop, *_ = line.split()  # a line for each next hop
                table(prefix).setdefault(prefix, []).append(hop)
    with open(os.path.join(folder, "changes.txt"), encoding="ascii") as changes:
        for line in changes:
            _, what, prefix, *hops = line.split()
            if what == "w":
                table(prefix).pop(prefix, None)
            else:
                table(prefix)[prefix] = hops
    return {family: {prefix: lab.hops(hops) for prefix, hops in routes.items()}
            for family, routes in tables.items()}


def armsim(lab, folder):
    """Runs the command that the recording names; its report."""
    with open(os.path.join(folder, "rib.txt"), encoding="ascii") as rib:
        command = rib.readlines()[1].removeprefix("# armsim ").split()
    report = lab.path("report.json")
    run("env", "-C", folder, os.path.join(ROOT, "build", "armsim"), *command,
        "--skip", "10", "--report", report)
    with open(report, encoding="ascii") as text:
        return json.load(text)["runs"][0]


def correct_share(lab):
    """armd's, of both families."""
    figures = [lab.router(family) for family in FAMILIES]
    return (sum(f["correct_share"] * f["bytes_per_second"] for f in figures)
            / sum(f["bytes_per_second"] for f in figures))


def recording_is_played_back(lab):
    """A recording while routes move: armsim knows the same table and does as armd does."""
    folder = lab.path(RECORDINGS + "/moving")
    armctl(lab, "record", "start", "--max-size", "50M", "--for", "10m", "moving")
    moved = {family: next(iter(installed_by_others(lab, family))) for family in FAMILIES}
    for peer in lab.peers:
        for prefix in moved.values():
            peer.withdraw(prefix)
        peer.apply()
    wait_until(lambda: armctl(lab, "record")["state"] == "recording", 10,
               "the snapshot is whole")
    peer = peer_of(lab, "peer65137")
    for prefix in moved.values():
        peer.announce(prefix)
    peer.apply()
    wait_until(lambda: all(verify.rib_routes(lab, family).get(moved[family]) == peer.name
                           for family in FAMILIES), 10, "BIRD has the changes")
    agree(lab)
    wait_until(lambda: armctl(lab, "record")["datagrams"] > 10000, 60, "traffic is recorded")
    said = armctl(lab, "record", "stop")
    check(said["state"] == "ended" and not said["failed"], f"{said}")
    tables = played_back(lab, folder)
    for family in FAMILIES:
        check(tables[family] == verify.rib_routes(lab, family),
              f"the {family} table is not BIRD's")

    sim = armsim(lab, folder)
    check(sim["input"]["datagrams"] == said["datagrams"], f"datagrams {sim['input']}")
    check(sim["misforwarded"] == 0 and sim["unsafe"] == 0 and sim["over_capacity"] == 0,
          f"armsim: {sim}")
    # armd's is that of a minute, in which other things may have happened before
    wait_until(lambda: abs(sim["correct"] - correct_share(lab)) < 0.03, 90,
               f"armd is as correct as armsim, {sim['correct']:.4f}")
    for family in FAMILIES:
        check(sim[family]["capacity"] == lab.router(family)["capacity"], f"capacity {sim}")


def recording_on_a_full_disk(lab):
    """It ends and says why; nothing else does."""
    directory = lab.path(RECORDINGS)
    os.makedirs(directory, exist_ok=True)
    run("mount", "-t", "tmpfs", "-o", "size=128k,mode=777", "tmpfs", directory)
    try:
        armctl(lab, "record", "start", "full")
        wait_until(lambda: armctl(lab, "record")["state"] == "ended", 10, "it ends")
        said = lab.status()["record"]
        check(said["failed"] and "No space left on device" in said["end"], f"{said}")
        agree(lab)
        with open(os.path.join(directory, "full", "rib.txt"), encoding="ascii") as rib:
            check(rib.read().endswith("\n"), "a line is cut")
    finally:
        run("umount", directory)


TESTS = (capacity_while_it_runs, recording_is_played_back, recording_on_a_full_disk)
