"""What armctl tells of sessions and tables is what BIRD tells of them."""

import ipaddress
import json
import re

from harness import (FAMILIES, IPV4, agree, check, installed_by_others, verify,
                     wait_until)

SOCKET = "armd.run/armd.sock"
LAST_LINE = re.compile(r"(\d+) routes?$")


def armctl(lab, *words):
    return lab.armctl("-s", lab.path(SOCKET), *words)


def capabilities(session):
    """Those in use."""
    return {item["name"] for item in session["capabilities"] if item["agreed"]}


def prefixes_agree(lab, name, family):
    """True if they did not change between two questions."""
    session, = json.loads(armctl(lab, "-j", "sessions", name))["sessions"]
    figures = lab.router(family)
    held = figures["learned"] if session["role"] == "rib" else figures["installed"]
    return session["prefixes"] == {family: held}


def sessions_as_bird_sees_them(lab):
    """State, what was agreed on and how many prefixes, on both ends of a session."""
    for name, family in (("to_arm4", "ipv4"), ("from_arm6", "ipv6")):
        session, = json.loads(armctl(lab, "-j", "sessions", name))["sessions"]
        theirs = lab.birdc("show", "protocols", "all", name)
        agreed = capabilities(session)
        check(session["state"] == "established", f"{name} is {session['state']}")
        check(f"{family}_unicast" in agreed, f"{name}: {family} is not agreed on")
        for words, capability in (("Route refresh", "route_refresh"),
                                  ("4-octet AS numbers", "as4"),
                                  ("Extended message", "extended_message")):
            offered = theirs.count(words) == 2  # by both
            check(offered == (capability in agreed),
                  f"{name}: {capability} is {capability in agreed}, BIRD says {offered}")
        hold = re.search(r"Hold timer:\s+[\d.]+/(\d+)", theirs)
        check(hold and int(hold[1]) == session["hold_time"],
              f"{name}: hold time {session['hold_time']}")
        check(0 < session["timers"]["hold"] <= session["hold_time"],
              f"{name}: hold timer {session['timers']['hold']}")
        wait_until(lambda n=name, f=family: prefixes_agree(lab, n, f), 5,
                   f"{name} has as many {family} prefixes as the table")
        check(session["end_of_rib"] == [family], f"{name}: {session['end_of_rib']}")
    text = armctl(lab, "sessions", "to_arm4")
    check("established for" in text and "ipv4_unicast" in text, text)


def tables_by_filters(lab):
    """Each filter leaves what it says of BIRD's table."""
    agree(lab)
    for family, flag in zip(FAMILIES, ("-n4294967295", "-6")):
        rib = verify.rib_routes(lab, family)
        answer = json.loads(armctl(lab, "-j", "routes", flag))
        listed = {route["prefix"]: lab.hops(route.get("nexthops", [route["nexthop"]]))
                  for route in answer["routes"]}
        check(listed == rib, f"{family}: {len(listed)} routes of {len(rib)}")
        order = [ipaddress.ip_network(prefix) for prefix in listed]
        check(order == sorted(order), f"{family}: not by prefix")
    rib = verify.rib_routes(lab, "ipv4")
    prefix, hop = next(iter(installed_by_others(lab, "ipv4").items()))
    route, = json.loads(armctl(lab, "-j", "routes", f"prefix={prefix}"))["routes"]
    check(lab.hop(route["nexthop"]) == hop and route["installed"], f"{prefix}: {route}")
    origin = route["aspath"].split("-")[-1]
    by_hop = sum(hop in hops.split("+") for hops in rib.values())
    for words, wanted in ((f"nexthop={route['nexthop']}", by_hop),
                          (f"covered={prefix}", covered(rib, prefix)),
                          (f"origin_as={origin}", None),
                          ("community=no-export", 0)):
        last = armctl(lab, "routes", words).rstrip().splitlines()[-1]
        found = LAST_LINE.search(last)
        check(found, f"{words}: {last}")
        count = int(found[1])
        check(count == wanted if wanted is not None else 0 < count <= IPV4 + 1,
              f"{words}: {count} routes, not {wanted}")


def covered(rib, prefix):
    """How many routes a prefix covers, with itself."""
    above = ipaddress.ip_network(prefix)
    return sum(ipaddress.ip_network(route).subnet_of(above) for route in rib)


TESTS = (sessions_as_bird_sees_them, tables_by_filters)
