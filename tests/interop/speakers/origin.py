"""Where the routes come from: an eBGP peer that announces just the table it is given.

A BIRD 2, since it sends link-local next hops beside global ones, as routers at an
exchange point do.
"""

import os

from lab.process import Child, run, wait_until

from .speaker import LOCAL_AS, SPEAKER

CONFIGURATION = """\
log stderr all;
router id {id};
protocol device {{ }}
protocol direct {{ ipv4; ipv6; }}
"""
SESSION = """\
protocol static table{n} {{
	{family};
{routes}}}
protocol bgp leaf{n} {{
	local as {peer_as};
	neighbor {speaker} as {local};
	connect retry time 1; connect delay time 1; error wait time 1, 2;
	{family} {{ {hops}import none; export filter leave{n}; next hop keep; }};
}}
"""
# What is set before a filter of eBGP is the MED of another AS, and does not leave.
FILTER = """filter leave{n} {{
	if source != RTS_STATIC then reject;
{meds}	accept;
}}
"""


def static_route(route, host):
    """BIRD's words for a route; the own AS is put before the path when it leaves."""
    words = [f"bgp_path.prepend({asn});" for asn in reversed(route.path[1:])]
    for name, communities in (("community", route.communities),
                              ("large_community", route.large)):
        words += [f"bgp_{name}.add(({community.replace(':', ',')}));"
                  for community in sorted(communities)]
    own = route.next_hop in (host.ipv4, host.ipv6)
    hop = "blackhole" if own else f"via {route.next_hop}"
    return f"\troute {route.prefix} {hop} {{ {' '.join(words)} }};\n"


class Origin:
    """A peer's BIRD."""

    def __init__(self, host, asn, setting, namespace, directory):
        self.host = host
        self.setting = setting
        self.asn = asn
        self.namespace = namespace
        self.directory = os.path.join(directory, f"{host.number}")
        self.child = None
        os.mkdir(self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, routes):
        text = CONFIGURATION.format(id=self.host.ipv4)
        for family in self.setting.families:
            text += FILTER.format(n=family[-1], meds="".join(
                f"\tif net = {route.prefix} then bgp_med = {route.med};\n"
                for route in routes if route.family == family and route.med))
            text += SESSION.format(
                n=family[-1], family=family, local=LOCAL_AS, peer_as=self.asn,
                speaker=self.setting.address(SPEAKER, family),
                hops="extended next hop on; " if self.setting.by_ipv6 else "",
                routes="".join(static_route(route, self.host) for route in routes
                               if route.family == family))
        with open(self.path("bird.conf"), "w", encoding="ascii") as out:
            out.write(text)

    def start(self, routes):
        self.write(routes)
        self.child = Child("bird", self.namespace,
                           ["bird", "-f", "-c", self.path("bird.conf"), "-s",
                            self.path("bird.ctl"), "-P", self.path("bird.bird")],
                           self.directory)
        wait_until(lambda: "up" in self.birdc("show", "status", check=False), 10,
                   "the peer's BIRD answers")

    def birdc(self, *words, check=True):
        return run("birdc", "-s", self.path("bird.ctl"), *words, check=check)

    def announce(self, routes):
        """From now on these routes and no others."""
        self.write(routes)
        wait_until(lambda: "Reconfigured" in self.birdc("configure"), 10,
                   "the peer takes its new table")

    def stop(self):
        if self.child:
            self.child.stop()
