#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The library's access decisions against access_rules.py, which was written from the design alone:
# small worlds exhaustively, larger ones and histories at random.
# Usage: check_access.py LIBRARY [INCLUDE] [LONG] [seed=N]: the shared or static library, its headers
# (default ../../include), and LONG for more than 10^8 pairs. CC, ACCESS_CFLAGS and ACCESS_LIBS name
# the compiler of the probe and its libraries.

import os
import random
import sys
import tempfile
import time

from access_driver import Disagreement, Probe, Rows, build, moment
from access_rules import answer, decide
from access_history import History, random_state
from access_keys import key_worlds
from access_states import SYSTEM, World, all_people, every_person

ENOUGH = 102 * 10**6            # pairs in the small worlds of hosts' sessions, LONG
LEAST = 1000                    # how often each rule decides at least, in the default run


def values(rng):
    """A grant in force may expire one day, too."""
    return {0: None, 1: (1, rng.choice(["", "far"])), 2: (2, rng.choice(["", "far"])),
            3: (3, rng.choice(["", "far"])), 4: (1, "past"), 5: (2, "past"), 6: (3, "past")}


def states(rng, long):
    """Grants: all levels to the user, a team and the workspace; the others' as they come. LONG: all
    levels and expired ones to four principals."""
    choice = range(7) if long else range(4)
    other = range(7)
    for number in range(len(choice) ** (4 if long else 3)):
        digits, rest = [], number
        for _ in range(4 if long else 3):
            rest, digit = divmod(rest, len(choice))
            digits.append(digit)
        picked = dict(zip(("user:a", "team:a", "workspace", "team:ab"), digits))
        if not long:
            picked["team:ab"] = rng.choice(other)
            for principal in ("user:a", "team:a", "workspace"):
                if picked[principal] and rng.random() < 0.2:
                    picked[principal] += 3
        for principal in ("user:ab", "user:b", "key:a", "user:zoe", "team:b"):
            picked[principal] = rng.choice(other) if rng.random() < 0.4 else 0
        yield {p: values(rng)[v] for p, v in picked.items() if v}


def small_worlds(probe, rows, tally, rng, long):
    world = World(probe, rows, tally)
    people = list({str(session): (session, document) for session, document in all_people()}.values())
    world.open_people(people)
    world.create_all()
    seen = set()
    for _ in range(3 if long else 1):
        for o in sorted(world.objects):
            for n, wanted in enumerate(states(rng, long)):
                name = (o, tuple(sorted(wanted.items())))
                if name in seen or world.pairs["checks"] > ENOUGH:
                    continue
                seen.add(name)
                world.grant(o, wanted)
                world.compare(o, explain=n % (97 if long else 2) == 0)
    print("small worlds: %d sessions, %d objects and grants, %d distinct pairs" % (
        len(world.sessions), len(seen), world.pairs["checks"]), flush=True)
    boundaries(world, rng)
    trash(world, rng)
    world.plan.flush()
    hidden_and_lists(world, rng)
    return world


def trash(world, rng):
    """Every object in the trash, with some grants, and out of it again."""
    for o, obj in world.objects.items():
        for wanted in [{}] + rng.sample(list(states(rng, False)), 3):
            world.grant(o, wanted)
            world.plan.add("D %d %d" % (o, SYSTEM))
            obj.trashed = world.probe.now
            world.compare(o, explain=True)
            world.plan.flush()
            for i in rng.sample(range(len(world.sessions)), 6):
                world.compare_hidden(i, o)
                world.compare_trash(i, 1000)
            world.plan.add("R %d %d" % (o, SYSTEM))
            obj.trashed = None


def hidden_and_lists(world, rng):
    for o in world.objects:
        for wanted in rng.sample(list(states(rng, False)), 2):
            world.grant(o, wanted)
        world.plan.flush()
        for i in range(len(world.sessions)):
            world.compare_hidden(i, o)
        for names in world.name_it(o):
            world.compare(o, explain=True, name=names[0])
            for i in rng.sample(range(len(world.sessions)), 20):
                world.compare_hidden(i, o, names)
    for i in rng.sample(range(len(world.sessions)), 60):
        for right in world.probe.on_objects:
            world.compare_list(i, right, rng.choice([1, 2, 5, 1000]), rng.choice(
                ["-updatedAt", "createdAt", "name"]))


