"""A switch with FRR alone: the configurations of conf/frr, with two more peers.

The eBGP peers are in a view, armd announces to the default instance; the rest of the lab
is that of BIRD.
"""

import json
import os
import re
import signal

import changes
import kept
from harness import (CAPACITY4, CAPACITY6, DEFAULT_PEER, FAMILIES, IPV4, IPV6,
                     OTHER_PEERS, agree, check, peer_of, ready, restore, verify, wait_until)
from kernel_watch import KernelWatch
from lab.topology import Lab, ROOT, set_option
from speakers.frr import Frr, FrrDaemons
from speakers.speaker import Host, Speaker

VIEW = "show bgp view full"


class SwitchFrr(Speaker):
    """zebra and bgpd, configured as an operator's would be: from one frr.conf."""

    program = Frr.program

    def start(self):
        daemons = FrrDaemons(self)
        daemons.start("")
        daemons.boot()
        self.vtysh = daemons.vtysh


class FrrLab(Lab):
    """The lab with FRR in the place of BIRD."""

    kernel_protocol = "bgp"

    def start_bird(self, *_):
        """Starts FRR, the first time or again."""
        if not self.bird:
            self.write_frr_conf()
        self.bird.start()

    def write_frr_conf(self):
        with open(os.path.join(ROOT, "conf", "frr", "frr.conf"), encoding="ascii") as conf:
            text = conf.read()
        for peer in self.peers:
            if f"neighbor {peer.address4} " not in text:
                text += more_peers(peer)
        self.bird = SwitchFrr("switch", Host(136), self.switch, self.directory)
        self.bird.write("frr.conf", text)
        self.children.append(self.bird)

    def armd_conf(self):
        with open(os.path.join(ROOT, "conf", "frr", "armd.conf"), encoding="ascii") as conf:
            text = conf.read()
        for family, capacity in self.capacity.items():
            text = set_option(text, family, "capacity", str(capacity))
        run_directory = self.path("armd.run")
        return (f'http {{ socket = "{run_directory}/armd.sock" }}\n'
                f'state {{ directory = "{run_directory}" }}\n' + text)

    def show(self, words):
        """What bgpd says, of which JSON is asked."""
        return json.loads(self.bird.vtysh(f"{words} json", "bgpd"))

    def rib_sizes(self):
        return {family: len(self.show(f"{VIEW} {family} unicast")["routes"])
                for family in FAMILIES}

    def rib_routes(self, family):
        """The view's best routes: next hop by prefix, the default included."""
        routes = self.show(f"{VIEW} {family} unicast")["routes"]
        return {prefix: self.hop(path["nexthops"][0]["ip"])
                for prefix, paths in routes.items() for path in paths
                if path.get("bestpath")}


    def best_in_default(self, family):
        """What bgpd's default instance hands to zebra: prefixes."""
        return self.show(f"show bgp {family} unicast")["routes"].keys()

    def exports(self, peer, family):
        """What an eBGP peer is sent: AS path and next hop by prefix."""
        address = peer.address4 if family == "ipv4" else peer.address6
        sent = self.show(f"{VIEW} {family} unicast neighbors {address} advertised-routes")
        return {prefix: (route["path"], route.get("nextHop"), route.get("nextHopGlobal"))
                for prefix, route in sent["advertisedRoutes"].items()}

    def updates_sent(self):
        """UPDATEs that the view has sent to eBGP peers, by address."""
        return {address: neighbor["messageStats"]["updatesSent"]
                for address, neighbor in self.show(f"{VIEW} neighbors").items()
                if isinstance(neighbor, dict) and neighbor.get("nbrExternalLink")}

    def target_state(self):
        """bgpd's state of the session from which it has the choice."""
        return self.show("show bgp neighbors 10.255.255.2")["10.255.255.2"]["bgpState"]

    def rib_session(self):
        """armd's session with the view."""
        return next(session for session in self.router()["sessions"]
                    if session["role"] == "rib")


def more_peers(peer):
    return (f"router bgp 65136 view full\n"
            f" neighbor {peer.address4} remote-as {peer.asn}\n"
            f" neighbor {peer.address4} peer-group UP\n"
            f" neighbor {peer.address6} remote-as {peer.asn}\n"
            f" neighbor {peer.address6} peer-group UP\n"
            f" address-family ipv4 unicast\n  neighbor {peer.address4} activate\n"
            " exit-address-family\n"
            f" address-family ipv6 unicast\n  neighbor {peer.address6} activate\n"
            " exit-address-family\nexit\n")


