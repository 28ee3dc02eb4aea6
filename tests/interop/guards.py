"""What keeps strangers out of a session, and sessions that fail in many ways."""

import re

from harness import agree, check, ready, wait_until
from lab.process import run
from lab.topology import set_option
from restarts import kernel_sizes, stay_until

SESSION = 'rib "to_arm4"'
TARGET = 'target "from_arm4"'


def with_options(text, section, **options):
    """A configuration of armd with these options in a session's section."""
    for option, value in options.items():
        option = option.replace("_", "-")
        begin = text.index(section + " {")
        end = text.index("}\n\t", begin)
        if f"\t{option} = " in text[begin:end]:
            text = set_option(text, section, option, str(value))
        else:
            text = text.replace(section + " {", f"{section} {{\n\t\t{option} = {value}", 1)
    return text


def configure_armd(lab, section=SESSION, **options):
    lab.write_armd_conf(with_options(lab.armd_conf(), section, **options))
    lab.reload_armd()


def configure_bird(lab, protocol="to_arm4", *lines):
    """BIRD's own configuration, with more lines in a protocol."""
    head = f"protocol bgp {protocol} from tarm {{\n"
    with open(lab.path("bird.conf"), encoding="utf-8") as conf:
        text = conf.read()
    text = re.sub(rf"({re.escape(head)})(?:\t# more\n(?:\t.*\n)*?\t# end\n)?",
                  lambda found: found[1] + ("\t# more\n" + "".join(
                      f"\t{line}\n" for line in lines) + "\t# end\n" if lines else ""), text)
    with open(lab.path("bird.conf"), "w", encoding="utf-8") as conf:
        conf.write(text)
    lab.birdc("configure")


def restore(lab):
    for protocol in ("to_arm4", "from_arm4"):
        configure_bird(lab, protocol)
    lab.write_armd_conf(lab.armd_conf())
    lab.reload_armd()
    lab.birdc("enable", "all")


def session(lab, name="to_arm4"):
    return next(one for one in lab.router()["sessions"] if one["name"] == name)


def is_up(lab, name="to_arm4"):
    return session(lab, name)["state"] == "established"


def wait_up(lab, name="to_arm4", seconds=20):
    wait_until(lambda: is_up(lab, name), seconds, f"{name} is established")


def bird_tries_in_vain(lab, name="to_arm4"):
    """BIRD dials, and dials again, and there is no session."""
    wait_until(lambda: not is_up(lab, name), 10, f"{name} is lost")
    lab.birdc("restart", name)
    wait_until(lambda: re.search(r"BGP state: +(Connect|Active|OpenSent|OpenConfirm)",
                                 lab.birdc("show", "protocols", "all", name)), 10,
               f"BIRD tries to bring up {name}")
    check(not is_up(lab, name), f"{name} is established")


def guarded(test):
    """Whatever happens in the test, both go on as they were."""
    def wrapped(lab):
        try:
            test(lab)
        finally:
            restore(lab)
    wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
    return wrapped


@guarded
def password(lab):
    """TCP MD5: without, with a wrong and with the right password; armd waits."""
    configure_armd(lab, password="swordfish")
    bird_tries_in_vain(lab)
    configure_bird(lab, "to_arm4", 'password "swordfisch";')
    bird_tries_in_vain(lab)
    configure_bird(lab, "to_arm4", 'password "swordfish";')
    wait_up(lab)
    check("swordfish" not in str(lab.status()), "the API shows the password")
    check("swordfish" not in lab.armd.log_tail(10000), "the log shows the password")
    ready(lab)
    configure_armd(lab)
    bird_tries_in_vain(lab)


@guarded
def password_when_armd_dials(lab):
    """The same, from a file, to a BIRD that waits."""
    with open(lab.path("secret"), "w", encoding="ascii") as secret:
        secret.write("sword fish\n")
    configure_bird(lab, "to_arm4", "passive yes;", 'password "sword fish";')
    configure_armd(lab, connect="yes", password_file=f'"{lab.path("secret")}"')
    wait_up(lab)
    check("everybody may read" in lab.armd.log_tail(10000), "armd does not warn of the file")
    configure_armd(lab, connect="yes", password="wrong")
    wait_until(lambda: not is_up(lab), 10, "the session is lost")
    configure_armd(lab, connect="yes", password='"sword fish"')
    wait_up(lab)


@guarded
def ttl_security(lab):
    """GTSM: each side refuses one that does not send as if from near."""
    configure_armd(lab, ttl_security=1)
    bird_tries_in_vain(lab)
    configure_bird(lab, "to_arm4", "ttl security on;")
    wait_up(lab)
    ready(lab)
    configure_armd(lab)
    bird_tries_in_vain(lab)


