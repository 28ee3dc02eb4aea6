"""armd's lab; see topology.py."""
