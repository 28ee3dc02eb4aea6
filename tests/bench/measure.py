"""What the benchmarks share: figures, medians, programs and the test data."""

import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess

RUNS = int(os.environ.get("BENCH_RUNS", "5"))
SHARED = pathlib.Path(os.environ.get("ARMD_SHARED", "../shared"))
PREFIXES = SHARED / "data/routing/prefixes-2024.txt.gz"


class Unavailable(Exception):
    """A figure cannot be taken here; the text says why."""


@dataclasses.dataclass
class Figure:
    value: float = None
    reference: float = None  # in the unit that `subject` has
    subject: float = None  # what `reference` is held against, if not the value
    why: str = ""  # no value
    note: str = ""

    def ratio(self):
        subject = self.value if self.subject is None else self.subject
        if subject is None or not self.reference:
            return None
        return subject / self.reference


def compared(subject, reference, note=""):
    """A figure that is a ratio."""
    return Figure(subject / reference, reference, subject, note=note)


def median(values):
    return statistics.median(values)


def run_json(*command, timeout=300):
    """The JSON object that a program prints."""
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, check=True, timeout=timeout
    )
    return json.loads(done.stdout)


@contextlib.contextmanager
def started(*command, **options):
    """A program in the background, ended on every way out."""
    process = subprocess.Popen([str(word) for word in command], **options)
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.terminate()
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
