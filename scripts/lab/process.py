"""Children, network namespaces and waiting: what the lab is made of.

A child is ended by its own process id, and the kernel ends it should we die first.
"""

import os
import signal
import subprocess
import time


class LabError(Exception):
    """The lab could not do what it was asked; the message says why."""


PATIENCE = 3  # how much slower a busy machine may be


def wait_until(condition, seconds, what, interval=0.1):
    """
    Returns the first true value of condition(), asked until it has had more than time
    enough: `seconds` are what it takes at most on a machine that does nothing else.
    """
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise LabError(f"not within {seconds} s: {what}")
        time.sleep(interval)


def run(*command, check=True):
    """Runs a command to its end and returns what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, check=False)
    if check and done.returncode != 0:
        raise LabError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def signals_interrupt():
    """The first signal to end raises, so that `with` cleans up; no other disturbs that."""
    def raise_interrupt(_number, _frame):
        signals_ignore()
        raise KeyboardInterrupt

    for number in END_SIGNALS:
        signal.signal(number, raise_interrupt)


def signals_ignore():
    """From now on nothing interrupts us: we are cleaning up."""
    for number in END_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


class Namespace:
    """A network namespace with its loopback up.

    It has no name and no file: a process that only waits holds it, so that it is gone
    when we are, however we end; and nothing is mounted, so that it works in a chroot.
    """

    holder = None

    def create(self):
        # pylint: disable-next=consider-using-with
        self.holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            start_new_session=True)
        wait_until(self.made, 5, "the kernel makes a network namespace", interval=0.01)
        self.ip("link", "set", "lo", "up")

    def made(self):
        if self.holder.poll() is not None:
            raise LabError(self.holder.stderr.read().decode().strip())
        return (os.readlink(f"/proc/{self.holder.pid}/ns/net")
                != os.readlink("/proc/self/ns/net"))

    @property
    def pid(self):
        """By which ip(8) knows the namespace."""
        return str(self.holder.pid)

    @property
    def enter(self):
        """What to put before a command that is to run inside."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net"]

    def ip(self, *arguments):
        return run(*self.enter, "ip", *arguments)

    def delete(self):
        """Also when it was never, or only half, created."""
        if self.holder:
            self.holder.kill()
            self.holder.wait()
            self.holder.stderr.close()
            self.holder = None


class Child:
    """A program in a namespace, with its process id and its output in files."""

    def __init__(self, name, namespace, command, directory, user=None):
        self.name = name
        self.log = os.path.join(directory, name + ".log")
        become = ["setpriv", "--pdeathsig", "KILL"]
        if user:
            become += ["--reuid", str(user[0]), "--regid", str(user[1]), "--clear-groups"]
        with open(self.log, "ab") as log:
            # pylint: disable-next=consider-using-with
            self.process = subprocess.Popen(
                [*namespace.enter, *become, *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        with open(os.path.join(directory, name + ".pid"), "w", encoding="ascii") as pid:
            print(self.process.pid, file=pid)

    def running(self):
        return self.process.poll() is None

    def must_run(self):
        if not self.running():
            raise LabError(f"{self.name} ended with status {self.process.returncode}:\n"
                           + self.log_tail())

    def log_tail(self, lines=8):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-lines:]).rstrip()

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, seconds=5):
        """Ends it with a signal, and without asking when it has not gone in time."""
        if self.running():
            self.process.send_signal(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
