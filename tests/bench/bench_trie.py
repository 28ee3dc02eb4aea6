"""The trie against the prototype it has to match, both on a full table.

The two run in turn. The prototype is compiled with the flags that its README names.
"""

import subprocess

from measure import PREFIXES, RUNS, SHARED, Figure, compared, median, run_json

KEYS = (
    "trie4_lookup_ratio_proto",
    "trie6_lookup_ratio_proto",
    "trie4_insert_ratio_proto",
    "trie4_bytes_per_prefix",
    "trie6_bytes_per_prefix",
)
PROTOTYPE = SHARED / "proto/trie"
PROTOTYPE_FLAGS = "-O3 -D_GNU_SOURCE -w -march=x86-64-v2"


def build_prototype(build):
    program = build / "bench/trie_proto"
    program.parent.mkdir(parents=True, exist_ok=True)
    sources = "tests/bench/trie.c src/base/mem.c src/base/prefix.c".split()
    subject = '-DTRIE_SUBJECT="tests/bench/trie_proto.h"'
    command = ["gcc", *PROTOTYPE_FLAGS.split(), "-Isrc", "-I.", f"-I{PROTOTYPE}", subject]
    subprocess.run([*command, *sources, "-o", program, "-lz"], check=True)
    return program


def figures(build):
    table = [PREFIXES] if PREFIXES.exists() else []
    programs = {"ours": build / "tests/bench/trie"}
    if (PROTOTYPE / "stride6.h").exists():
        programs["prototype"] = build_prototype(build)
    runs = {name: [] for name in programs}
    for _ in range(RUNS):
        for name, program in programs.items():
            runs[name].append(run_json(program, *table))

    def of(name, family, what):
        return median(run[family][what] for run in runs[name])

    def against(family, what):
        if "prototype" not in programs:
            return Figure(why=f"no prototype in {PROTOTYPE}")
        note = f"M/s; prototype: gcc {PROTOTYPE_FLAGS}"
        return compared(of("ours", family, what), of("prototype", family, what), note)

    def size(family):
        reference = of("prototype", family, "bytes") if "prototype" in programs else None
        return Figure(of("ours", family, "bytes"), reference)

    return {
        "trie4_lookup_ratio_proto": against("ipv4", "zipf"),
        "trie6_lookup_ratio_proto": against("ipv6", "zipf"),
        "trie4_insert_ratio_proto": against("ipv4", "adds"),
        "trie4_bytes_per_prefix": size("ipv4"),
        "trie6_bytes_per_prefix": size("ipv6"),
        "trie4_uniform_ratio_proto": against("ipv4", "uniform"),
        "trie6_uniform_ratio_proto": against("ipv6", "uniform"),
        "trie6_insert_ratio_proto": against("ipv6", "adds"),
        "trie4_churn_ratio_proto": against("ipv4", "churns"),
        "trie4_remove_ratio_proto": against("ipv4", "removes"),
        "trie6_remove_ratio_proto": against("ipv6", "removes"),
    }
