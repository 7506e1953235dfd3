# SPDX-License-Identifier: MIT
# Random steps of a history: each is asked of the model and done by the library, and the
# answers are compared.

import generate
from compare_model import ABSENT, Number, changes, dump, same
from history_model import DAY, OK, USERS
from library import ANY, text

NOBODY = "01890000-0000-7000-8000-000000000000"
PRINCIPALS = ["user:bob", "user:carol", "user:dan", "user:rita", "user:eve", "user:nina",
              "team:t1", "team:t2", "workspace"]


class Disagreement(Exception):
    pass


class Steps:
    """What a history does. Needs: rng, lib, world, store, handles."""

    # ---- helpers

    def expect(self, model, library, what="status"):
        if isinstance(model, set) and isinstance(library, str):
            right = library in model
        else:
            right = dump(model) == dump(library) if not isinstance(model, set) else model == library
        if not right:
            if isinstance(model, set):
                model = sorted(model)
            note = self.lib.message() if what == "status" else ""
            raise Disagreement("%s\n  model:   %s\n  library: %s  %s" % (
                what, model if isinstance(model, (str, list)) else dump(model),
                sorted(library) if isinstance(library, set) else library if isinstance(library, str)
                else dump(library), note))

    def say(self, *what):
        self.doing = " ".join(w if isinstance(w, str) else dump(w) for w in what)

    def session(self, user):
        return self.store.sessions[user]

    def user(self):
        return self.rng.choice(["ada", "ada", "bob", "bob", "bob", "carol", "carol", "carol", "dan", "dan",
                                "rita", "eve", "root", "nina"])

    def some_pair(self, needed=2):
        """A user and an assistant's id: mostly with the level that is needed."""
        pairs = [(user, id) for id, a in self.world.assistants.items() for user in USERS
                 if self.world.seated(user) and self.world.sees(user, a) >= needed]
        x = self.rng.random()
        if pairs and x < 0.75:
            return self.rng.choice(pairs)
        user = self.user()
        seen = self.world.visible(user)
        if seen and x < 0.9:
            return user, self.rng.choice(seen)
        return user, self.rng.choice(list(self.world.assistants) + [self.gone])

    def handle(self):
        """A handle: mostly of a draft that is there."""
        there = [h for h in self.handles if h["draft"] in self.world.drafts]
        if there and self.rng.random() < 0.85:
            return self.rng.choice(there)
        return self.rng.choice(self.handles) if self.handles else None

    def revision_of(self, id):
        """The present revision of what is named, an old one, or any."""
        a = self.world.assistants.get(id)
        x = self.rng.random()
        if a is None or x < 0.4:
            return None
        return a["revision"] if x < 0.85 else max(0, a["revision"] - self.rng.randint(1, 2))

    def check_revision_detail(self, status, present):
        if status == "EREVISION":
            detail, _ = self.lib.detail()
            self.expect(Number(present), (detail or {}).get("revision"), "revision in the detail")

    def check_diff(self, old, new, diff):
        """Pointers and values of a diff."""
        mine = changes(old, new)
        self.expect(len(diff), len({c["pointer"] for c in diff}), "each place once")
        self.expect(set(mine), {c["pointer"] for c in diff}, "changed places")
        for change in diff:
            values = mine[change["pointer"]]
            if values[0] == "order":
                told = [[i for i in change[side] if i in values[1]] for side in ("oldOrder", "newOrder")]
                self.expect(list(values[1:]), told, "orders at " + change["pointer"])
            else:
                told = [change.get("old", ABSENT), change.get("new", ABSENT)]
                self.expect(dump(values[0]), dump(told[0]), "old at " + change["pointer"])
                self.expect(dump(values[1]), dump(told[1]), "new at " + change["pointer"])

    # ---- assistants

    def step_create(self):
        user, as_draft = self.user(), self.rng.random() < 0.25
        body = {**generate.body(self.rng), "slug": self.rng.choice(["s1", "s2", "s3", "s4", "s5"])}
        # A team that the session may not create for: which refusal is not decided.
        if user == "carol" and self.rng.random() < 0.6:
            body["ownerId"] = "team:t1"
        x = self.rng.random()
        if x < 0.05:
            body["creativity"] = Number("7")
        elif x < 0.1 and as_draft:
            del body["name"]
        self.say("create", user, body, "DRAFT" if as_draft else "")
        want = self.world.may_create(user, body, as_draft)
        status, whole = self.lib.call(self.lib.take_assistant, "assistant_create_json", self.session(user),
                                      *text(body), int(as_draft))
        self.expect(want, status)
        if status == "OK":
            draft_id = None
            if as_draft:
                found, page = self.lib.call(self.lib.take_ids, "draft_list", self.session(user),
                                            *text({"assistantId": whole["id"]}))
                self.expect(OK, found)
                self.expect(1, len(page[0]), "drafts of the new one")
                draft_id = page[0][0]
            self.world.do_create(user, body, as_draft, whole["id"], draft_id)
            self.check_assistant(user, whole["id"], whole)
            self.events = 1

    def step_patch(self):
        user, id = self.some_pair()
        a = self.world.assistants.get(id)
        patch = generate.patch(self.rng, a["live"] if a else {})
        x = self.rng.random()
        if x < 0.08:
            patch = generate.bad_patch(self.rng)
        elif x < 0.16:
            patch = {"tags": self.rng.choice([["a"], ["b", "a"], []])}
        elif x < 0.2:
            patch["tags"] = ["c"]
        if a and a["version"] == 0 and same(self.world.patched(a["live"], patch), a["live"]):
            return  # whether that publishes version 1 is not decided
        revision = self.revision_of(id)
        self.say("patch", user, id, patch, "revision", str(revision))
        want = self.world.may_patch(user, id, patch, revision)
        before = a and a["live"]
        revised = a and a["revision"]
        status, whole = self.lib.call(
            self.lib.take_assistant, "assistant_patch_json", self.session(user), id.encode(), *text(patch),
            ANY if revision is None else revision, 0)
        self.expect(want, status)
        self.check_revision_detail(status, a and a["revision"])
        if status == "OK":
            self.world.do_patch(user, id, patch)
            self.check_assistant(user, id, whole)
            self.events = int(a["revision"] != revised)
            self.moved = (before, a["live"], revised, a["revision"]) if self.events else None

    def step_share(self):
        user, id = self.some_pair(3)
        level = self.rng.choice([0, 1, 2, 2, 3])
        principal = self.rng.choice(PRINCIPALS)
        if self.world.assistants.get(id, {}).get("owner") == principal:
            return  # a grant to the owner: not decided whether it is kept
        self.say("share", user, id, principal, str(level))
        want = self.world.may_share(user, id)
        if level:
            status, _ = self.lib.plain("share_put", self.session(user), id.encode(), principal.encode(),
                                       level, 0)
        else:
            status, _ = self.lib.plain("share_remove", self.session(user), id.encode(), principal.encode(), 0)
        self.expect(want, status)
        if status == "OK":
            changed = self.world.assistants[id]["grants"].get(principal, 0) != level
            self.events = 1 if changed else None
            self.world.do_share(id, principal, level)

    def step_delete(self):
        user, id = self.some_pair(3)
        if len(self.world.visible("root")) < 2 and self.rng.random() < 0.7:
            return
        revision = self.revision_of(id)
        self.say("delete", user, id, "revision", str(revision))
        want = self.world.may_delete(user, id, revision)
        status, _ = self.lib.plain("assistant_delete", self.session(user), id.encode(),
                                   ANY if revision is None else revision, 0)
        self.expect(want, status)
        self.check_revision_detail(status, self.world.assistants.get(id, {}).get("revision"))
        if status == "OK":
            self.world.do_delete(id)
            self.events = 1

    def trashed_pair(self):
        trashed = [id for id, a in self.world.assistants.items() if a["trashed"] is not None]
        user, id = self.user(), self.rng.choice(list(self.world.assistants) + [self.gone])
        if trashed and self.rng.random() < 0.9:
            id = self.rng.choice(trashed)
            able = [u for u in USERS if id in self.world.restorable(u)]
            if self.rng.random() < 0.6:
                user = self.rng.choice(able)
        return user, id

    def in_trash(self, what, user, id, purge, call):
        """A call with a revision that is older than the one in the trash, or any; where the older one
        is refused, with the one that was told. Only how far deleting raised it is not decided."""
        a = self.world.assistants.get(id)
        old = None if a is None or self.rng.random() < 0.5 else max(0, a["revision"] - self.rng.randint(1, 2))
        want = self.world.may_restore(user, id, purge)
        self.say(what, user, id, "revision", str(old))
        answer = call(ANY if old is None else old)
        if old is None or want != OK:
            self.expect(want, answer[0])
            return answer
        self.expect({"EREVISION"}, answer[0])
        told = int((self.lib.detail()[0] or {}).get("revision", -1))
        self.expect(True, a["revision"] <= told <= a["revision"] + 1, "revision %d in the detail" % told)
        answer = call(told)
        self.expect(OK, answer[0], "with the revision that was told")
        return answer

    def step_trash_restore(self):
        user, id = self.trashed_pair()
        status, whole = self.in_trash(
            "trash restore", user, id, False,
            lambda revision: self.lib.call(self.lib.take_assistant, "trash_restore", self.session(user),
                                           id.encode(), revision, 0))
        if status == "OK":
            right = self.world.do_restore(id, int(whole["revision"]), whole["slug"])
            self.expect(True, right, "after restore: revision %s, slug %s" % (whole["revision"], whole["slug"]))
            self.check_assistant(user, id, whole)
            self.events = 1

    def step_purge(self):
        user, id = self.trashed_pair()
        status, _ = self.in_trash(
            "purge", user, id, True,
            lambda revision: self.lib.plain("trash_purge", self.session(user), id.encode(), revision, 0))
        if status == "OK":
            self.world.do_purge(id)
            self.gone = id
            self.events = None  # made of steps: how many events is not decided

    def step_time(self):
        """A month goes by, not to the millisecond: the boundary is not decided."""
        self.say("time")
        self.world.now += 31 * DAY
