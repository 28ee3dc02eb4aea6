"""Samples: what armd needs to receive, decode, look up and account one, beside a loop
that only receives (sflow_sink) the same datagrams at the same rate.

    make bench-programs && tests/bench/run samples

armd holds a full table and a default route. The two run in turn; the CPU time is the
scheduler's, less what the process needs when no samples come. No target is connected for
the figures with a goal, as choosing routes is no part of a sample; what the choice of
every second costs with a target is a figure of its own. SAMPLES_RATE (200,000 a second)
must be one that armd takes without loss: a run with loss, which other load on the machine
can cause, is done again.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import time

from bench_table import fed, make_table, scratch
from daemon import TARGET, Daemon, free_udp_port
from measure import PREFIXES, RUNS, Figure, Unavailable, compared, median, started
from receivers import AS, HOME, LIMIT_S

KEYS = ("sample_cpu_ratio_floor", "sample_ns")
RATE = int(os.environ.get("SAMPLES_RATE", "200000"))
SECONDS = 2
IDLE_SECONDS = 1
WARM_RUNS = 8
RATES = [rate * 100_000 for rate in (2, 3, 4, 5, 6, 8, 10, 12, 15)]  # tried in turn
TRIES = 3
MARKER = "f" * 32
DEFAULTS = (  # UPDATEs of 0.0.0.0/0 and ::/0
    MARKER + "002d020000001540010100400200400304c6336401400504000000c800",
    MARKER + "003e0200000027800e1600020110"
    "20010db8ffff00000000000000000001000040010100400200400504000000c8",
)


def cpu_ns(process):
    return int(pathlib.Path(f"/proc/{process.pid}/schedstat").read_text().split()[0])


class Talker:
    """A program that answers each line with one of JSON."""

    def __init__(self, process):
        self.process = process

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise Unavailable(f"{self.process.args[0]} ended")
        return json.loads(line)


@contextlib.contextmanager
def talking(*command):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with started(*command, **pipes) as process:
        yield Talker(process)


class Floor:
    """The loop that only receives."""

    def __init__(self, talker, port):
        self.process, self.port = talker.process, port
        self.datagrams = lambda: talker.ask("")["datagrams"]
        self.active = lambda: 0


class Subject:
    """armd."""

    def __init__(self, daemon):
        self.process, self.port = daemon.process, daemon.sflow_port
        self.datagrams = lambda: daemon.status()["sflow"]["datagrams"]
        self.active = lambda: sum(daemon.router()[f]["active"] for f in ("ipv4", "ipv6"))


def idle_cpu(process):
    """CPU ns a second without samples."""
    before, began = cpu_ns(process), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return (cpu_ns(process) - before) / (time.monotonic() - began)


def settle(receiver):
    """Waits until the receiver has taken what stands in its socket."""
    while True:
        before = cpu_ns(receiver.process)
        time.sleep(0.02)
        if cpu_ns(receiver.process) - before < 1_000_000:
            return


def send(sender, receiver, rate, seconds):
    """A run: what was sent, the CPU ns a sample of the receiver, and datagrams lost."""
    idle, taken = idle_cpu(receiver.process), receiver.datagrams()
    before, began = cpu_ns(receiver.process), time.monotonic()
    sent = sender.ask(receiver.port, rate, seconds)
    settle(receiver)
    used = cpu_ns(receiver.process) - before - idle * (time.monotonic() - began)
    taken = receiver.datagrams() - taken
    return {
        "rate": sent["rate"],
        "ns": used / (max(taken, 1) * sent["samples"] / sent["datagrams"]),
        "lost": sent["datagrams"] - taken,
    }


def send_lossless(sender, receiver, rate, seconds):
    """The first of some runs in which nothing was lost, or None."""
    for _ in range(TRIES):
        run = send(sender, receiver, rate, seconds)
        if not run["lost"]:
            return run
    return None


def warm_up(sender, receiver):
    """Sends until hardly a destination is new to the receiver."""
    for _ in range(WARM_RUNS):
        before = receiver.active()
        send(sender, receiver, RATE, SECONDS)
        if receiver.active() <= before * 1.02:
            return


def alternate(sender, receivers):
    """Medians by receiver, of runs in turn, once all are warm."""
    runs = {name: [] for name in receivers}
    for receiver in receivers.values():
        warm_up(sender, receiver)
    for _ in range(RUNS):
        for name, receiver in receivers.items():
            run = send_lossless(sender, receiver, RATE, SECONDS)
            if not run:
                raise Unavailable(f"{name} loses datagrams at {RATE:,} samples a second")
            runs[name].append(run)
    return {
        name: {key: median(run[key] for run in several) for key in ("ns", "rate")}
        for name, several in runs.items()
    }


def highest_rate(sender, receiver):
    """The highest rate without loss, and whether it was the sender that set the limit."""
    best = 0
    for rate in RATES:
        run = send_lossless(sender, receiver, rate, 1)
        if not run:
            return best, False
        best = max(best, run["rate"])
        if run["rate"] < 0.95 * rate:
            break
    return best, True


def choice(sender, receiver):
    """CPU ms a second of choosing, which goes on for a while after the last sample."""
    run = send(sender, receiver, RATE, 1)
    return {"ms": idle_cpu(receiver.process) / 1e6, "lost": run["lost"]}


def with_defaults(stream):
    """The table with a default route of each family, over the first next hop."""
    more = stream.with_name("defaults.updates")
    more.write_bytes(stream.read_bytes() + b"".join(map(bytes.fromhex, DEFAULTS)))
    return more


def take(build, stream, about, sender):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(scratch(build))
        routes = about["routes"] + len(DEFAULTS)
        daemon = stack.enter_context(Daemon(build, folder, routes))
        stack.enter_context(fed(build, daemon, with_defaults(stream)))
        daemon.wait(routes, time.monotonic() + LIMIT_S)
        port = free_udp_port()
        sink = stack.enter_context(talking(build / "tests/bench/sflow_sink", port))
        receivers = {"armd": Subject(daemon), "floor": Floor(sink, port)}
        found = {"alone": alternate(sender, receivers)}
        found["highest"] = {name: highest_rate(sender, r) for name, r in receivers.items()}
        target = [build / "tests/bench/bgp_sink", "-l", TARGET, "-c", HOME, "-a", AS]
        target += ["-p", daemon.port, "-e", 2 * about["routes"]]
        stack.enter_context(started(*target, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        daemon.wait_until(lambda: daemon.router()["ipv4"]["target_up"], "no target session")
        found["choice"] = [choice(sender, receivers["armd"]) for _ in range(RUNS + 1)][1:]
        found["active"] = sum(daemon.router()[family]["active"] for family in ("ipv4", "ipv6"))
        return found


def figures(build):
    stream, about = make_table(build)
    table = [PREFIXES] if PREFIXES.exists() else []
    with talking(build / "tests/bench/sflow_send", *table) as sender:
        found = take(build, stream, about, sender)
    armd, floor = (found["alone"][name] for name in ("armd", "floor"))
    note = f"ns, {armd['rate']:,.0f} samples/s, {about['routes']:,} routes"

    def highest(name):
        rate, limited = found["highest"][name]
        return Figure(rate, note="limited by the sender" if limited else "")

    return {
        "sample_cpu_ratio_floor": compared(armd["ns"], floor["ns"], note),
        "sample_ns": Figure(armd["ns"], floor["ns"]),
        "sample_rate_lossless": highest("armd"),
        "sample_rate_lossless_floor": highest("floor"),
        "sample_choice_cpu_ms": Figure(
            median(run["ms"] for run in found["choice"]),
            note=f"a second, target connected, {found['active']:,} routes active; "
            f"{sum(run['lost'] for run in found['choice'])} datagrams lost meanwhile",
        ),
    }
