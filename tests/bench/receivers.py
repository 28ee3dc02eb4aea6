"""Receivers of a full table over BGP: each is started, fed, asked how far it is, weighed.

To measure another one, derive from Receiver. All speak iBGP in AS 65136 on loopback
addresses and unprivileged ports.
"""

import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import time

from measure import Unavailable, started

AS = 65136
HOME = "127.0.0.1"
FEEDER = "127.0.0.2"  # where bgp_feed sends from
BEHIND_BIRD = "127.0.0.3"  # where a BIRD as a sender finds its receiver
LIMIT_S = 60  # for a table
TICKS = os.sysconf("SC_CLK_TCK")


def free_port(address):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Receiver:
    """A process that accepts the feeder at address:port. A context: entered, it runs."""

    process = None

    def __init__(self, build, folder, expect, address=HOME, sender=FEEDER):
        self.build, self.folder, self.expect = build, pathlib.Path(folder), expect
        self.address, self.sender, self.port = address, sender, free_port(address)
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *_):
        self.stack.close()

    def start(self):
        raise NotImplementedError

    def routes(self):
        """How many routes it holds now. Must cost the receiver next to nothing."""
        raise NotImplementedError

    def run(self, *command, **options):
        self.process = self.stack.enter_context(started(*command, **options))

    def cpu(self):
        """Seconds of CPU it has used."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024

    def wait(self, enough, deadline):
        """Waits until it holds `enough` routes; returns the time of the monotonic clock."""
        while self.routes() < enough:
            now = time.monotonic()
            if now > deadline:
                raise Unavailable(f"{type(self).__name__}: {self.routes()} of {enough} routes")
            if self.process.poll() is not None:
                raise Unavailable(f"{type(self).__name__} exited with {self.process.returncode}")
            time.sleep(0.02)
        return time.monotonic()

    def report(self):
        """Waits for the first and for 99.98 % of the routes expected: when, and the CPU."""
        cpu, deadline = self.cpu(), time.monotonic() + LIMIT_S
        first = self.wait(1, deadline)
        done = self.wait(self.expect - self.expect // 5000, deadline)
        return {"first": first, "done": done, "cpu": self.cpu() - cpu}


class Sink(Receiver):
    """bgp_sink: only reads and counts. Its own report is finer than asking it."""

    def start(self):
        command = [self.build / "tests/bench/bgp_sink", "-l", self.address, "-p", self.port]
        self.run(
            *command, "-e", self.expect, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def report(self):
        line = self.process.stdout.readline()
        if not line:
            raise Unavailable("bgp_sink: the session ended early")
        return json.loads(line)


class Bird(Receiver):
    """BIRD 2 without a kernel protocol. Filled, it can send its table on to a sink."""

    CONFIG = """
router id {address};
protocol device {{ }}
template bgp session {{
  local {address} port {port} as {as_number}; hold time 240; rr client;
  connect delay time 1; connect retry time 1; error wait time 1,2;
}}
protocol bgp feed from session {{
  neighbor {sender} as {as_number}; passive;
  ipv4 {{ import all; export none; }};
  ipv6 {{ import all; export none; }};
}}
protocol bgp to_sink from session {{
  neighbor {sink} port {sink_port} as {as_number}; disabled; interpret communities off;
  ipv4 {{ import none; export all; }};
  ipv6 {{ import none; export all; }};
}}
"""

    sink_port = 1  # where it connects to when told to

    def start(self):
        config, control = self.folder / "bird.conf", self.folder / "bird.ctl"
        words = {"address": self.address, "port": self.port, "as_number": AS}
        words.update(sender=self.sender, sink=BEHIND_BIRD, sink_port=self.sink_port)
        config.write_text(self.CONFIG.format(**words))
        command = ["bird", "-f", "-c", config, "-s", control, "-P", self.folder / "bird.pid"]
        try:
            self.run(*command, stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            raise Unavailable("BIRD is not installed") from None
        deadline = time.monotonic() + 10
        while not control.exists():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Unavailable("BIRD does not start")
            time.sleep(0.02)
        self.control = self.stack.enter_context(socket.socket(socket.AF_UNIX))
        self.control.connect(str(control))
        self.answers = self.stack.enter_context(self.control.makefile())
        self.answers.readline()  # 0001 BIRD ready

    def ask(self, command):
        """What birdc would print."""
        self.control.sendall(command.encode() + b"\n")
        lines = []
        for line in self.answers:
            lines.append(line)
            # the last line has a space behind its code and is no part of a table
            if re.match(r"\d{4} ", line):
                break
        return "".join(lines)

    def routes(self):
        return sum(map(int, re.findall(r"Routes:\s+(\d+) imported", self.ask("show protocols all feed"))))

    def counted(self):
        """The routes in its tables, by `show route count`, which walks them."""
        return sum(map(int, re.findall(r"(\d+) of \d+ routes.* in table", self.ask("show route count"))))
