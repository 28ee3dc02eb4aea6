"""A choice among 100,000 routes with traffic in a full table: what it costs, how long it
keeps others waiting, and beside it the path of a sample.

    make bench-programs && tests/bench/run choice
"""

from measure import PREFIXES, RUNS, Figure, median, run_json

KEYS = ("choice_ms", "choice_slice_ms", "sample_path_ns")


def figures(build):
    table = [PREFIXES] if PREFIXES.exists() else []
    runs = [run_json(build / "tests/bench/choice", *table) for _ in range(RUNS)]

    def of(what):
        return median(run[what] for run in runs)

    first = runs[0]
    size = f"{first['active']:,} active of {first['routes']:,} routes"
    return {
        "choice_ms": Figure(of("choice_ms"), note=f"CPU of all slices; {size}"),
        "choice_worst_ms": Figure(of("worst_choice_ms"), note="the dearest of ten minutes"),
        "choice_slice_ms": Figure(of("slice_ms"), note="the longest slice of ten minutes"),
        "sample_path_ns": Figure(of("sample_ns"), note="lookup, books, fast path"),
    }
