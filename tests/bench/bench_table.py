"""A full table: 1.06 million routes, one an UPDATE.

Replayed at full speed by bgp_feed, for the CPU time and the memory of the receiver
against BIRD as a receiver of the same bytes; and sent by a real BIRD, for the time until
99.98 % are there against a sink that only reads (BIRD stalls on its last dozen).
"""

import contextlib
import json
import subprocess
import tempfile
import time

from measure import PREFIXES, RUNS, Figure, Unavailable, compared, median, run_json, started
from daemon import Daemon
from receivers import AS, BEHIND_BIRD, FEEDER, HOME, LIMIT_S, Bird, Sink

KEYS = (
    "full_table_wall_ratio_sink",
    "full_table_cpu_ratio_bird",
    "full_table_bytes_per_route",
)


def make_table(build):
    """The stream and what is in it, made once for each list and generator."""
    maker, stream = build / "tests/bench/make_table", build / "bench/table.updates"
    about = stream.with_suffix(".json")
    sources = [path for path in (maker, PREFIXES) if path.exists()]
    if not about.exists() or any(s.stat().st_mtime > about.stat().st_mtime for s in sources):
        stream.parent.mkdir(parents=True, exist_ok=True)
        made = run_json(maker, *([PREFIXES] if PREFIXES.exists() else []), stream)
        about.write_text(json.dumps(made))
    return stream, json.loads(about.read_text())


@contextlib.contextmanager
def fed(build, receiver, stream):
    """Feeds a running receiver; yields what bgp_feed reports once it has written all."""
    command = [build / "tests/bench/bgp_feed", "-a", AS, "-l", FEEDER, "-c", receiver.address]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with started(*command, "-p", receiver.port, stream, **pipes) as feeder:
        line = feeder.stdout.readline()
        if not line:
            raise Unavailable(f"bgp_feed could not feed {type(receiver).__name__}")
        yield json.loads(line)


@contextlib.contextmanager
def scratch(build):
    with tempfile.TemporaryDirectory(dir=build / "bench") as folder:
        yield folder


def replay(build, kind, stream, about):
    """Wall and CPU seconds and bytes a route of a receiver fed at full speed."""
    with scratch(build) as folder, kind(build, folder, about["routes"]) as receiver:
        cpu = receiver.cpu()
        with fed(build, receiver, stream) as feed:
            done = receiver.wait(about["routes"], time.monotonic() + LIMIT_S)
            return {
                "wall": done - feed["first_byte"],
                "cpu": receiver.cpu() - cpu,
                "bytes": receiver.rss() / about["routes"],
            }


def from_bird(build, kind, stream, about):
    """Wall and CPU seconds of a receiver that a real BIRD sends its table."""
    routes = about["routes"]
    with contextlib.ExitStack() as stack:
        folders = [stack.enter_context(scratch(build)) for _ in range(2)]
        receiver = kind(build, folders[0], routes, BEHIND_BIRD, HOME)
        bird = Bird(build, folders[1], routes)
        bird.sink_port = receiver.port
        stack.enter_context(receiver)
        stack.enter_context(bird)
        stack.enter_context(fed(build, bird, stream))
        bird.wait(routes, time.monotonic() + LIMIT_S)
        if bird.counted() != routes:
            raise Unavailable(f"BIRD holds {bird.counted()} of {routes} routes")
        bird.ask("enable to_sink")
        return timed(receiver.report())


def replay_sink(build, stream, about):
    with scratch(build) as folder, Sink(build, folder, about["routes"]) as sink:
        with fed(build, sink, stream):
            return timed(sink.report())


def timed(report):
    return {"wall": report["done"] - report["first"], "cpu": report["cpu"]}


def medians(runs):
    return {key: median(run[key] for run in runs) for key in runs[0]}


def take(build, stream, about):
    """Medians by what was run, in turn so that all meet the same machine."""
    runs = {
        "sink": lambda: replay_sink(build, stream, about),
        "bird": lambda: replay(build, Bird, stream, about),
        "sink from BIRD": lambda: from_bird(build, Sink, stream, about),
        "armd": lambda: replay(build, Daemon, stream, about),
        "armd from BIRD": lambda: from_bird(build, Daemon, stream, about),
    }
    done = {name: [] for name in runs}
    for _ in range(RUNS):
        for name, run in runs.items():
            done[name].append(run())
    return {name: medians(several) for name, several in done.items()}


def figures(build):
    stream, about = make_table(build)
    of = take(build, stream, about)
    bird, sink, sent = of["bird"], of["sink"], of["sink from BIRD"]
    note = f"{about['routes']:,} routes, {about['sets']:,} attribute sets, {about['table']}"
    found = {
        "full_table_bird_replay_s": Figure(bird["wall"], sink["wall"], note=note),
        "full_table_bird_cpu_s": Figure(bird["cpu"], sink["cpu"], note="against the sink"),
        "full_table_bird_bytes_per_route": Figure(bird["bytes"]),
        "full_table_sink_from_bird_s": Figure(sent["wall"], note="to 99.98 %"),
        "full_table_sink_from_bird_cpu_s": Figure(sent["cpu"]),
    }
    armd = of["armd"]
    found["full_table_wall_ratio_sink"] = compared(of["armd from BIRD"]["wall"], sent["wall"], "s")
    found["full_table_cpu_ratio_bird"] = compared(armd["cpu"], bird["cpu"], "s")
    found["full_table_bytes_per_route"] = Figure(armd["bytes"], bird["bytes"])
    found["full_table_armd_replay_s"] = Figure(armd["wall"], sink["wall"])
    return found
