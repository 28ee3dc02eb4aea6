"""The reaction: from the first datagram of a destination that had no traffic before to
the UPDATE that announces its prefix to the target.

    make bench-programs && tests/bench/run reaction

100,000 routes, 1,000 samples a second of other traffic. The figures with a goal have
places free; beside them one where the capacity is full, and a destination has to
displace another by 50 samples a second. Each probe is a single datagram at a random time.
"""

from bench_table import scratch
from daemon import Daemon
from measure import PREFIXES, Figure, Unavailable, median, run_json

KEYS = ("reaction_median_ms", "reaction_p99_ms")
PROBES = 400
FULL_CAPACITY, FULL_PROBES, FULL_WARM_S = 500, 60, 10


def play(build, capacity, *options):
    """The milliseconds, and what the program says beside them."""
    table = [PREFIXES] if PREFIXES.exists() else []
    with scratch(build) as folder:
        daemon = Daemon(build, folder, 0)
        daemon.capacity = capacity
        with daemon:
            ports = ["-p", daemon.port, "-u", daemon.sflow_port]
            found = run_json(build / "tests/bench/reaction", *options, *ports, *table)
    if not found["ms"]:
        raise Unavailable("armd announces nothing")
    return found


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def figures(build):
    free = play(build, 50_000, "-n", PROBES)
    full = play(build, FULL_CAPACITY, "-H", "-n", FULL_PROBES, "-w", FULL_WARM_S)

    def note(found):
        missing = found["probes"] - len(found["ms"])
        return f"{found['probes']} probes, {missing} not announced within 5 s"

    # a probe that never came is the worst of all
    times = free["ms"] + [float("inf")] * (free["probes"] - len(free["ms"]))
    return {
        "reaction_median_ms": Figure(median(times), note=note(free)),
        "reaction_p99_ms": Figure(quantile(times, 0.99)),
        "reaction_full_median_ms": Figure(median(full["ms"]), note=note(full)),
        "reaction_full_p99_ms": Figure(quantile(full["ms"], 0.99)),
    }
