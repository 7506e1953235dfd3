# SPDX-License-Identifier: MIT
# References between assistants at their limits, and what nobody may learn from them: one case each.

import random

from library import ANY, text
from routes_desk import Desk, expect
from routes_maker import Maker
from routes_model import CONFLICT, CYCLE, LIMIT, OK, SYSTEM, UNKNOWN, issue


class Cases(Desk):
    """What random histories seldom reach, on a store of its own: ada, bob and root in "acme"."""

    def __init__(self, lib):
        self.now, self.slugs, self.maker = 1700000000000, 0, Maker()
        self.maker.rng = random.Random(1)
        lib.now = lambda: self.now
        super().__init__(lib, "memory:")

    def body(self, targets=(), fallback=None, others=()):
        self.slugs += 1
        self.now += 1000
        more = {"fallback": fallback} if fallback else {}
        return {"name": "A", "slug": "s%d" % self.slugs, "type": "dispatcher", **more,
                "routes": [{"assistantId": i} for i in targets],
                "references": [{"targetType": "assistant", "targetId": i} for i in others]}

    def make(self, user, *parts, as_draft=False):
        answer, whole = self.create(user, self.body(*parts), as_draft)
        self.compare([OK], answer, "create")
        return whole["id"]

    def must(self, answer):
        self.compare([OK], answer[0] if isinstance(answer, tuple) else answer)

    def routed(self, user, id, *targets):
        """The answer to a patch of the routes."""
        return self.patch(user, id, {"routes": [{"assistantId": i} for i in targets]})[0]

    def committed(self, user, id, patch, meanwhile=None):
        """The answer to a commit of a draft with this text, merged with another change."""
        _, handle = self.edit(user, id)
        self.must(self.plain("draft_patch", handle, *text(patch), 0))
        if meanwhile:
            self.must(self.patch(user, id, meanwhile))
        answer, _ = self.commit(handle, "MERGE" if meanwhile else "")
        self.lib.draft_free(handle)
        return answer

    def case_depth(self):
        """16 steps and no more, in every call; what only deepens others is not refused."""
        chain = [self.make("ada")]
        for i in range(1, 17):
            chain.append(self.make("ada", chain[-1:]) if i % 2 else self.make("ada", (), chain[-1]))
        over, other = self.body([chain[0], chain[16]]), self.make("ada", (), chain[15])
        self.compare([LIMIT], self.create("ada", over)[0])
        self.compare([LIMIT], self.validate("ada", over))
        self.must(self.validate("ada", over, True))
        self.compare([LIMIT], self.routed("ada", other, chain[16]))
        self.compare([LIMIT], self.committed("ada", other, {"fallback": chain[16]}))
        self.compare([LIMIT], self.committed("ada", self.make("ada", as_draft=True), {"fallback": chain[16]}))
        end = self.make("ada")
        self.must(self.patch("ada", chain[0], {"type": "dispatcher", "fallback": end}))
        self.must(self.patch("ada", chain[16], {"description": "17 deep", "references": self.body(
            others=[chain[0]])["references"]}))
        self.compare([LIMIT], self.routed("ada", chain[16], end))
        self.must(self.routed("ada", chain[15], chain[14], end))

    def case_width(self):
        """256 that are reached, each counted once, the first one not."""
        leaves = [self.make("ada") for _ in range(253)]
        hubs = [self.make("ada", leaves[i:i + 63]) for i in range(0, 252, 63)]
        full = self.make("ada", hubs + leaves[:60])
        self.compare([LIMIT], self.create("ada", self.body(hubs, leaves[252]))[0])
        self.compare([LIMIT], self.patch("ada", full, {"fallback": leaves[252]})[0])
        self.compare([LIMIT], self.committed("ada", full, {"fallback": leaves[252]}))
        self.must(self.patch("ada", full, {"fallback": leaves[251]}))
        self.must(self.patch("ada", full, {"routes": [{"assistantId": i} for i in hubs[:3]],
                                           "fallback": leaves[252]}))
        self.must(self.create("ada", self.body([], full)))
        halves = [self.part(self.body(ids)) for ids in ([*hubs[:2], leaves[252]], hubs[2:])]
        self.compare([LIMIT], self.committed("ada", self.make("ada"), *halves), "merged")

    def case_cycles(self):
        """They are found through what the committer cannot see, what is disabled, and the trash."""
        for state in ("hidden", "disabled", "trash", "purged"):
            a = self.make("ada")
            self.must(self.share("ada", a, "user:bob", 1))
            b = self.make("bob", [a])
            c = self.make("root", (), b)
            self.must(self.share("root", c, "user:ada", 1))
            if state == "disabled":
                self.must(self.patch("bob", b, {"disabled": True}))
            if state in ("trash", "purged"):
                self.must(self.delete("bob", b))
            if state == "purged":
                self.must(self.plain("trash_purge", self.session("bob"), b.encode(), ANY, 0))
            leaf = self.make("ada")
            wanted = [OK] if state == "purged" else [issue(CYCLE, "/routes/1/assistantId", "/fallback")]
            patch = {"routes": [{"assistantId": leaf}, {"assistantId": c}], "fallback": c}
            if state != "purged":
                self.compare(wanted, self.committed("ada", a, patch), "commit through " + state)
            self.compare(wanted, self.patch("ada", a, patch)[0], "patch through " + state)
        self.compare([issue(CYCLE, "/fallback")], self.patch("ada", leaf, {"fallback": leaf})[0])
        self.must(self.patch("ada", leaf, {"references": self.body(others=[leaf])["references"]}))
        first = self.make("ada", as_draft=True)
        self.compare([issue(UNKNOWN, "/fallback")], self.committed("ada", first, {"fallback": first}))

    def case_delete(self):
        """Who may not know of the dispatcher is not held; its dead route stays until it is touched."""
        a = self.make("ada")
        self.must(self.share("ada", a, "workspace", 1))
        d, shown = self.make("bob", [a]), self.make("bob", (), None, [a])
        self.must(self.share("bob", shown, "workspace", 1))
        self.must(self.share("bob", d, "user:ada", 1))
        for state in (True, False):
            self.must(self.patch("bob", d, {"disabled": state}))
            self.compare([CONFLICT], self.delete("ada", a))
        self.must(self.share("bob", d, "user:ada", 0))
        for user in ("root", SYSTEM):
            self.compare([CONFLICT], self.delete(user, a))
        self.must(self.delete("ada", a))
        other = self.make("bob")
        self.must(self.routed("bob", d, other, a))
        self.must(self.committed("bob", d, {"routes": [{"assistantId": a, "when": "w"}]}))
        self.compare([issue(UNKNOWN, "/fallback")], self.patch("bob", d, {"routes": [], "fallback": a})[0])
        self.compare([issue(UNKNOWN, "/fallback")], self.committed("bob", d, {"fallback": a}))
        self.must(self.routed("bob", d))
        self.compare([issue(UNKNOWN, "/routes/0/assistantId")], self.routed("bob", d, a))

    def bad_ids(self):
        """For each reason an id to which ada may not refer."""
        found = {"hidden": self.make("bob"), "unpublished": self.make("ada", as_draft=True),
                 **{reason: self.make("ada") for reason in ("deleted", "purged", "disabled")},
                 "other workspace": self.make("ada@else"), "absent": self.maker.uuid()}
        _, handle = self.edit("ada", self.make("ada"))
        found["a draft's id"] = self.lib.read_draft(handle)["draft"]
        self.lib.draft_free(handle)
        self.must(self.patch("ada", found["disabled"], {"disabled": True}))
        for reason in ("deleted", "purged"):
            self.must(self.delete("ada", found[reason]))
        self.must(self.plain("trash_purge", self.session("ada"), found["purged"].encode(), ANY, 0))
        return found

    def case_alike(self):
        """Every reason answers as an unknown id does, to the byte, in every call and place."""
        good, live, new = self.make("ada"), self.make("ada"), self.make("ada", as_draft=True)
        calls = {"create": lambda body: self.create("ada", body)[0],
                 "validate": lambda body: self.validate("ada", body),
                 "patch": lambda body: self.patch("ada", live, self.part(body))[0],
                 "commit": lambda body: self.committed("ada", live, self.part(body)),
                 "first commit": lambda body: self.committed("ada", new, self.part(body))}
        places = {"/routes/1/assistantId": lambda id: ([good, id], good), "/fallback": lambda id: ([good], id),
                  "/references/1/targetId": lambda id: ([], None, [good, id])}
        for reason, id in self.bad_ids().items():
            for name, call in calls.items():
                for pointer, parts in places.items():
                    what = "%s, %s, %s" % (name, pointer, reason)
                    told = [call(self.body(*parts(i))) for i in (id, self.maker.uuid())]
                    self.compare([issue(UNKNOWN, pointer)], told[0], what)
                    expect(told[1], told[0], what + ": the whole answer")

    def part(self, body):
        """As a merge patch of the definition."""
        return {"fallback": None, **{name: value for name, value in body.items() if name != "slug"}}