def boundaries(world, rng):
    """A grant is in force until the moment that it names."""
    for o in world.objects:
        for principal in ("user:a", "team:a", "workspace"):
            world.grant(o, {})
            end = world.probe.now + 5
            level = rng.randint(1, 3)
            world.plan.add("G %d %d %d %s %s" % (o, SYSTEM, level, principal, moment(end)))
            world.objects[o].grants[principal] = (level, end)
            for wait in (0, 4, 1, 1):
                world.move(wait)
                world.compare(o, explain=True)


def doors(probe, rows, tally):
    """Every session of hosts, for the gates before the object: seat and permission."""
    world = World(probe, rows, tally)
    world.open_people(every_person())
    world.create(0, "user:a")
    world.compare(0, explain=True)
    world.plan.flush()
    for i, s in enumerate(world.sessions):
        why = decide(s, "assistants:create", None, 0)[1]
        world.doors[why] = world.doors.get(why, 0) + 1
    return world


def histories(start, tally, seed, count, steps):
    """start(): a new probe. Each history has its own seed, which is told on a disagreement."""
    for n in range(count):
        probe = start()
        rng = random.Random("%d/%d" % (seed, n))
        directory = probe.credentials and n % 3 != 0
        history = History(probe, Rows(probe), tally, rng, directory)
        try:
            if n % 4 == 1:
                random_state(history)
            for step in range(steps):
                history.step()
                if step % 8 == 7:
                    history.compare_all(step % 24 == 7)
        except Disagreement as found:
            raise Disagreement("history %d (directory %s), its last commands:\n%s\n%s" % (
                n, directory, "\n".join(probe.log[-400:]), found))
        end(probe)
        yield history


def end(probe):
    if not probe.close():
        raise Disagreement("the probe ended badly")


def main():
    arguments = sys.argv[1:]
    long = "LONG" in arguments
    seed = int(next((a[5:] for a in arguments if a.startswith("seed=")), time.time_ns() % 10**9))
    paths = [a for a in arguments if a != "LONG" and not a.startswith("seed=")]
    if not paths:
        sys.exit("usage: check_access.py LIBRARY [INCLUDE] [LONG] [seed=N]")
    include = paths[1] if len(paths) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../include")
    print("access: seed=%d" % seed, flush=True)
    rng, tally, worlds = random.Random(seed), {}, []
    with tempfile.TemporaryDirectory() as where:
        program = build(paths[0], include, where)
        def start():
            return Probe(program)
        try:
            probe = start()
            worlds.append(small_worlds(probe, Rows(probe), tally, rng, long))
            end(probe)
            probe = start()
            worlds.append(doors(probe, Rows(probe), tally))
            end(probe)
            probe = start()
            if not probe.credentials:
                print("note: built without libsodium: keys and tokens are skipped")
                end(probe)
            else:
                worlds.append(key_worlds(probe, Rows(probe), tally, rng, long))
                end(probe)
            worlds += histories(start, tally, seed, 80 if long else 40, 160)
        except Disagreement as found:
            print("seed=%d\n%s" % (seed, found))
            print("0 passed, 1 failed")
            sys.exit(1)
    counts = {}
    for f, times in tally.items():
        for right in probe.on_objects:
            why = answer(f, right)[1]
            counts[why] = counts.get(why, 0) + times
    for world in worlds:
        for why, times in world.doors.items():
            counts[why] = counts.get(why, 0) + times
    for why in sorted(counts):
        print("  %-20s %10d" % (why, counts[why]))
    total = {}
    for world in worlds:
        for name, n in world.pairs.items():
            total[name] = total.get(name, 0) + n
    few = [why for why, times in counts.items() if times < LEAST]
    if few:
        print("0 passed, 1 failed: too few decisions by " + " ".join(few))
        sys.exit(1)
    print("access: " + ", ".join("%s %d" % pair for pair in total.items()))
    # A test is a rule, tried as often as it must be, or a world in which nobody disagreed.
    print("%d passed, 0 failed" % (len(counts) + len(worlds)))


if __name__ == "__main__":
    main()
