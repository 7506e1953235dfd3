#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# References between assistants, done by the library and by routes_model.py, which was written
# from the design alone: what may be referred to, cycles, limits, and what a route keeps from
# being deleted. A few cases at the limits and of what nobody may learn, then random histories.
# Usage: check_routes.py LIBRARY [HISTORIES] [SEED]; also ROUTES_COUNT, ROUTES_SEED. The seed is
# printed; one history is repeated by "check_routes.py LIBRARY 1 SEED".

import collections
import os
import sys
import tempfile
import time

sys.dont_write_bytecode = True

try:
    import library
except ImportError as missing:
    print("SKIP model:", missing)
    sys.exit(77)

from routes_cases import Cases
from routes_desk import Disagreement
from routes_history import REASONS, STEPS, History

COUNT, LEAST = 160, 25

# What must have happened, each at least LEAST times; a reason counts where it is the only one.
WANTED = [
    "created", "created as draft", "validated", "validate refused", "patched", "committed", "first commit",
    "merged commit", "draft with bad references", "bad reference kept", "warned of what went bad",
    *("unknown_reference: " + reason for reason in REASONS),
    *("unknown_reference by " + call for call in ("create", "validate", "patch", "commit", "first commit")),
    *("unknown_reference in " + field for field in ("routes", "fallback", "references")),
    "route_cycle by patch", "route_cycle by commit", "route_cycle to itself", "same answer for an unknown id",
    "gate before references", "body before references", "references before revision", "delete refused",
    "deleted", "deleted under a hidden dispatcher", "deleted under a trashed dispatcher",
    "deleted under plain references", "restored", "purged"]


def report(part, seed, number, doing, problem):
    print("DISAGREEMENT in %s, seed %s, step %d\n  %s\n  %s" % (part, seed, number, doing, problem))
    sys.exit(1)


def run_cases(lib, seed):
    names = [name for name in dir(Cases) if name.startswith("case_")]
    for name in names:
        cases = Cases(lib)
        try:
            getattr(cases, name)()
            cases.close()
        except Disagreement as problem:
            report(name, seed, cases.slugs, Cases.__dict__[name].__doc__, problem)
    return len(names)


def run_histories(lib, kind, count, seed, tally):
    steps = 0
    for i in range(count):
        with tempfile.TemporaryDirectory() as directory:
            history = History(lib, seed + i, "memory:" if kind == "memory" else "file:" + directory, tally)
            try:
                for _ in range(STEPS):
                    history.step()
                history.say("close")
                history.close()
            except Disagreement as problem:
                report(kind, seed + i, history.number, history.doing, problem)
            steps += history.number
    return steps


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: check_routes.py LIBRARY [HISTORIES] [SEED]")
    count = int(sys.argv[2] if len(sys.argv) > 2 else os.environ.get("ROUTES_COUNT", COUNT))
    seed = int(sys.argv[3] if len(sys.argv) > 3 else os.environ.get("ROUTES_SEED", time.time_ns() % 10**9))
    print("seed %d" % seed, flush=True)
    lib, tally, files = library.Library(sys.argv[1]), collections.Counter(), (count + 3) // 4
    passed = run_cases(lib, seed) + 2
    steps = run_histories(lib, "memory", count, seed, tally) + run_histories(lib, "file", files, seed, tally)
    for name in WANTED:
        print("  %-36s %8d" % (name, tally[name]))
    few = [name for name in WANTED if tally[name] < LEAST]
    if few and count >= COUNT:
        print("%d passed, 1 failed: too few of %s" % (passed, ", ".join(few)))
        sys.exit(1)
    print("%d histories, %d steps, 0 disagreements" % (count + files, steps))
    print("%d passed, 0 failed" % passed)


if __name__ == "__main__":
    main()
