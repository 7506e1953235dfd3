#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Random histories of assistants, drafts, versions, shares and the trash, done by the library
# and by a model that was written from the design alone; after each step both must show the
# same. Usage: check_history.py LIBRARY [HISTORIES] [SEED]; also HISTORY_COUNT, HISTORY_SEED.
# The seed is printed; one history is repeated by "check_history.py LIBRARY 1 SEED". With
# HISTORY_STRICT=1 also the order of merged lists is checked that no document decides.

import os
import random
import sys
import tempfile
import time

sys.dont_write_bytecode = True

try:
    import ctypes  # noqa: F401
except ImportError as missing:
    print("SKIP model:", missing)
    sys.exit(77)

from check_values import Values
from compare_model import Number, changes, dump
from draft_steps import DraftSteps
from history_model import OK, USERS, World
from library import Library, Store, definition_of, text
from steps import NOBODY, Disagreement

STEPS = 120
WEIGHTS = {
    "create": 3, "patch": 12, "share": 8, "delete": 2, "trash_restore": 4, "purge": 1, "time": 1,
    "edit": 8, "draft_patch": 20, "reload": 3, "commit": 12, "rebase": 8, "discard": 1, "copy": 3,
    "version_restore": 3, "version_read": 4}


class History(DraftSteps):
    def __init__(self, lib, seed, where):
        self.lib, self.rng = lib, random.Random(seed)
        self.world, self.handles, self.gone = World(), [], NOBODY
        self.doing, self.number, self.where = "", 0, where
        lib.now = lambda: self.world.now
        self.open()
        self.cursor = "end"
        self.read_events()

    def open(self):
        self.store = Store(self.lib, self.where, USERS, process=self.where.startswith("file:"))

    def close(self):
        for h in self.handles:
            self.lib.draft_free(h["pointer"])
        self.handles = []
        self.expect([], self.store.faults(), "faults that asst_store_verify() tells")
        self.store.close()

    def reopen(self):
        """Close and open; handles are opened anew where their users still may."""
        self.say("reopen")
        owners = [(h["user"], h["assistant"], h["draft"]) for h in self.handles]
        self.close()
        self.open()
        for user, id, draft in owners:
            if draft in self.world.drafts and self.world.gate(user, id, 2) == OK:
                status, pointer = self.lib.call(lambda o: o, "draft_edit", self.session(user), id.encode(), 0)
                self.expect(OK, status)
                shown = self.keep_handle(user, pointer)
                self.check_opened(user, pointer, shown["draft"] == draft, shown)

    # ---- what can be seen

    def check_assistant(self, user, id, whole):
        a = self.world.assistants[id]
        mine = {"id": id, "ownerId": a["owner"], "createdBy": a["created_by"], "slug": a["slug"],
                "revision": Number(a["revision"]), "version": Number(a["version"]),
                "shared": self.world.shared(a), "disabled": False, "level": self.world.level(user, a)}
        self.expect(mine, {name: whole.get(name) for name in mine}, "what stands around the definition")
        self.expect(a["tags"], whole.get("tags", []), "tags")
        self.expect(a["live"], definition_of(whole), "definition")

    def pages(self, call, user, options, limit):
        """All ids of a paged list."""
        ids, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            status, page = self.lib.call(self.lib.take_ids, call, self.session(user),
                                         *text({**options, "limit": Number(limit), **more}))
            self.expect(OK, status)
            ids += page[0]
            cursor = page[1]
            if not cursor:
                return ids

    def check_user(self, user):
        world, limit = self.world, self.rng.choice([1, 2, 1000])
        for id in list(world.assistants) + [self.gone]:
            want = world.gate(user, id, 1)
            status, whole = self.lib.call(self.lib.take_assistant, "assistant_get", self.session(user),
                                          id.encode(), 0)
            self.expect(want, status, "get %s %s" % (user, id))
            if status == "OK":
                self.check_assistant(user, id, whole)
        if not world.seated(user):
            for call in ("assistant_list", "draft_list", "trash_list"):
                status, _ = self.lib.call(self.lib.take_ids, call, self.session(user), None, 0)
                self.expect({"EDENIED"}, status, call + " without a seat")
            return
        self.expect(world.visible(user), self.pages("assistant_list", user, {"sort": "createdAt"}, limit),
                    "list of " + user)
        trashed = sorted(world.restorable(user), key=lambda id: -world.assistants[id]["trashed"])
        self.expect(trashed, self.pages("trash_list", user, {}, limit), "trash of " + user)
        self.expect(set(world.visible_drafts(user)), set(self.pages("draft_list", user, {}, limit)),
                    "drafts of " + user)
        for id in world.assistants:
            if world.sees(user, world.assistants[id]):
                self.expect(set(world.visible_drafts(user, id)),
                            set(self.pages("draft_list", user, {"assistantId": id}, limit)),
                            "drafts of %s for %s" % (id, user))
            else:
                status, _ = self.lib.call(self.lib.take_ids, "draft_list", self.session(user),
                                          *text({"assistantId": id}))
                self.expect({"ENOTFOUND"}, status, "drafts of what %s does not see" % user)
        for draft_id, d in world.drafts.items():
            status, whole = self.lib.call(self.lib.take_assistant, "assistant_get", self.session(user),
                                          draft_id.encode(), 0)
            self.expect(OK if world.reads_draft(user, d) else {"ENOTFOUND"}, status,
                        "get %s draft %s" % (user, draft_id))
            if status == "OK":
                mine = {"id": draft_id, "editingId": d["assistant"], "createdBy": "user:" + d["user"],
                        "revision": Number(d["revision"])}
                self.expect(mine, {name: whole.get(name) for name in mine}, "around the draft")
                self.expect(d["text"], definition_of(whole), "the draft's definition")

    def check_versions(self, user):
        for id in list(self.world.assistants) + [self.gone]:
            status, listed = self.lib.call(self.lib.take_json, "version_list", self.session(user),
                                           id.encode(), None, 0)
            self.expect(self.world.gate(user, id, 2), status, "version list %s %s" % (user, id))
            if status != "OK":
                continue
            a = self.world.assistants[id]
            mine = [{"version": Number(n), "live": n == a["version"], "createdBy": v["by"],
                     "message": v["message"]}
                    for n, v in sorted(a["versions"].items(), reverse=True)]
            # Whether a kept version 0 is listed is not decided.
            told = [{name: v.get(name) for name in mine[0]} for v in listed["versions"]
                    if mine and v["version"] != "0"]
            self.expect(mine, told, "versions")

    def read_events(self):
        status, found = self.lib.call(self.lib.take_json, "feed_read", self.store.system,
                                      *text({"after": self.cursor, "limit": Number(1000)}))
        self.expect(OK, status)
        self.cursor = found["cursor"]
        return found["events"]

    def check_sight(self, user, since, before):
        """Events are of what a user sees or saw until now, and tell of all that it lost sight of."""
        status, found = self.lib.call(self.lib.take_json, "feed_read", self.session(user),
                                      *text({"after": since, "limit": Number(1000)}))
        if not self.world.seated(user):
            self.expect({"EDENIED"}, status, "feed without a seat")
            return
        self.expect(OK, status)
        told, after = {e["objectId"] for e in found["events"] if "objectId" in e}, self.world.known(user)
        if not USERS[user].get("superuser"):
            self.expect([], sorted(told - before - after), "told to %s, who never saw it" % user)
        self.expect([], sorted(before - after - told), "lost to %s, who is not told" % user)

    def check_events(self):
        """One event for each change, none for what changed nothing."""
        told = self.read_events()
        if self.events is None:
            return
        self.expect(Number(self.events), Number(len(told)), "number of events " + dump(told))
        if self.moved:
            before, after, old, new = self.moved
            self.expect([Number(old), Number(new)], [told[0].get("oldRevision"), told[0].get("newRevision")],
                        "revisions of the event")
            # How deep the pointers of an event go is not decided: fields are compared.
            fields = {p.split("/")[1] for p in told[0].get("pointers", [])} - {"tags"}
            self.expect({p.split("/")[1] for p in changes(before, after)}, fields, "pointers of the event")

    # ---- the history

    def step(self):
        self.number += 1
        for h in self.handles[:]:
            if h["draft"] not in self.world.drafts and self.rng.random() < 0.15:
                self.drop_handle(h)
        self.world.now += self.rng.randint(1, 1000)
        self.events, self.moved = 0, None
        name = self.rng.choices(list(WEIGHTS), WEIGHTS.values())[0]
        if not self.world.assistants or (name == "create" and len(self.world.assistants) > 2):
            name = "create" if not self.world.assistants else "patch"
        self.doing = name
        since, before = self.cursor, {user: self.world.known(user) for user in USERS}
        getattr(self, "step_" + name)()
        self.check_events()
        for user in self.rng.sample(list(USERS), 2):
            self.check_user(user)
            self.check_sight(user, since, before[user])
        if self.number % 9 == 0:
            for user in USERS:
                self.check_user(user)
                self.check_versions(user)
            if self.where.startswith("file:") and self.rng.random() < 0.5:
                self.reopen()