@guarded
def ttl_security_when_armd_dials(lab):
    configure_bird(lab, "to_arm4", "passive yes;", "ttl security on;")
    configure_armd(lab, connect="yes", ttl_security=1)
    wait_up(lab)


@guarded
def both_dial(lab):
    """Connections that collide: one session comes of them, each time."""
    configure_armd(lab, connect="yes")
    for _ in range(5):
        wait_up(lab)
        flaps = session(lab)["flaps"]
        lab.birdc("restart", "to_arm4")
        wait_until(lambda before=flaps: session(lab)["flaps"] > before, 10, "it is lost")
    wait_up(lab)
    wait_until(lambda: len(connections(lab)) == 2, 10, "one connection is left, with two ends")


def connections(lab):
    """Both ends of connections on the RIB session's address, whoever dialled."""
    lines = run(*lab.switch.enter, "ss", "-Htn", "state", "established",
                "( sport = :1179 or dport = :1179 or sport = :179 or dport = :179 )")
    return [line for line in lines.splitlines() if line.count("127.0.0.1:") == 2]


def refresh_asked(lab):
    """armctl refresh: BIRD sends all again between two marks, and nothing changes."""
    before = session(lab)
    sizes = kernel_sizes(lab)
    check("to_arm4" in lab.armctl("-s", lab.path("armd.run/armd.sock"), "refresh",
                                  "to_arm4"), "armctl does not say whom it asked")

    def answered():
        now = session(lab)
        counts = [now["messages"]["route_refresh"][way] - before["messages"]["route_refresh"][way]
                  for way in ("sent", "received")]
        return counts == [1, 2]

    stay_until(lab, sizes, answered, 20, "both marks have come")
    now = session(lab)
    came = now["prefixes_received"] - before["prefixes_received"]
    check(came >= lab.rib_sizes()["ipv4"], f"{came} routes came again")
    check(now["flaps"] == before["flaps"], "the session was lost")
    agree(lab)


def refresh_answered(lab):
    """BIRD asks armd for its routes, and what is in the kernel stays."""
    before = session(lab, "from_arm4")
    sizes = kernel_sizes(lab)
    lab.birdc(*lab.bird_reload, "from_arm4")

    def answered():
        messages = session(lab, "from_arm4")["messages"]["route_refresh"]
        old = before["messages"]["route_refresh"]
        return messages["received"] == old["received"] + 1 and messages["sent"] == old["sent"] + 2

    stay_until(lab, sizes, answered, 10, "armd has sent both marks")
    sent = session(lab, "from_arm4")["prefixes_announced"] - before["prefixes_announced"]
    check(sent >= sizes["ipv4"] - 1, f"{sent} routes were announced again")
    agree(lab)


@guarded
def max_prefix(lab):
    """Beyond the limit the session is closed for a while; or it is only said."""
    configure_armd(lab, max_prefix=100, max_prefix_action="warn")
    wait_until(lambda: session(lab)["max_prefix"] == "beyond", 10, "armd sees too many routes")
    check(is_up(lab), "the session is lost")
    check("more than max-prefix, 100" in lab.armd.log_tail(1000), "nothing is said")
    configure_armd(lab, max_prefix=100, max_prefix_restart=3)
    lab.api("/api/v1/routers/leaf1/refresh?session=to_arm4", "POST")
    wait_until(lambda: "Maximum Number of Prefixes" in (session(lab)["last_error"] or ""), 10,
               "the session is closed")
    wait_until(lambda: "Maximum number of prefixes reached" in
               lab.birdc("show", "protocols", "all", "to_arm4"), 5, "BIRD was told why")
    lab.write_armd_conf(lab.armd_conf())
    lab.reload_armd()
    wait_up(lab, seconds=30)


def shutdown_text(lab):
    """What the operator of BIRD says when he closes a session, and what armd says."""
    lab.birdc("disable", "to_arm4", '"new line card, back at noon"')
    wait_until(lambda: session(lab)["shutdown_received"] == "new line card, back at noon", 10,
               "the status has the text")
    check("back at noon" in session(lab)["last_error"], f"{session(lab)['last_error']}")
    lab.birdc("enable", "to_arm4")
    ready(lab)


TESTS = (password, password_when_armd_dials, ttl_security, ttl_security_when_armd_dials,
         both_dial, refresh_asked, refresh_answered, max_prefix, shutdown_text)
