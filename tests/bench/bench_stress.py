"""Stress: how long API answers take, what of sFlow is counted and what memory is used
while a full table changes, flaps, is read by others, or cannot be told to the target.

    make bench-programs && STRESS_SECONDS=60 tests/bench/run stress

armd holds a full table, a target takes 10,000 routes of it, and SAMPLES samples a second
come all the time. Meanwhile a client asks one thing after the other, each on a connection
of its own. A stalled target is one that is stopped, and reads nothing.

The reference is a web server that does nothing else, asked in turn with armd: what its
answers take is the work of the machine, which has others to serve.
"""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench_samples import talking
from bench_table import make_table, scratch
from daemon import TARGET, Daemon
from measure import PREFIXES, Figure, Unavailable, median, started
from receivers import AS, FEEDER, HOME, LIMIT_S, free_port

SECONDS = float(os.environ.get("STRESS_SECONDS", "10"))
CHANGES = 100_000  # a second
PERIOD = 10  # seconds between two flaps
SAMPLES = 20_000  # a second
PAUSE = 0.005  # between two requests
KEEPALIVE = b"\xff" * 16 + b"\x00\x13\x04"
QUESTIONS = (
    "/api/v1/status",
    "/api/v1/sessions",
    "/api/v1/routers/bench/lookup?address=8.8.8.8",
    "/api/v1/routers/bench/routes?covered=8.0.0.0/8&max=100",
    "/bgp/topprefixes/bench/json?maxPrefixes=20",
)
WHOLE_TABLE = "/api/v1/routers/bench/routes?format=lines&max=4294967295"
SCENARIOS = ("calm", "stream", "changes", "flap", "stalled")
KEYS = tuple(f"stress_{name}_api_p99_ms" for name in SCENARIOS)


def get(address, path):
    """The length of an answer."""
    connection = http.client.HTTPConnection(*address, timeout=60)
    try:
        connection.request("GET", path)
        answer, length = connection.getresponse(), 0
        while chunk := answer.read(1 << 20):
            length += len(chunk)
        return length
    finally:
        connection.close()


class Client(threading.Thread):
    """Asks until told to stop; keeps how long the answers took (ms), and the memory."""

    def __init__(self, lab):
        super().__init__()
        self.lab, self.took, self.floor, self.rss = lab, [], [], lab.daemon.rss()
        self.stopped = threading.Event()

    def ask(self, address, question):
        self.stopped.wait(PAUSE)
        began = time.monotonic()
        get(address, question)
        return 1000 * (time.monotonic() - began)

    def run(self):
        while not self.stopped.is_set():
            for question in QUESTIONS:
                self.took.append(self.ask(self.lab.daemon.api, question))
                self.floor.append(self.ask(self.lab.floor, "/"))
            self.rss = max(self.rss, self.lab.daemon.rss())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()


def p99(took):
    return sorted(took)[int(len(took) * 0.99)]


class Lab:
    """armd with a table, a target and samples."""

    def __init__(self, build, stack):
        self.build, self.stack = build, stack
        self.stream, about = make_table(build)
        folder = stack.enter_context(scratch(build))
        self.daemon = stack.enter_context(Daemon(build, folder, about["routes"]))
        self.floor = self.serve_nothing(folder)
        self.storm = self.feed()
        self.target = self.take(folder)
        words = [PREFIXES] if PREFIXES.exists() else []
        self.sender = stack.enter_context(talking(build / "tests/bench/sflow_send", *words))

    def serve_nothing(self, folder):
        """The address of a server of an empty folder."""
        address, empty = (HOME, free_port(HOME)), os.path.join(folder, "empty")
        os.mkdir(empty)
        command = [sys.executable, "-m", "http.server", "-b", HOME, "-d", empty, address[1]]
        self.stack.enter_context(started(*command, stderr=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL))
        return address

    def feed(self):
        command = [self.build / "tests/bench/bgp_storm", "-a", AS, "-l", FEEDER]
        command += ["-c", self.daemon.address, "-p", self.daemon.port, self.stream]
        storm = self.stack.enter_context(talking(*command))
        if not storm.process.stdout.readline():
            raise Unavailable("bgp_storm ended")
        self.daemon.wait(self.daemon.expect, time.monotonic() + LIMIT_S)
        return storm

    def take(self, folder):
        """A target: bgp_feed that has nothing to say."""
        nothing = os.path.join(folder, "keepalive")
        with open(nothing, "wb") as file:
            file.write(KEEPALIVE)
        command = [self.build / "tests/bench/bgp_feed", "-a", AS, "-l", TARGET]
        command += ["-c", self.daemon.address, "-p", self.daemon.port, nothing]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        target = self.stack.enter_context(started(*map(str, command), **pipes))
        if not target.stdout.readline():
            raise Unavailable("bgp_feed could not be a target")
        return target

    def counted(self):
        return self.daemon.status()["sflow"]["datagrams"]


@contextlib.contextmanager
def stopped(process):
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def read_whole(address, seconds):
    """Reads the whole table again and again; how many bytes a second."""
    began, length = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        length += get(address, WHOLE_TABLE)
    return length / (time.monotonic() - began)


def read_tables(lab):
    """In a process of its own: threads of one would wait for each other."""
    with ProcessPoolExecutor(1, get_context("spawn")) as reader:
        return reader.submit(read_whole, lab.daemon.api, SECONDS).result()


def happen(lab, name):
    """Makes a scenario happen; what there was of it a second."""
    if name == "calm":
        time.sleep(SECONDS)
        return None
    if name == "stream":
        return read_tables(lab)
    if name == "stalled":
        with stopped(lab.target):
            done = lab.storm.ask("change", CHANGES, SECONDS)
    elif name == "flap":
        done = lab.storm.ask("flap", PERIOD, SECONDS)
    else:
        done = lab.storm.ask("change", CHANGES, SECONDS)
    return done["changes"] / done["seconds"]


def measure(lab, name):
    """The figures of one scenario."""
    rss, before = lab.daemon.rss(), lab.counted()
    sent = {}

    def send():
        sent.update(lab.sender.ask(lab.daemon.sflow_port, SAMPLES, SECONDS))

    sending = threading.Thread(target=send)
    with Client(lab) as client:
        sending.start()
        rate = happen(lab, name)
        sending.join()
    counted = lab.counted() - before
    note = f"{len(client.took)} answers, median {median(client.took):.2g} ms"
    note += f", longest {max(client.took):.3g} ms"
    found = {
        f"stress_{name}_api_p99_ms": Figure(p99(client.took), p99(client.floor), note=note),
        f"stress_{name}_sflow_counted": Figure(counted / sent["datagrams"]),
        f"stress_{name}_rss_ratio": Figure(client.rss / rss, note=f"of {rss / 1e6:.0f} MB"),
    }
    if rate is not None:
        what = "bytes a second" if name == "stream" else "changes a second"
        found[f"stress_{name}_rate"] = Figure(rate, note=what)
    return found


def figures(build):
    found = {}
    with contextlib.ExitStack() as stack:
        lab = Lab(build, stack)
        for name in SCENARIOS:
            found.update(measure(lab, name))
    return found
