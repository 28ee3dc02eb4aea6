"""What armd says of a route is what BIRD's table and the kernel show."""

import ipaddress
from urllib.parse import quote

from harness import FAMILIES, agree, check, verify
from lab.topology import ROUTER

ASKED = 150  # routes of a family, with and without a place


def explain(lab, prefix):
    return lab.api(f"/api/v1/routers/{ROUTER}/explain?prefix={quote(prefix)}")


def cover(prefix, kernel):
    """The longest route of the kernel strictly above a prefix, or None."""
    net = ipaddress.ip_network(prefix)
    while net.prefixlen > 1:
        net = net.supernet()
        if str(net) in kernel:
            return str(net)
    return None


def must_be_true(answer, prefix, rib, kernel, default):
    """Raises if an explanation is not what the tables show."""
    above = cover(prefix, kernel)
    said = f"{answer['text']} ({answer['reason']})"
    check(answer["installed"] == (prefix in kernel), f"not so: {said}")
    check(answer["text"].startswith(prefix), f"of another: {said}")
    if prefix in kernel and above:
        check(answer["other"] == above, f"covered by {above}: {said}")
        check(answer["reason"] == ("redundant" if kernel[above] == rib[prefix]
                                   else "protects"), f"covered by {above}: {said}")
    elif prefix in kernel:
        check(answer["reason"] in ("chosen", "fills", "going"), said)
    elif above:
        check(answer["reason"] == "covered" and answer["other"] == above,
              f"covered by {above}: {said}")
    elif rib[prefix] == default:
        check(answer["reason"] in ("like-default", "no-traffic"), said)
    else:
        check(answer["reason"] in ("priced-out", "no-traffic", "coming", "budget",
                                   "too-large", "like-default"), said)


def explanations(lab):
    """Some routes with a place and some without; those that stood still meanwhile."""
    for family in FAMILIES:
        agree(lab)
        kernel, default = verify.kernel_routes(lab, family)
        rib = verify.rib_routes(lab, family)
        others = [p for p in rib if p not in kernel and not p.endswith("/0")]
        asked = list(kernel)[:ASKED] + others[:ASKED]
        answers = {prefix: explain(lab, prefix) for prefix in asked}
        after, _ = verify.kernel_routes(lab, family)
        told = 0
        for prefix, answer in answers.items():
            if (kernel.get(prefix) == after.get(prefix) and
                    cover(prefix, kernel) == cover(prefix, after)):
                must_be_true(answer, prefix, rib, kernel, default)
                told += 1
        check(told > ASKED / 2, f"{family}: only {told} routes stood still")
    text = lab.armctl("-s", lab.path("armd.run/armd.sock"), "explain", prefix)
    check(text.startswith(f"{prefix} is "), f"armctl says: {text[:80]}")


TESTS = (explanations,)
