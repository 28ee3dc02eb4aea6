"""Route selection: armsim over scenarios, judged apart from it.

Beside it stand sFlow-RT's policy, played by the judge, and the prototype of the engine,
if it is there and can read the scenario. Prints a table of its own; of several seeds it
has the means, of misforwarded bytes, unsafe states and the like the sums or the worst.
"""

import dataclasses
import json
import subprocess

from measure import PREFIXES, SHARED, Figure, Unavailable, run_json

KEYS = ("selection",)
PROTOTYPE = SHARED / "proto/selection/engine.c"
LIMIT_S = 1800


@dataclasses.dataclass
class Scenario:
    name: str
    title: str
    options: dict
    capacity: int
    capacity6: int = 0
    seeds: tuple = (1, 2)
    goals: dict = dataclasses.field(default_factory=dict)

    def capacities(self):
        return [self.capacity] + ([self.capacity6] if self.capacity6 else [])

    def multipath(self):
        return ["--multipath"] if "multipath" in self.options else []

    def folder(self, build, seed):
        return build / "bench/selection" / f"{self.name}{seed}"

    def for_prototype(self):
        """It knows IPv4, equal frames, one next hop a route and a default that stays."""
        return not set(self.options) & {"routes6", "mixed", "multipath", "default_moves"}


SCENARIOS = (
    Scenario(
        "a",
        "1,500 samples/s, capacity 4,000, 1 RIB change/s",
        {"routes": 200000, "active": 50000},
        4000,
        goals={"ratio": 0.990, "changes_per_s": 11, "flash_mean_s": 0.12, "flash_worst_s": 0.35},
    ),
    Scenario(
        "b",
        "3,000 samples/s, capacity 10,000, 5 RIB changes/s",
        {"routes": 400000, "hops": 2, "active": 100000, "alpha": 1.1, "rate": 3000, "changes": 5},
        10000,
        goals={"ratio": 0.9945, "changes_per_s": 35, "flash_mean_s": 0.12, "flash_worst_s": 0.35},
    ),
    Scenario(
        "c",
        "800 samples/s, capacity 2,000, fast drift",
        {"routes": 80000, "hops": 6, "active": 40000, "alpha": 0.9, "rate": 800}
        | {"sigma": 1, "tau": 300},
        2000,
        goals={"ratio": 0.974, "changes_per_s": 6.5, "flash_mean_s": 0.2, "flash_worst_s": 0.6},
    ),
    Scenario(
        "d",
        "IPv4 and IPv6, mixed frames, multipath, routes that come and go, a default that moves",
        {"routes": 200000, "routes6": 60000, "active": 50000, "share6": 0.3, "multipath": 0.2}
        | {"mixed": 1, "changes": 5, "flap": 0.3, "fresh": 0.2}
        | {"default_moves": 240, "default_gone": 360, "default_back": 420},
        3000,
        1500,
        seeds=(1,),
    ),
    Scenario(
        "scan",
        "a, and as many samples again that meet each route once",
        {"routes": 200000, "active": 50000, "scan": 0.5, "scan_at": 240},
        4000,
        seeds=(1,),
    ),
    Scenario(
        "storm",
        "a with 10 RIB changes/s that come and go, 60 s of silence, a burst of samples",
        {"routes": 200000, "active": 50000, "changes": 10, "flap": 0.3, "fresh": 0.2}
        | {"silence_at": 200, "silence_s": 60, "burst_at": 400, "burst_s": 5},
        4000,
        seeds=(1,),
    ),
)


def is_older(path, sources):
    return not path.exists() or any(
        source.exists() and source.stat().st_mtime > path.stat().st_mtime for source in sources
    )


def make(build, scenario, seed):
    """The folder of a scenario, made once for each list, generator and set of options."""
    maker, folder = build / "tests/bench/scenario", scenario.folder(build, seed)
    options = scenario.options | {"capacity": scenario.capacity, "seed": seed}
    if scenario.capacity6:
        options["capacity6"] = scenario.capacity6
    words = [f"{name}={value}" for name, value in options.items()]
    made = folder / "made"
    if is_older(made, [maker, PREFIXES]) or made.read_text() != " ".join(words):
        folder.mkdir(parents=True, exist_ok=True)
        made.unlink(missing_ok=True)
        table = ["-p", PREFIXES] if PREFIXES.exists() else []
        run_json(maker, *table, folder, *words, timeout=LIMIT_S)
        made.write_text(" ".join(words))
    return folder


def run(*command):
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.DEVNULL, check=True, timeout=LIMIT_S
    )
    return done


def judge(build, scenario, folder, *words):
    program = build / "tests/bench/judge"
    options = scenario.multipath() + [word for word in words if str(word).startswith("--")]
    events = [word for word in words if word not in options]
    return run_json(
        program, *options, folder, *scenario.capacities(), *events, timeout=LIMIT_S
    )


