# SPDX-License-Identifier: MIT
# Properties of random definitions: a diff leads from one to the other, and a commit with
# MERGE does with three what the model does.

from ctypes import byref

import generate
from compare_model import (
    ITEM_LISTS, Merge, SEPARATOR, agrees, complete, dump, faults, load, merge_patch, same)
from history_model import USERS
from library import ANY, NUL, P, Store, definition_of, pointer_parts, text
from steps import Disagreement, Steps

ALL_LISTS = tuple(sorted(ITEM_LISTS))


class Values(Steps):
    def __init__(self, lib, rng):
        self.lib, self.rng, self.doing = lib, rng, ""

    def diff(self, old, new):
        status, out = self.lib.call(self.lib.take_buf, "def_diff", old, new)
        self.expect({"OK"}, status)
        return out

    def learn_separator(self):
        """How a pointer writes the id of a reference is not decided: ask once."""
        old = self.lib.make_def({})
        new = self.lib.make_def({"references": [{"targetType": "report", "targetId": "r"}]})
        for change in load(self.diff(old, new)):
            parts = pointer_parts(change["pointer"])
            if len(parts) != 2 or not (parts[1].startswith("report") and parts[1].endswith("r")):
                raise Disagreement("an added reference has the pointer " + change["pointer"])
            SEPARATOR[0] = parts[1][len("report"):-1]
        for made in (old, new):
            self.lib.def_free(made)

    def pair(self):
        """Two definitions, related or not; all lists, also those that a store would judge."""
        x = complete(merge_patch({}, generate.patch(self.rng, {}, self.rng.randint(0, 9), ALL_LISTS)))
        y = x if self.rng.random() < 0.8 else complete({})
        for _ in range(self.rng.randint(0, 4)):
            y = complete(merge_patch(y, generate.patch(self.rng, y, None, ALL_LISTS)))
        return x, y

    def check_pair(self):
        x, y = self.pair()
        self.doing = "diff " + dump(x) + "\n  to " + dump(y)
        old, new = self.lib.make_def(x), self.lib.make_def(y)
        diff = self.diff(old, new)
        self.check_diff(x, y, load(diff))
        copy = P()
        self.expect({"OK"}, self.lib.status(self.lib.def_copy(byref(copy), old, self.lib.err)))
        status = self.lib.status(self.lib.def_apply_diff(copy, diff.encode(), NUL, self.lib.err))
        self.expect({"OK"}, status)
        self.expect(self.lib.def_text(new), self.lib.def_text(copy), "what the diff gives: " + diff)
        if diff != "[]":
            # On something else that its old values do not fit, it is refused and nothing changes.
            status = self.lib.status(self.lib.def_apply_diff(copy, diff.encode(), NUL, self.lib.err))
            if any("old" in change for change in load(diff)):
                self.expect({"ECONFLICT"}, status, "the diff a second time")
                self.expect(self.lib.def_text(new), self.lib.def_text(copy), "after a refused diff")
        for made in (old, new, copy):
            self.lib.def_free(made)

    def patch(self, current, one):
        """One that has to do with the list named, where one is."""
        if one and self.rng.random() < 0.8:
            return generate.list_patch(self.rng, current, one)
        return generate.patch(self.rng, current)

    def check_merge(self, store):
        """Publish base; ada opens a draft; root changes live; ada commits with MERGE."""
        lib, ada, root = self.lib, store.sessions["ada"], store.sessions["root"]
        base = complete(generate.body(self.rng))
        one = self.rng.choice(["inputFields", "references", "actions", None])
        if one:
            base[one] = generate.full_list(self.rng, one)
            self.rng.shuffle(base[one])
            base = complete(base)
        draft, live = base, base
        draft_patches, live_patches = [], []
        for _ in range(self.rng.randint(1, 3)):
            draft_patches.append(self.patch(draft, one))
            draft = complete(merge_patch(draft, draft_patches[-1]))
        for _ in range(self.rng.randint(1, 3)):
            live_patches.append(self.patch(live, one))
            live = complete(merge_patch(live, live_patches[-1]))
        self.doing = "merge\n  base  " + dump(base) + "\n  live  " + dump(live) + "\n  draft " + dump(draft)
        merge = Merge(base, live, draft)
        if merge.unclear:
            return
        status, whole = lib.call(lib.take_assistant, "assistant_create_json", ada, *text(base), 0)
        self.expect({"OK"}, status)
        id = whole["id"].encode()
        status, handle = lib.call(lambda o: o, "draft_edit", ada, id, 0)
        self.expect({"OK"}, status)
        for patch in draft_patches:
            self.expect({"OK"}, lib.plain("draft_patch", handle, *text(patch), 0)[0])
        for patch in live_patches:
            self.expect({"OK"}, lib.plain("assistant_patch_json", None, root, id, *text(patch), ANY, 0)[0])
        whole = lib.call(lib.take_assistant, "assistant_get", root, id, 0)[1]
        self.expect(live, definition_of(whole), "live")
        status, whole = lib.call(lib.take_assistant, "draft_commit", handle, None, 0, 1)
        if same(draft, base):
            self.expect({"OK"}, status)
            self.expect(live, definition_of(whole), "nothing to publish")
        elif merge.conflicts:
            self.expect({"ECONFLICT"}, status)
            detail, _ = lib.detail()
            self.expect(set(merge.conflicts), {c["pointer"] for c in detail["conflicts"]}, "conflicts")
        elif faults(merge.result):
            self.expect({"EVALIDATION"}, status)
        else:
            self.expect({"OK"}, status)
            seen = definition_of(whole)
            self.check_merged(merge, seen)
        lib.draft_free(handle)
        self.expect({"OK"}, lib.plain("assistant_delete", root, id, ANY, 0)[0])

    def check_merged(self, merge, seen):
        if not agrees(merge, seen):
            self.expect(merge.result, seen, "the merged definition, orders " + dump(merge.loose))

    def run_merges(self, count):
        store = Store(self.lib, "memory:", {u: USERS[u] for u in ("ada", "root")})
        try:
            for _ in range(count):
                self.check_merge(store)
        finally:
            store.close()