def only_the_choice(lab):
    """zebra is handed what armd chose and the default, whatever the view knows."""
    def nothing_else(family):
        allowed = lab.installed(family).keys() | {verify.DEFAULTS[family]}
        return lab.best_in_default(family) <= allowed

    for family in FAMILIES:
        wait_until(lambda f=family: nothing_else(f), 10,
                   f"{family}: zebra is handed nothing else")
    agree(lab)


def exports_are_the_originals(lab):
    """eBGP peers hear the same, in no more UPDATEs, with armd as without; and armd hears
    each route once, whatever it announces: nothing oscillates."""
    lab.armd.stop()
    quiet(lab)
    updates, exports = lab.updates_sent(), all_exports(lab)
    check(all(exports.values()), "a peer is sent nothing")
    lab.start_armd()
    ready(lab)
    wait_until(lambda: all(lab.router(family)["installed"] >= lab.capacity[family] / 2
                           for family in FAMILIES), 20, "half of the places are taken")
    agree(lab)
    check(lab.updates_sent() == updates, f"UPDATEs: {updates}, now {lab.updates_sent()}")
    check(all_exports(lab) == exports, "a peer is sent other routes with armd")
    session = lab.rib_session()
    learned = sum(lab.rib_sizes().values())
    check((session["prefixes_received"], session["prefixes_withdrawn"]) == (learned, 0),
          f"of {learned} routes {session['prefixes_received']} were announced to armd and"
          f" {session['prefixes_withdrawn']} withdrawn")


def all_exports(lab):
    return {(peer.name, family): lab.exports(peer, family)
            for peer in lab.peers for family in FAMILIES}


def quiet(lab):
    """Waits until the view has sent what it had to send."""
    def settled():
        before = settled.updates
        settled.updates = lab.updates_sent()
        return settled.updates == before

    settled.updates = None
    wait_until(settled, 20, "the view has nothing more to send", interval=1)


def peer_loss(lab):
    """A peer goes: nothing leads to it any more, and all is as it was when it is back."""
    lost = peer_of(lab, OTHER_PEERS[0])
    lost.child.stop()
    for family in FAMILIES:
        wait_until(lambda f=family: lost.name not in verify.kernel_routes(lab, f)[0].values(),
                   20, f"no {family} route leads to {lost.name}")
    agree(lab)
    lost.start()
    lab.children.append(lost.child)
    ready(lab)


def armd_leaves(lab):
    """When armd takes leave of its target the default routes carry everything."""
    text = lab.armd_conf()
    without, count = re.subn(r'\ttarget "default" \{.*?\n\t\}\n', "", text,
                             flags=re.DOTALL)
    check(count == 1, "no target in the configuration")
    reload(lab, without)
    for family in FAMILIES:
        wait_until(lambda f=family: not verify.kernel_routes(lab, f)[0], 10,
                   f"{family}: the choice has gone")
        _, default = verify.kernel_routes(lab, family)
        check(default == DEFAULT_PEER, f"{family}: the default route leads to {default}")
    reload(lab, text)
    ready(lab)


def reload(lab, text):
    lab.write_armd_conf(text)
    lab.armd.send(signal.SIGHUP)


def armd_crash(lab):
    """Killed, armd comes back before its time is over: no route leaves the kernel."""
    kept.make_room(lab, 500)
    with KernelWatch(lab) as watch:
        lab.armd.stop(signal.SIGKILL)
        wait_until(lambda: lab.target_state() != "Established", 5, "bgpd notices")
        lab.start_armd()
        kept.ready_with_room(lab)
        gone = watch.deleted()
        check(not gone, f"{len(gone)} routes left the kernel: {gone[:5]}")
    reload(lab, lab.armd_conf())


def frr_restart(lab):
    """FRR is killed and comes back."""
    lab.bird.stop(signal.SIGKILL)
    lab.start_bird()
    ready(lab)


TESTS = (*changes.TESTS, only_the_choice, exports_are_the_originals, peer_loss, armd_leaves,
         armd_crash, frr_restart)


def obstacle():
    return SwitchFrr.missing()


def start():
    """A lab that has not started anything yet; for `with`."""
    return FrrLab(IPV4 // 2, IPV6 // 2, CAPACITY4, CAPACITY6)
