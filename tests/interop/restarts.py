"""Daemons and sessions come and go."""

import re
import signal

from harness import FAMILIES, agree, check, ready, verify, wait_until
from lab.topology import set_option


def kernel_sizes(lab):
    return {family: len(verify.kernel_routes(lab, family)[0]) for family in FAMILIES}


def stay_until(lab, before, condition, seconds, what):
    """Waits for the condition; nine tenths of the kernel's routes before must stay."""
    def holds():
        now = kernel_sizes(lab)
        for family in FAMILIES:
            check(now[family] >= 0.9 * before[family],
                  f"{now[family]} of {before[family]} {family} routes in the kernel"
                  f" before {what}")
        return condition()

    wait_until(holds, seconds, what, interval=0.02)


def established(lab):
    try:
        return lab.all_established()
    except OSError:
        return False


def target_session_loss(lab):
    """Without the target session armd believes nothing installed; then all of it again."""
    lab.birdc("disable", "from_arm4")
    wait_until(lambda: lab.router("ipv4")["installed"] == 0, 10,
               "armd knows that nothing is installed")
    check(not lab.installed("ipv4"), "routes are listed as installed")
    wait_until(lambda: not verify.kernel_routes(lab, "ipv4")[0], 10, "the kernel is empty")
    check(lab.router("ipv6")["installed"] > 0, "IPv6 went as well")
    lab.birdc("enable", "from_arm4")
    ready(lab)


def rib_session_loss(lab):
    """Without the RIB session for a moment, what is installed stays."""
    before = kernel_sizes(lab)
    lab.birdc("disable", "to_arm4")
    wait_until(lambda: lab.sessions()["to_arm4"] != "established", 10,
               "armd sees its RIB session go")
    lab.birdc("enable", "to_arm4")
    stay_until(lab, before, lambda: established(lab) and lab.armd_has_learned(), 20,
               "the RIB is back")
    ready(lab)


def armd_restart(lab):
    """armd ends and starts as an operator would do it."""
    lab.armd.stop()
    lab.start_armd()
    ready(lab)


def armd_crash(lab):
    """Killed, it comes back to where it was."""
    lab.armd.stop(signal.SIGKILL)
    lab.start_armd()
    ready(lab)


def bird_restart(lab):
    """BIRD is killed, starts with -R, and comes back to where it was."""
    lab.bird.stop(signal.SIGKILL)
    lab.start_bird("-R")
    ready(lab)


def since(lab):
    """When each of BIRD's sessions with armd last changed, in seconds of the day."""
    found = re.findall(r"^(\w+_arm\d).* (\d\d):(\d\d):(\d\d\.\d+)",
                       lab.birdc("show", "protocols"), re.MULTILINE)
    return {name: int(hours) * 3600 + int(minutes) * 60 + float(seconds)
            for name, hours, minutes, seconds in found}


def check_unchanged(lab, before):
    """BIRD reckons the times anew for each answer: they differ by a millisecond."""
    now = since(lab)
    check(now.keys() == before.keys()
          and all(abs(now[name] - before[name]) < 0.1 for name in now),
          f"{before} became {now}")


def reload_keeps_sessions(lab):
    """SIGHUP with another capacity: it is taken, and no session notices."""
    before = since(lab)
    check(len(before) == 4, f"sessions {before}")
    text = lab.armd_conf()
    lab.write_armd_conf(set_option(text, "ipv4", "capacity", "150"))
    lab.armd.send(signal.SIGHUP)
    wait_until(lambda: lab.router("ipv4")["capacity"] == 150, 5, "the capacity is 150")
    wait_until(lambda: len(verify.kernel_routes(lab, "ipv4")[0]) <= 150, 10,
               "the kernel has no more than 150")
    agree(lab)
    lab.write_armd_conf(text)
    lab.armd.send(signal.SIGHUP)
    wait_until(lambda: lab.router("ipv4")["capacity"] == lab.capacity["ipv4"], 5,
               "the capacity is as before")
    check_unchanged(lab, before)
    agree(lab)


def reload_refuses_errors(lab):
    """SIGHUP with a broken file: armd names the line and goes on as it was."""
    before = since(lab)
    text = lab.armd_conf()
    lab.write_armd_conf(text.replace("router-id", "router-idd"))
    lab.armd.send(signal.SIGHUP)
    wait_until(lambda: re.search(r"armd\.conf:\d+: .*router-idd", lab.armd.log_tail()), 5,
               "armd names file, line and word")
    lab.write_armd_conf(text)
    check_unchanged(lab, before)
    agree(lab)


TESTS = (target_session_loss, rib_session_loss, armd_restart, armd_crash, bird_restart,
         reload_keeps_sessions, reload_refuses_errors)
