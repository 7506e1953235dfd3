# SPDX-License-Identifier: MIT
# Random steps with drafts and versions; as steps.py.

import generate
from compare_model import ABSENT, Number, dump
from history_model import OK, USERS
from library import ANY, VERSION_DRAFT, VERSION_LIVE, definition_of, text
from steps import NOBODY, Steps

FLAGS = {"": 0, "MERGE": 1, "FORCE": 2}


class DraftSteps(Steps):

    def check_conflicts(self, status, merge, h):
        """The places that a refused commit or rebase tells."""
        detail, issues = self.lib.detail()
        if status != "ECONFLICT":
            return
        told = {c["pointer"]: c for c in (detail or {}).get("conflicts", [])}
        # Whether a refused rebase tells those that were decided, too, is not decided.
        wanted = set(merge.undecided()) | (set(told) & set(merge.conflicts))
        self.expect(wanted, set(told), "conflicts")
        self.expect(wanted, {p for code, p in issues if code == "conflict"}, "issues")
        for place in wanted:
            values = merge.conflicts[place]
            if values[0] != "order":
                for side, value in zip(("base", "live", "draft"), values):
                    self.expect(value, told[place].get(side, ABSENT), "%s of %s" % (side, place))
        d, a = self.world.drafts[h["draft"]], self.world.assistants[h["assistant"]]
        self.expect(Number(d["base_version"]), detail["baseVersion"], "baseVersion")
        self.expect(Number(a["version"]), detail["liveVersion"], "liveVersion")

    def keep_handle(self, user, pointer):
        shown = self.lib.read_draft(pointer)
        self.handles.append({"user": user, "draft": shown["draft"], "assistant": shown["assistant"],
                             "revision": int(shown["revision"]), "pointer": pointer})
        return shown

    def check_opened(self, user, pointer, right, shown):
        d = self.world.drafts[shown["draft"]]
        self.expect(True, right, "id and revision of the draft")
        self.expect(d["text"], shown["def"], "the draft's definition")
        self.expect(Number(d["base_version"]), Number(shown["base_version"]), "base version")
        self.expect(d["assistant"], shown["assistant"], "the draft's assistant")

    def drop_handle(self, h):
        self.handles.remove(h)
        self.lib.draft_free(h["pointer"])

    def check_handle(self, h):
        """It shows the stored state after success."""
        shown, d = self.lib.read_draft(h["pointer"]), self.world.drafts[h["draft"]]
        self.expect(d["text"], shown["def"], "the handle's definition")
        self.expect(Number(d["revision"]), Number(shown["revision"]), "the handle's revision")
        self.expect(Number(d["base_version"]), Number(shown["base_version"]), "the handle's base version")
        h["revision"] = d["revision"]

    def merged(self, what, seen, base, live, draft):
        return "what was %s\n    base:  %s\n    live:  %s\n    draft: %s\n    gives: %s" % (
            what, dump(base), dump(live), dump(draft), dump(seen))

    # ---- drafts

    def step_edit(self):
        user, id = self.some_pair()
        if self.world.drafts and self.rng.random() < 0.2:
            id = self.rng.choice(list(self.world.drafts))
        self.say("edit", user, id)
        want = self.world.may_edit(user, id)
        status, pointer = self.lib.call(lambda o: o, "draft_edit", self.session(user), id.encode(), 0)
        self.expect(want, status)
        if status == "OK":
            count = len(self.world.drafts)
            shown = self.keep_handle(user, pointer)
            right = self.world.do_edit(user, id, shown["draft"], shown["revision"])
            self.check_opened(user, pointer, right, shown)
            self.events = len(self.world.drafts) - count

    def step_draft_patch(self):
        h = self.handle()
        if h is None:
            return
        d = self.world.drafts.get(h["draft"])
        patch = generate.patch(self.rng, d["text"] if d else {})
        x = self.rng.random()
        want = self.world.may_use(h)
        if x < 0.05:
            patch = generate.bad_patch(self.rng)
        elif x < 0.1 and want == OK:
            # Where more than one is wrong, which refusal comes first is not decided.
            patch, want = {"tags": ["x"]}, {"ECONFLICT"}
        elif x < 0.13 and want == OK:
            patch, want = {"bogus": Number("1")}, {"EVALIDATION"}
        self.say("draft patch", h["user"], h["draft"], "handle", str(h["revision"]), patch)
        if self.rng.random() < 0.2:
            # By the draft's own id, where no handle can be stale.
            want = {"OK"} if want == {"EREVISION"} else want
            status, _ = self.lib.plain("assistant_patch_json", None, self.session(h["user"]),
                                       h["draft"].encode(), *text(patch), ANY, 0)
            by_id = True
        else:
            status, _ = self.lib.plain("draft_patch", h["pointer"], *text(patch), 0)
            by_id = False
            self.check_revision_detail(status, d and d["revision"])
        self.expect(want, status)
        if status == "OK":
            revision = d["revision"]
            self.world.do_draft_patch(h["draft"], patch)
            self.events = d["revision"] - revision
            if not by_id:
                self.check_handle(h)

    def step_reload(self):
        h = self.handle()
        if h is None:
            return
        self.say("reload", h["user"], h["draft"])
        want = self.world.may_use(h, needed=1, fresh=False)
        status, _ = self.lib.plain("draft_reload", h["pointer"])
        self.expect(want, status)
        if status == "OK":
            self.check_handle(h)

    def step_commit(self):
        h = self.handle()
        if h is None:
            return
        flag = self.rng.choice(["", "", "MERGE", "MERGE", "FORCE"])
        message = self.rng.choice([None, "why \u00e9"])
        if h["draft"] in self.world.drafts and self.world.merge(h["draft"]).unclear:
            return  # orders that are the same or not, depending on what "common" means
        self.say("commit", h["user"], h["draft"], "handle", str(h["revision"]), flag)
        a, d = self.world.assistants.get(h["assistant"]), self.world.drafts.get(h["draft"])
        want = self.world.may_commit(h, flag)
        before, revised = a and a["live"], a and a["revision"]
        status, whole = self.lib.call(self.lib.take_assistant, "draft_commit", h["pointer"],
                                      *((message.encode(), ANY) if message else (None, 0)), FLAGS[flag])
        self.expect(want, status)
        self.check_revision_detail(status, d and d["revision"])
        if status == "ECONFLICT":
            self.check_conflicts(status, self.world.merge(h["draft"]), h)
        if status == "OK":
            right = self.world.do_commit(h, flag, message, definition_of(whole))
            self.expect(True, right, self.merged("published", definition_of(whole), d["base"], before, d["text"]))
            self.check_assistant(h["user"], h["assistant"], whole)
            self.events = 1
            if a["revision"] != revised:
                self.moved = (before, a["live"], revised, a["revision"])

    def step_rebase(self):
        h = self.handle()
        if h is None:
            return
        resolutions, d = {}, self.world.drafts.get(h["draft"])
        if d:
            merge = self.world.merge(h["draft"])
            if merge.unclear:
                return
            careful = self.rng.random() < 0.7
            for place, values in merge.conflicts.items():
                if careful or self.rng.random() < 0.5:
                    resolutions[place] = self.rng.choice(["live", "draft"])
                    if place in ("/name", "/welcome") and self.rng.random() < 0.4:
                        resolutions[place] = ("value", "Decided")
        if self.rng.random() < 0.05:
            resolutions["/webSearch/x"] = "live"
        document = [{"pointer": p, **({"value": r[1]} if isinstance(r, tuple) else {"take": r})}
                    for p, r in resolutions.items()]
        self.say("rebase", h["user"], h["draft"], "handle", str(h["revision"]), document)
        want = self.world.may_rebase(h, resolutions)
        status, _ = self.lib.plain("draft_rebase", h["pointer"], *text(document or None), 0)
        self.expect(want, status)
        self.check_revision_detail(status, d and d["revision"])
        if status == "ECONFLICT":
            self.check_conflicts(status, self.world.merge(h["draft"], resolutions), h)
        if status == "OK":
            shown = self.lib.read_draft(h["pointer"])
            base, draft = d["base"], d["text"]
            right = self.world.do_rebase(h, resolutions, shown["def"], int(shown["revision"]))
            self.expect(True, right, self.merged("rebased", shown["def"], base, d["base"], draft))
            self.check_handle(h)
            self.events = None

    def step_discard(self):
        h = self.handle()
        if h is None:
            return
        self.say("discard", h["user"], h["draft"], "handle", str(h["revision"]))
        d = self.world.drafts.get(h["draft"])
        status, _ = self.lib.plain("draft_discard", h["pointer"], 0)
        self.expect(self.world.may_discard(h), status)
        self.check_revision_detail(status, d and d["revision"])
        if status == "OK":
            self.world.drafts.pop(h["draft"], None)
            self.events = int(d is not None)
            if self.rng.random() < 0.5:
                self.drop_handle(h)

    def replaced(self, user, id):
        """Whether what opens a draft replaces one, and of which revision: the present, another, any."""
        own = self.world.own_draft(user, id)
        present = self.world.drafts[own]["revision"] if own else self.rng.randint(0, 2)
        x = self.rng.random()
        return self.rng.random() < 0.5, (
            None if x < 0.4 else present if x < 0.8 else max(0, present + self.rng.choice([-1, 1])))

    def opened(self, user, id, status, pointer, want, state):
        """The end of what opens a draft with another text; state: base, its version, text."""
        self.expect(want, status)
        own = self.world.own_draft(user, id)
        self.check_revision_detail(status, own and self.world.drafts[own]["revision"])
        if status == "OK":
            shown = self.keep_handle(user, pointer)
            right = self.world.open_draft(user, id, *state, shown["draft"], int(shown["revision"]))
            self.check_opened(user, pointer, right, shown)
            self.events = None  # a draft less and one more: how many events is not decided

    def step_copy(self):
        others = [i for i in self.world.drafts]
        user = self.user()
        draft_id = self.rng.choice(others) if others and self.rng.random() < 0.95 else NOBODY
        d = self.world.drafts.get(draft_id)
        able = [u for u in USERS if d and d["user"] != u and self.world.reads_draft(u, d)]
        if able and self.rng.random() < 0.6:
            user = self.rng.choice(able)
        if d and d["user"] == user:
            return  # of one's own: not decided
        replace, revision = self.replaced(user, d and d["assistant"])
        self.say("copy", user, draft_id, "REPLACE %s" % revision if replace else "")
        want = self.world.may_copy(user, draft_id, replace, revision)
        status, pointer = self.lib.call(lambda o: o, "draft_copy", self.session(user), draft_id.encode(),
                                        ANY if revision is None else revision, int(replace))
        self.opened(user, d and d["assistant"], status, pointer, want,
                    d and (d["base"], d["base_version"], d["text"]))

    # ---- versions

    def step_version_restore(self):
        user, id = self.some_pair()
        a = self.world.assistants.get(id)
        n = self.rng.randint(1, (a["version"] if a else 0) + 1)
        replace, revision = self.replaced(user, id)
        self.say("version restore", user, id, str(n), "REPLACE %s" % revision if replace else "")
        want = self.world.may_restore_version(user, id, n, replace, revision)
        status, pointer = self.lib.call(lambda o: o, "version_restore", self.session(user), id.encode(), n,
                                        ANY if revision is None else revision, int(replace))
        self.opened(user, id, status, pointer, want,
                    a and (a["live"], a["version"], a["versions"].get(n, {}).get("def")))

    def step_version_read(self):
        user, id = self.some_pair()
        a = self.world.assistants.get(id)
        numbers = [self.rng.randint(1, (a["version"] if a else 0) + 1) for _ in "12"]
        n = numbers[0]
        self.say("version get", user, id, str(n))
        want = self.world.gate(user, id, 2)
        if want == OK and n not in a["versions"]:
            want = {"ENOTFOUND"}
        status, whole = self.lib.call(self.lib.take_assistant, "version_get", self.session(user),
                                      id.encode(), n, 0)
        self.expect(want, status)
        if status == "OK":
            self.expect(a["versions"][n]["def"], definition_of(whole), "the version's definition")
            self.expect(Number(n), whole["version"], "the version's number")
        draft = self.world.own_draft(user, id)
        texts = {i: v["def"] for i, v in (a["versions"] if a else {}).items()}
        if a:
            texts[VERSION_LIVE] = a["live"]
        if draft:
            texts[VERSION_DRAFT] = self.world.drafts[draft]["text"]
        if self.rng.random() < 0.6:
            numbers[self.rng.randrange(2)] = self.rng.choice([VERSION_LIVE, VERSION_DRAFT])
        self.say("version diff", user, id, str(numbers))
        want = self.world.gate(user, id, 2)
        if want == OK and not all(i in texts for i in numbers):
            want = {"ENOTFOUND"}
        status, diff = self.lib.call(self.lib.take_json, "version_diff", self.session(user), id.encode(),
                                     *numbers, 0)
        self.expect(want, status)
        if status == "OK":
            self.check_diff(texts[numbers[0]], texts[numbers[1]], diff)
