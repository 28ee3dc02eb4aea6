"""Neighbours that behave badly: what becomes of them, and that others do not notice."""

import os

from harness import agree, check, wait_until
from lab.process import Child

SPEAKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bgp_speaker.py")
ADDRESS = "127.0.0.66"
# A router of its own, so that nothing it says gets into the RIB of the others.
ROUTER = """
router "villain" {{
	as = 65136; router-id = 10.0.0.67
	rib "villain" {{ neighbor = {address}; local = 127.0.0.1; families = ipv4; {options} }}
}}
"""


class Villain:
    """The neighbor, and armd's idea of it."""

    def __init__(self, lab, scenario, options):
        self.lab = lab
        lab.write_armd_conf(lab.armd_conf() + ROUTER.format(address=ADDRESS, options=options))
        lab.reload_armd()
        self.child = Child(scenario, lab.switch,
                           ["python3", SPEAKER, scenario, ADDRESS, "127.0.0.1", "1179", "65136"],
                           lab.directory)
        lab.children.append(self.child)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stop()
        self.lab.children.remove(self.child)
        self.lab.write_armd_conf(self.lab.armd_conf())
        self.lab.reload_armd()

    def words(self):
        return self.child.log_tail(100000).splitlines()

    def session(self):
        return next(router for router in self.lab.status()["routers"]
                    if router["name"] == "villain")["sessions"][0]


def flapping_in_open(lab):
    """Who never gets further than OPEN is kept out, for longer and longer, and not for ever."""
    with Villain(lab, "flap", "connect-retry = 1; idle-hold = 4") as villain:
        wait_until(lambda: "kept out" in villain.words(), 10, "it is kept out")
        check(villain.words().index("kept out") == 5, "five times it is let in at first")
        # each time once, for it is soon back
        wait_until(lambda: villain.words().count("let in") >= 8, 30, "it is let in again")
        session = villain.session()
        check(session["failures"] >= 7, f"{session['failures']} failures")
        check(session["connections_refused"] > 0, "none was refused")
        check(session["idle_hold"] is None or session["idle_hold"] <= 4,
              f"kept out for {session['idle_hold']} s")
        said = lab.armd.log_tail(1000).count("villain (127.0.0.66): no session: ")
        check(0 < said <= 6, f"the log says so {said} times")
        agree(lab)


def silent_without_hold_time(lab):
    """A hold time of zero: neither side says anything, and the session stays."""
    with Villain(lab, "silent", "hold-time = 3") as villain:
        def lasts():
            session = villain.session()
            check(not session["flaps"], f"lost: {session['last_error']}")
            return (session["uptime"] or 0) > 7

        wait_until(lasts, 20, "it lasts longer than any hold time of armd's")
        session = villain.session()
        check(session["hold_time"] == 0 and session["keepalive_time"] == 0, "times agreed on")
        check(session["messages"]["keepalive"]["sent"] == 1, "armd sends keepalives")
        check(session["last_failure"] is None, f"{session['last_failure']}")


def deaf(lab):
    """RFC 9687: who asks for ever and never reads is given up."""
    with Villain(lab, "deaf", "hold-time = 0; send-hold-time = 3") as villain:
        wait_until(lambda: villain.session()["backlog"] > 0, 10, "armd cannot get rid of it")
        wait_until(lambda: villain.session()["flaps"], 20, "it is given up")
        session = villain.session()
        check(session["last_error"] == "sent Send Hold Timer Expired (8/0)",
              session["last_error"])
        agree(lab)


def noisy(lab):
    """What is no BGP ends the session, and keeps its sender out for a moment."""
    with Villain(lab, "noisy", "connect-retry = 30") as villain:
        wait_until(lambda: "heard notification 1/1" in villain.words(), 10, "it hears why")
        session = villain.session()
        check(session["last_error"].startswith(
            "sent Message Header Error/Connection Not Synchronized (1/1)"),
              session["last_error"])
        check(session["idle_hold"] is not None, "it may come back at once")


def faults_are_named(lab):
    """RFC 7606: a bad attribute costs the route, a bad prefix the session; both are told."""
    with Villain(lab, "faulty", "connect-retry = 30") as villain:
        wait_until(lambda: "heard notification 3/10" in villain.words(), 10, "it hears why")
        session = villain.session()
        check(session["last_error"] == "sent UPDATE Message Error/Invalid Network Field (3/10): "
              "prefix at byte 41: prefix too long: 210a00000000", session["last_error"])
        check(session["updates"]["treat_as_withdraw"] == 1, f"{session['updates']}")
        check("bad UPDATE: ORIGIN at byte 23: bad value: 40010107: routes withdrawn, "
              "198.51.100.0/24 first" in lab.armd.log_tail(1000), "the log does not say so")


def parting_words(lab):
    """RFC 9003: what it says at the end is shown, and steers no terminal."""
    with Villain(lab, "parting", "") as villain:
        wait_until(lambda: villain.session()["shutdown_received"], 10, "armd has the text")
        said = villain.session()["shutdown_received"]
        check(said == "bye ?[31m \N{SNOWMAN}?", f"it is shown as {said!r}")
        check(villain.session()["last_error"].endswith(said), villain.session()["last_error"])


TESTS = (flapping_in_open, silent_without_hold_time, deaf, noisy, faults_are_named,
         parting_words)
