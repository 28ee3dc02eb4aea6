"""The BGP speakers that Debian has, each as the source of armd's RIB and as its target."""

from .bird import Bird, Bird16, Bird3, SuiteBird
from .exabgp import ExaBgp
from .frr import Frr
from .gobgp import GoBgp
from .openbgpd import OpenBgpd, OpenBgpd8
from .speaker import SUITE

SPEAKERS = ((Bird3, SuiteBird, Frr, OpenBgpd8, GoBgp, ExaBgp) if SUITE
            else (Bird, Bird16, Frr, OpenBgpd, GoBgp, ExaBgp))