def run_armsim(build, scenario, folder):
    events, report = folder / "events.armsim", folder / "report.json"
    words = ["--rib", folder / "rib.txt", "--sflow", folder / "trace.pcap"]
    words += ["--rib-changes", folder / "ribchanges.txt", *scenario.multipath()]
    words += ["--capacity", scenario.capacity, "--events", events, "--report", report]
    if scenario.capacity6:
        words += ["--capacity6", scenario.capacity6]
    run(build / "armsim", *words)
    found = judge(build, scenario, folder, events)
    found["cpu_us"] = json.loads(report.read_text())["runs"][0]["cpu"]["us_per_sample"]
    return found


def run_prototype(build, scenario, folder):
    program, events = build / "bench/selection_proto", folder / "events.prototype"
    if is_older(program, [PROTOTYPE]):
        run("cc", "-O2", "-w", "-o", program, PROTOTYPE, "-lm")
    run(program, folder, scenario.capacity, events, "quiet=1")
    return judge(build, scenario, folder, events)


def run_sflowrt(build, scenario, folder):
    return judge(build, scenario, folder, "--sflowrt")


def runners(build, scenario):
    """What is run over a scenario, by its name."""
    found = {"sFlow-RT": run_sflowrt}
    if PROTOTYPE.exists() and scenario.for_prototype():
        found["prototype"] = run_prototype
    if (build / "armsim").exists():
        found["armd"] = run_armsim
    return found


MEANS = ("ratio", "correct", "optimum", "changes_per_s", "flash_mean_s", "cpu_us")
WORST = ("flash_worst_s", "over", "misforwarded")
SUMS = ("unsafe", "flash_missed")


def merge(runs):
    merged = {}
    for keys, way in (MEANS, lambda all_: sum(all_) / len(all_)), (WORST, max), (SUMS, sum):
        for key in keys:
            if key in runs[0]:
                merged[key] = way([one[key] for one in runs])
    return merged


def missed_goals(scenario, found):
    """The names of the figures that miss their goals."""
    zeros = [key for key in ("misforwarded", "unsafe", "over", "flash_missed") if found[key]]
    goals = [
        key
        for key, goal in scenario.goals.items()
        if (found[key] < goal if key == "ratio" else found[key] > goal)
    ]
    return zeros + goals


def print_scenario(scenario, found):
    print(f"\n{scenario.name}: {scenario.title}")
    row = "  {:<10} {:>8} {:>9} {:>10} {:>7} {:>6} {:>15} {:>7}  {}"
    print(
        row.format(
            "", "ratio", "changes/s", "misforw. %", "unsafe", "over", "flash mean/max", "us", ""
        )
    )
    for name, of in found.items():
        missed = missed_goals(scenario, of) if name != "sFlow-RT" else []
        print(
            row.format(
                name,
                f"{of['ratio']:.4f}",
                f"{of['changes_per_s']:.1f}",
                f"{100 * of['misforwarded']:.4f}",
                of["unsafe"],
                of["over"],
                f"{of['flash_mean_s']:.3f}/{of['flash_worst_s']:.3f}",
                f"{of['cpu_us']:.2f}" if "cpu_us" in of else "-",
                f"misses {', '.join(missed)}" if missed else "",
            ).rstrip()
        )
    if scenario.goals:
        goals = scenario.goals
        flash = f"{goals['flash_mean_s']:.3f}/{goals['flash_worst_s']:.3f}"
        changes = f"{goals['changes_per_s']:.1f}"
        print(row.format("goal", f"{goals['ratio']:.4f}", changes, 0, 0, 0, flash, "10", ""))


def as_figures(scenario, found):
    """Rows of the table that all benchmarks share: ours against the prototype."""
    name, ours, other = f"selection_{scenario.name}", found["armd"], found.get("prototype", {})
    policy = found["sFlow-RT"]

    def row(key):
        return Figure(ours[key], other.get(key), note=f"sFlow-RT's policy: {policy[key]:,.4g}")

    return {
        f"{name}_{key}": row(key)
        for key in ("ratio", "changes_per_s", "misforwarded", "unsafe", "over", "flash_mean_s")
    } | {f"{name}_cpu_us": Figure(ours["cpu_us"])}


def figures(build):
    rows = {}
    for scenario in SCENARIOS:
        folders = [make(build, scenario, seed) for seed in scenario.seeds]
        found = {
            name: merge([runner(build, scenario, folder) for folder in folders])
            for name, runner in runners(build, scenario).items()
        }
        print_scenario(scenario, found)
        if "armd" in found:
            rows.update(as_figures(scenario, found))
    print()
    if not rows:
        raise Unavailable("no armsim")
    return rows
