"""The BGP speakers that Debian has, each as the source of armd's RIB and as its target."""

from .bird import Bird, Bird16
from .exabgp import ExaBgp
from .frr import Frr
from .gobgp import GoBgp
from .openbgpd import OpenBgpd

SPEAKERS = (Bird, Bird16, Frr, OpenBgpd, GoBgp, ExaBgp)