def report(part, seed, number, doing, problem):
    print("DISAGREEMENT in %s, seed %s, step %d\n  %s\n  %s" % (part, seed, number, doing, problem))
    sys.exit(1)


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: check_history.py LIBRARY [HISTORIES] [SEED]")
    count = int(sys.argv[2] if len(sys.argv) > 2 else os.environ.get("HISTORY_COUNT", 50))
    seed = int(sys.argv[3] if len(sys.argv) > 3 else os.environ.get("HISTORY_SEED", time.time_ns() % 10**9))
    print("seed %d" % seed)
    lib = Library(sys.argv[1])
    groups = 0

    values = Values(lib, random.Random(seed))
    number = 0
    try:
        values.learn_separator()
        for number in range(count * 15):
            values.check_pair()
        groups += 1
        number = 0
        for number in range(count):
            values.run_merges(5)
        groups += 1
    except Disagreement as problem:
        report("values", seed, number, values.doing, problem)

    steps = 0
    for kind in ("memory", "file"):
        for i in range(count if kind == "memory" else (count + 3) // 4):
            with tempfile.TemporaryDirectory() as directory:
                history = History(lib, seed + i, "memory:" if kind == "memory" else "file:" + directory)
                try:
                    for _ in range(STEPS):
                        history.step()
                    history.say("close")
                    history.close()
                except Disagreement as problem:
                    report(kind, seed + i, history.number, history.doing, problem)
                steps += history.number
        groups += 1
    print("%d pairs, %d triples" % (count * 15, count * 5))
    print("%d histories, %d steps, 0 disagreements" % (count + (count + 3) // 4, steps))
    print("%d passed, 0 failed" % groups)


if __name__ == "__main__":
    main()
