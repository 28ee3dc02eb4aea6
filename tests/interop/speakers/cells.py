"""The columns of the interop matrix: what must hold with every speaker, in both roles.

Each is a function of the lab that raises LabError when it does not hold.
"""

import dataclasses
import os
import signal

from lab.process import LabError, run, wait_until

from .speaker import BY_IPV6, FAMILIES, GUARDED, PEER, PLAIN, ROOT, TWO_PEERS
from .wire import (DEFAULTS, FIFTH, SECOND_TABLE, SIXTH, TABLE, TABLE_BY_IPV6,
                   difference)

BIG_AS = 4200000001
EXTENDED = 65535


def check(condition, reason):
    if not condition:
        raise LabError(reason)


def subject_sessions(lab):
    """armd's sessions with the speaker under test, one of each family."""
    return lab.sessions(lab.role).values()


def established(lab):
    return all(session["state"] == "established" for session in subject_sessions(lab))


def ipv4(lab):
    """Routes with each attribute."""
    lab.agree("ipv4")


def ipv6(lab):
    """The same over a session of its own."""
    lab.agree("ipv6")


def link_local(lab):
    """The peer's link-local address travels beside its global one."""
    expected = {route.prefix: PEER.link_local for route in TABLE
                if route.next_hop == PEER.ipv6 and route.prefix not in DEFAULTS}
    wait_until(lambda: lab.target.link_locals() == expected, 2,
               f"{lab.target.name} has {expected}")


def as4(lab):
    """AS numbers of four octets are agreed on, and arrive."""
    for session in subject_sessions(lab):
        check(session["as4"], f"{session['name']}: not agreed on")
    for family in FAMILIES:
        routes = lab.learned(family) if lab.role == "rib" else lab.target.routes(family)
        check(any(BIG_AS in route.path for route in routes.values()),
              f"no {family} path by AS {BIG_AS}")


def extended(lab):
    """Messages of more than 4096 bytes are agreed on."""
    for session in subject_sessions(lab):
        check(session["message_max"] == EXTENDED,
              f"{session['name']}: messages of {session['message_max']} bytes")


def change(lab):
    """Next hops move and attributes change."""
    def changed(route):
        if route.prefix in DEFAULTS:
            return route
        if route.next_hop == FIFTH.address(route.family):
            return dataclasses.replace(route, next_hop=SIXTH.address(route.family))
        return dataclasses.replace(route, communities=frozenset({"65001:7"}), med=7)

    lab.announce([changed(route) for route in TABLE])
    for family in FAMILIES:
        lab.agree(family)


def withdraw(lab):
    """Routes go, and come again."""
    for table in (TABLE[::2], TABLE):
        lab.announce(table)
        for family in FAMILIES:
            lab.agree(family)


def refresh(lab):
    """Who takes the routes asks for all of them again, and gets them."""
    if lab.role == "rib":
        armd_asks(lab)
    else:
        armd_is_asked(lab)


def armd_asks(lab):
    before, withdrawn = lab.sessions("rib"), target_withdrawals(lab)
    run(os.path.join(ROOT, "build", "armctl"), "-s", lab.path("armd.sock"), "refresh")
    for family in FAMILIES:
        wait_until(lambda f=family: lab.sessions("rib")[f]["prefixes_received"]
                   >= before[f]["prefixes_received"] + len(lab.expected(f)), 5,
                   f"{lab.source.name} sends all {family} routes again")
        lab.agree(family)
    check(target_withdrawals(lab) == withdrawn, "routes were withdrawn meanwhile")


def target_withdrawals(lab):
    return [session["prefixes_withdrawn"] for session in lab.sessions("target").values()]


def armd_is_asked(lab):
    for family in FAMILIES:
        before = lab.sessions("target")[family]
        lab.target.ask_refresh(family)

        def answered(family=family, before=before):
            now = lab.sessions("target")[family]
            return (now["messages"]["route_refresh"]["received"]
                    > before["messages"]["route_refresh"]["received"]
                    and now["prefixes_announced"] >= before["prefixes_announced"]
                    + len(lab.expected_at_target(family)))

        wait_until(answered, 5, f"armd announces all {family} routes again")
        lab.agree(family)


def restart(lab):
    """Killed, it comes back to where it was; routes learned from it stay meanwhile."""
    lab.subject.stop(signal.SIGKILL)
    wait_until(lambda: not established(lab), 10, "armd notices")
    if lab.role == "rib":
        for family in FAMILIES:
            found = difference(lab.target.routes(family), lab.expected_at_target(family))
            check(not found, f"while it is away: {found}")
    lab.subject.start()
    wait_until(lambda: established(lab), 60, "the sessions are back")
    for family in FAMILIES:
        lab.agree(family)


def graceful(lab):
    """Graceful restart is agreed on, and a target keeps what it has while armd, killed,
    is away."""
    for session in subject_sessions(lab):
        check(session["graceful_restart"], f"{session['name']}: not agreed on")
    if lab.role == "rib":
        return
    lab.armd.stop(signal.SIGKILL)
    try:
        for family in FAMILIES:
            wait_until(lambda f=family: not lab.target.is_up(f), 10,
                       f"{lab.target.name} notices that armd is gone")
            found = difference(lab.target.routes(family), lab.expected_at_target(family))
            check(not found, f"while armd is away: {found}")
    finally:
        lab.start_armd()
    for family in FAMILIES:
        lab.agree(family, 30)


def armd_restart(lab):
    """armd is killed and comes back."""
    lab.armd.stop(signal.SIGKILL)
    lab.start_armd()
    for family in FAMILIES:
        lab.agree(family, 30)


def all_paths(lab):
    """Of two equally good paths both arrive, and each other route by its one."""
    for family in FAMILIES:
        if lab.role == "rib":
            expected = paths_of(lab.expected(family), family)
            wait_until(lambda f=family, e=expected: lab.learned_next_hops(f) == e, 6,
                       f"armd has {expected}")
        expected = paths_of(lab.expected_at_target(family), family)
        wait_until(lambda f=family, e=expected: lab.target.next_hops(f) == e, 6,
                   f"{lab.target.name} has {expected}")


def paths_of(table, family):
    hops = {prefix: {route.next_hop} for prefix, route in table.items()}
    for route in SECOND_TABLE:
        if route.family == family:
            hops[route.prefix].add(route.next_hop)
    return hops


def next_hops(lab):
    """IPv4 routes by IPv6 next hops arrive, go and come."""
    lab.agree("ipv4")
    for table in (TABLE_BY_IPV6[::2], TABLE_BY_IPV6):
        lab.announce(table)
        lab.agree("ipv4")


# Name and function of each column, by the lab that they are tried in.
COLUMNS = {PLAIN: (
    ("IPv4", ipv4),
    ("IPv6", ipv6),
    ("link-local", link_local),
    ("AS4", as4),
    ("ext. messages", extended),
    ("change", change),
    ("withdraw", withdraw),
    ("refresh", refresh),
    ("restart", restart),
    ("GR", graceful),
    ("armd restart", armd_restart),
), TWO_PEERS: (
    ("ADD-PATH", all_paths),
), BY_IPV6: (
    ("RFC 8950", next_hops),
), GUARDED: (
    # a session comes up only where both sides sign, and only if the speaker's packets
    # have the highest TTL
    ("MD5", ipv4),
    ("GTSM", ipv6),
)}
