# SPDX-License-Identifier: MIT
# A random history of assistants that refer to each other, in the library and in the model.

import copy
import datetime
import random

from compare_model import Number, agrees, dump, same
from library import ANY, pointer_parts, text
from routes_desk import Desk, Disagreement, expect
from routes_maker import Maker
from routes_model import (CONFLICT, CYCLE, FAULTY, NOT_FOUND, OK, SYSTEM, UNKNOWN, World, field_of, references,
                          steps_of, tracked)

STEPS = 160
WEIGHTS = {
    "create": 14, "validate": 8, "patch": 26, "draft": 16, "commit": 18, "discard": 1, "share": 12,
    "disable": 6, "delete": 12, "restore": 9, "purge": 3, "time": 3}
ACTORS = {"ada": 8, "bob": 8, "dan": 3, "root": 5, SYSTEM: 2, "nina": 1, "ada@else": 3, "root@else": 1}
PRINCIPALS = ["user:ada", "user:ada", "user:bob", "user:dan", "team:t1", "team:t1", "workspace"]
MOST = 12
REASONS = ["absent", "purged", "a draft's id", "other workspace", "deleted", "disabled", "unpublished",
    "hidden"]


class History(Desk, Maker):
    def __init__(self, lib, seed, where, tally):
        self.rng, self.world, self.tally = random.Random(seed), World(), tally
        self.doing, self.number, self.slugs = "", 0, 0
        lib.now = lambda: self.world.now
        super().__init__(lib, where)
        self.cursors = {user: self.events(user, "end")[0] for user in ("root", "root@else")}

    def say(self, *what):
        self.doing = " ".join(w if isinstance(w, str) else dump(w) for w in what)

    def count(self, *names):
        self.tally.update(names)

    # ---- what is compared

    def events(self, user, cursor):
        answer, found = self.call(self.lib.take_json, "feed_read", self.session(user),
                                  *text({"after": cursor, "limit": Number(1000)}))
        expect("OK", answer[0], "feed")
        return found["cursor"], len(found["events"])

    def check_shown(self, id, whole):
        a = self.world.assistants[id]
        mine = [a["live"], Number(a["revision"]), Number(a["version"]), a["disabled"]]
        shown = [tracked(whole)] + [whole[n] for n in ("revision", "version", "disabled")]
        expect(mine, shown, "definition, revision, version, disabled of " + id)

    def check_stored(self):
        """Everything that is stored, as the model has it."""
        for id, a in self.world.assistants.items():
            answer, whole = self.get("root@else" if a["workspace"] == "else" else "root", id)
            self.compare([OK if a["trashed"] is None else NOT_FOUND], answer, "get " + id)
            if whole:
                self.check_shown(id, whole)
        for draft_id, d in self.world.drafts.items():
            if self.world.gate(d["user"], d["assistant"], 1) == OK:
                _, whole = self.get(d["user"], draft_id)
                expect(d["text"], whole and tracked(whole), "the draft " + draft_id)

    def check_silence(self):
        """What failed left no event and no assistant."""
        for name, cursor in self.cursors.items():
            expect(0, self.events(name, cursor)[1], "events of a call that failed, read by " + name)
            _, page = self.lib.call(self.lib.take_ids, "assistant_list", self.session(name),
                                    *text({"limit": Number(1000)}))
            stored = [i for i, a in self.world.assistants.items() if self.world.sees(name, a)]
            expect(sorted(stored), sorted(page[0]), "list of " + name)
        self.check_stored()

    def check_answer(self, wanted, answer, how, user, new, again=None):
        """new: the definition that is to be published. again(pointers): the same call with unknown
        ids in the place of those that were refused."""
        self.compare(wanted, answer)
        pointers = [p for code, p, _ in answer[2] if code == UNKNOWN]
        if wanted[0].how == "exact" and pointers:
            by_pointer = {r.pointer: r.target for r in references(new)}
            ids = [by_pointer[p] for p in pointers]
            alone = [r[0] for r in (self.world.reasons(user, id) for id in ids) if len(r) == 1]
            self.count("unknown_reference by " + how, *("unknown_reference: " + r for r in alone),
                       *("unknown_reference in " + field_of(p) for p in pointers))
            if any(id in dump([answer[1], answer[2]]) for id in ids):
                raise Disagreement("the answer repeats an id: %s" % answer)
        if any(code == CYCLE for code, *_ in answer[2]):
            self.count("route_cycle by " + how)
        if answer[0] == "OK" and answer[2]:
            self.count("warned of what went bad")
        if pointers and again:
            expect(answer, again(pointers), "the same with unknown ids: the whole answer")
            self.count("same answer for an unknown id")

    def unknown_instead(self, document, pointers):
        document = copy.deepcopy(document)
        for pointer in pointers:
            *way, last = [int(p) if p.isdigit() else p for p in pointer_parts(pointer)]
            place = document
            for part in way:
                place = place[part]
            place[last] = self.uuid()
        return document

    def count_before(self, wanted, user, new, live, stale=False):
        """What came before references that would have been refused, or after them."""
        if any(self.world.reasons(user, r.target) for r in self.world.added(new, live)):
            if wanted[0].status in ("EDENIED", "ENOTFOUND"):
                self.count("gate before references")
            elif wanted[0] == FAULTY:
                self.count("body before references")
            elif stale:
                self.count("references before revision")

    def count_kept(self, user, new, live):
        added = self.world.added(new, live)
        if any(self.world.reasons(user, r.target) for r in references(new) if r not in added):
            self.count("bad reference kept")

    # ---- who does it to what

    def user(self):
        return self.rng.choices(list(ACTORS), ACTORS.values())[0]

    def pair(self, needed, ids=None):
        """A user and an assistant's id: mostly one that is published and where he may."""
        careful, published = self.rng.random() < 0.85, [
            i for i, a in self.world.assistants.items() if a["version"]]
        for _ in range(20 if careful else 0):
            user = self.user()
            able = [i for i in ids or published if self.world.gate(user, i, needed) == OK]
            if able:
                return user, self.rng.choice(able)
        return self.user(), self.rng.choice([*published, self.uuid()])

    def revision(self, id):
        a = self.world.assistants.get(id, {"revision": 1})
        return self.rng.choices([None, a["revision"], a["revision"] - 1], [70, 15, 15])[0]

    # ---- assistants; a step gives the answer of its call

    def step_create(self):
        as_draft, body, user = self.rng.random() < 0.25, {}, self.user()
        if as_draft and user == SYSTEM:
            user = "bob"
        body = self.body(user, as_draft)
        self.say("create", user, body, "DRAFT" if as_draft else "")
        wanted = self.world.want_create(user, body, as_draft)
        answer, whole = self.create(user, body, as_draft)
        self.check_answer(wanted, answer, "create", user, body,
                          lambda pointers: self.create(user, self.unknown_instead(body, pointers))[0])
        self.count_before(wanted, user, body, None)
        if whole:
            self.world.do_create(user, body, as_draft, whole["id"])
            self.check_shown(whole["id"], whole)
            self.count("created as draft" if as_draft else "created")
            if as_draft:
                if any(self.world.reasons(user, r.target) for r in references(body)):
                    self.count("draft with bad references")
                self.lib.draft_free(self.opened(user, whole["id"]))
        return answer

    def step_validate(self):
        as_draft, user = self.rng.random() < 0.2, self.user()
        body = self.body(user, as_draft)
        self.say("validate", user, body, "DRAFT" if as_draft else "")
        answer = self.validate(user, body, as_draft)
        self.check_answer(self.world.want_create(user, body, as_draft), answer, "validate", user, body,
                          lambda pointers: self.validate(user, self.unknown_instead(body, pointers)))
        self.count("validated" if answer[0] == "OK" else "validate refused")
        return answer

    def step_patch(self):
        drafted = [d["assistant"] for d in self.world.drafts.values() if d["base_version"]]
        user, id = self.pair(2, drafted if self.rng.random() < 0.4 else None)
        live = self.world.assistants.get(id, {"live": {"name": "x"}})["live"]
        new, revision = self.edited(user, id, live, self.rng.choice([1, 1, 1, 2, 3])), self.revision(id)
        patch = self.difference(live, new)
        if self.rng.random() < 0.05:
            patch["creativity"] = Number("7")
        self.say("patch", user, id, patch, "revision", str(revision))
        wanted = self.world.want_patch(user, id, patch, revision)
        stale = revision is not None and id in self.world.assistants and (
            revision != self.world.assistants[id]["revision"])
        answer, whole = self.patch(user, id, patch, revision)
        self.check_answer(wanted, answer, "patch", user, new, lambda pointers: self.patch(
            user, id, self.unknown_instead(patch, pointers), revision)[0])
        self.count_before(wanted, user, new, live, stale)
        if any(code == CYCLE for code, *_ in answer[2]) and id in [r.target for r in references(new)]:
            self.count("route_cycle to itself")
        if whole:
            self.count_kept(user, new, live)
            self.world.do_patch(id, patch)
            self.check_shown(id, whole)
            self.count("patched")
        return answer

    def step_disable(self):
        user, id = self.pair(3)
        patch = {"disabled": not self.world.assistants.get(id, {"disabled": False})["disabled"]}
        self.say("patch", user, id, patch)
        wanted = self.world.want_patch(user, id, patch, None)
        answer, whole = self.patch(user, id, patch)
        self.compare(wanted, answer)
        if whole:
            self.world.do_patch(id, patch)
            self.check_shown(id, whole)
        return answer

    def step_share(self):
        user, id = self.pair(3)
        principal, level = self.rng.choice(PRINCIPALS), self.rng.choice([0, 1, 1, 1, 2, 3])
        a = self.world.assistants.get(id, {})
        if a.get("owner") == principal:
            return None  # a grant to the owner: not decided whether it is kept
        end = self.world.now + self.rng.randint(1000, 20000) if level and self.rng.random() < 0.3 else None
        self.say("share", user, id, principal, str(level), "until", str(end))
        if end is None:
            answer = self.share(user, id, principal, level)
        else:
            when = datetime.datetime.fromtimestamp(end / 1000, datetime.timezone.utc)
            answer = self.plain("share_put_json", self.session(user), id.encode(), *text({
                "principalId": principal, "accessLevel": Number(level),
                "expiresAt": when.isoformat(timespec="milliseconds").replace("+00:00", "Z")}), 0)
        self.compare([self.world.gate(user, id, 3)], answer)
        if answer[0] == "OK":
            a["grants"].pop(principal, None)
            if level:
                a["grants"][principal] = (level, end)
        return answer

    def named(self):
        """Ids of some kind: what anything refers to, or only the trash, or nothing that is a route; or
        dispatchers."""
        kind = self.rng.choice(["any", "any", "trash", "trash", "plain", "dispatchers"])
        stored = self.world.assistants.values()
        if kind == "dispatchers":
            return [id for id, a in self.world.assistants.items() if a["version"] and steps_of(a["live"])]
        held = {r.target for a in stored if kind != "any" and a["trashed"] is None for r in steps_of(a["live"])}
        return [r.target for a in stored if kind != "trash" or (a["trashed"] is not None and a["version"])
                for r in references(a["live"]) if r.target not in held]

    def step_delete(self):
        user, id = self.pair(3, self.named() if self.rng.random() < 0.8 else None)
        revision = self.revision(id)
        self.say("delete", user, id, "revision", str(revision))
        wanted = self.world.want_delete(user, id, revision)
        answer = self.delete(user, id, revision)
        self.compare(wanted, answer)
        if wanted == [CONFLICT]:
            told = [i for i in self.world.assistants if i in dump([answer[1], answer[2]])]
            expect(self.world.holders(user, id), told, "the dispatchers that the answer names")
            expect(len(told), len(answer[2]), "its issues")
            self.count("delete refused")
        if answer[0] == "OK":
            self.count_deleted(user, id)
            self.world.assistants[id]["trashed"] = self.world.now
        return answer

    def count_deleted(self, user, id):
        self.count("deleted")
        routing = [a for a in self.world.dispatchers(id) if a["version"]]
        if any(a["trashed"] is None for a in routing):
            self.count("deleted under a hidden dispatcher")
        if any(a["trashed"] is not None and self.world.level(user, a) for a in routing):
            self.count("deleted under a trashed dispatcher")
        if any(self.world.sees(user, a) and id in [r.target for r in references(a["live"])]
               for a in self.world.assistants.values() if a not in routing and a["version"]):
            self.count("deleted under plain references")

    def trashed_pair(self):
        user, trashed = self.user(), [i for i, a in self.world.assistants.items() if a["trashed"] is not None]
        able = [(u, i) for u in ACTORS for i in trashed if self.world.want_restore(u, i, True) == [OK]]
        return self.rng.choice(able) if able and self.rng.random() < 0.8 else (
            user, self.rng.choice([*self.world.assistants, self.uuid()]))

    def step_restore(self):
        user, id = self.trashed_pair()
        self.say("trash restore", user, id)
        answer, whole = self.call(self.lib.take_assistant, "trash_restore", self.session(user), id.encode(),
                                  ANY, 0)
        self.compare(self.world.want_restore(user, id), answer)
        if whole:
            a, revision = self.world.assistants[id], int(whole["revision"])
            expect(True, a["revision"] <= revision <= a["revision"] + 2, "the revision after restore")
            a["trashed"], a["revision"] = None, revision  # whether the trash raises it is not decided
            self.check_shown(id, whole)
            self.count("restored")
        return answer

    def step_purge(self):
        user, id = self.trashed_pair()
        self.say("purge", user, id)
        wanted = self.world.want_restore(user, id, True)
        answer = self.plain("trash_purge", self.session(user), id.encode(), ANY, 0)
        self.compare(wanted, answer)
        if answer[0] == "OK":
            self.world.do_purge(id)
            self.count("purged")
        return answer

    def step_time(self):
        self.say("time")
        self.world.now += self.rng.randint(5000, 15000)

    # ---- drafts

    def opened(self, user, id):
        """The handle of a draft that may be opened."""
        answer, handle = self.edit(user, id)
        self.compare([OK], answer)
        shown = self.lib.read_draft(handle)
        expect(True, self.world.do_edit(user, id, shown["draft"]), "the id of the draft")
        expect(self.world.drafts[shown["draft"]]["text"], tracked(shown["def"]), "the draft's text")
        return handle

    def some_draft(self):
        """The user and the assistant of a draft that is there; often of one that live left behind."""
        there = [(d["user"], d["assistant"]) for d in self.world.drafts.values()]
        behind = [(d["user"], d["assistant"]) for d in self.world.drafts.values()
                  if d["base_version"] != self.world.assistants[d["assistant"]]["version"]]
        if behind and self.rng.random() < 0.5:
            return self.rng.choice(behind)
        return self.rng.choice(there) if there else (None, None)

    def refused(self, user, id):
        """The answer where the user may not open a draft."""
        wanted = self.world.gate(user, id, 2)
        if wanted == OK:
            return None
        answer, _ = self.edit(user, id)
        self.compare([wanted], answer)
        return answer

    def step_draft(self):
        user, id = self.some_draft() if self.rng.random() < 0.3 else (None, None)
        if user is None:
            user, id = self.pair(2)
        self.say("draft", user, id)
        answer = self.refused(user, id)
        if answer:
            return answer
        handle = self.opened(user, id)
        draft_id = self.world.own_draft(user, id)
        d = self.world.drafts[draft_id]
        new = self.edited(user, id, {"name": "Gamma", **d["text"]}, self.rng.choice([1, 1, 2, 3]))
        if self.rng.random() < 0.04:
            del new["name"]
        patch = self.difference(d["text"], new)
        self.say("draft patch", user, draft_id, patch)
        if self.rng.random() < 0.2:
            answer, _ = self.patch(user, draft_id, patch)
        else:
            answer = self.plain("draft_patch", handle, *text(patch), 0)
        self.lib.draft_free(handle)
        self.compare([OK], answer)
        d["text"] = new
        return answer

    def step_commit(self):
        user, id = self.some_draft()
        if user is None:
            return None
        flag = self.rng.choice(["", "MERGE", "MERGE", "FORCE"])
        self.say("commit", user, id, flag)
        answer, d = self.refused(user, id), self.world.drafts[self.world.own_draft(user, id)]
        wanted = self.world.want_commit(user, d, flag)
        if answer or wanted is None:
            return answer
        merge, a = self.world.merge(d, flag), self.world.assistants[id]
        live = a["live"] if a["version"] else None
        handle = self.opened(user, id)
        answer, whole = self.commit(handle, flag)
        self.lib.draft_free(handle)
        how = "commit" if live else "first commit"
        self.check_answer(wanted, answer, how, user, tracked(merge.result))
        self.count_before(wanted, user, tracked(merge.result), live)
        if whole:
            self.do_commit(user, id, d, merge, tracked(whole))
            self.check_shown(id, whole)
        return answer

    def do_commit(self, user, id, d, merge, seen):
        """Takes over the order of items that the design leaves open, and only that."""
        a = self.world.assistants[id]
        del self.world.drafts[self.world.own_draft(user, id)]
        if same(d["base"], d["text"]) and a["version"]:
            return
        expect(True, agrees(merge, seen), "what was published: " + dump([merge.result, seen]))
        if a["version"] == 0 or not same(a["live"], seen):
            self.count("merged commit" if a["version"] != d["base_version"] else "committed")
            self.count("committed" if a["version"] else "first commit")
            self.count_kept(user, seen, a["live"] if a["version"] else None)
            self.world.publish(a, seen)

    def step_discard(self):
        user, id = self.some_draft()
        if user is None or self.refused(user, id):
            return
        self.say("discard", user, id)
        handle = self.opened(user, id)
        self.compare([OK], self.plain("draft_discard", handle, 0))
        self.lib.draft_free(handle)
        del self.world.drafts[self.world.own_draft(user, id)]

    # ---- the history

    def step(self):
        self.number += 1
        self.world.now += self.rng.randint(1, 1000)
        name = self.rng.choices(list(WEIGHTS), WEIGHTS.values())[0]
        if self.number < 16:
            name = self.rng.choice(["create", "share"])
        if name == "create" and len(self.world.assistants) >= MOST:
            name = "purge"
        self.doing = name
        answer = getattr(self, "step_" + name)()
        if answer and answer[0] != "OK":
            self.check_silence()
        else:
            self.cursors = {user: self.events(user, cursor)[0] for user, cursor in self.cursors.items()}
        if self.number % 10 == 0:
            self.check_stored()
        if self.number == STEPS // 2 and self.where.startswith("file:"):
            self.close()
            self.open()
