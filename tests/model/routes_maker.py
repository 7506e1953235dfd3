# SPDX-License-Identifier: MIT
# Random definitions with references between assistants, and edits of them.

import copy

from compare_model import Number, same
from routes_model import SYSTEM, references, tracked


class Maker:
    """Random bodies and edits. Needs: rng, world, slugs."""

    def uuid(self):
        kind, digits = self.rng.choice(["01%s-%s-7%s-8%s-%s", "%s00-%s-4%s-9%s-%s"]), "0123456789abcdef"
        return kind % tuple("".join(self.rng.choices(digits, k=k)) for k in (6, 4, 3, 3, 12))

    def groups(self, user):
        """Ids by the only reason why this user may not refer to them; "" are those that he may."""
        found = {"absent": [self.uuid()]}
        for id in [*self.world.assistants, *self.world.purged[-5:], *self.world.draft_ids]:
            reasons = self.world.reasons(user, id)
            if len(reasons) < 2:
                found.setdefault("".join(reasons), []).append(id)
        return found

    def target(self, user, id):
        """An id to refer to: mostly a good one, sometimes one that leads back to the assistant."""
        groups, x = self.groups(user), self.rng.random()
        good = groups.pop("", [])
        back = [i for i in good if id in self.world.reachable([i])]
        if back and x < 0.15:
            return self.rng.choice([i for i in back if i != id] or back)
        forward = [i for i in good if i not in back]
        if forward and x < 0.84:
            return self.rng.choice(forward)
        names = sorted(groups)
        if len(names) > 1 and x < 0.97:
            names.remove("absent")
        return self.rng.choice(groups[self.rng.choice(names)])

    def edited(self, user, id, definition, count):
        """The definition after some changes, and sometimes without its bad references."""
        new = copy.deepcopy(definition)
        if self.rng.random() < 0.4:
            self.mend(user, new)
        for _ in range(count):
            self.change(user, id, new)
        for name, key in (("routes", "assistantId"), ("references", "targetId")):
            seen, items = set(), new.get(name, [])
            new[name] = [i for i in items if not (i[key] in seen or seen.add(i[key]))][-5:]
        if new["routes"] or new.get("fallback"):
            new["type"] = "dispatcher"
        return tracked(new)

    def mend(self, user, new):
        bad = {r.target for r in references(new) if self.world.reasons(user, r.target)}
        new["routes"] = [r for r in new.get("routes", []) if r["assistantId"] not in bad]
        new["references"] = [r for r in new.get("references", []) if r["targetId"] not in bad]
        if new.get("fallback") in bad:
            del new["fallback"]

    def change(self, user, id, new):
        routes, others = new.setdefault("routes", []), new.setdefault("references", [])
        what = self.rng.choices(["route", "fallback", "reference", "noise", "remove", "words", "move", "mix",
                                 "text", "custom"], [34, 18, 17, 4, 10, 9, 5, 4, 6, 3])[0]
        if what == "route":
            item = {"assistantId": self.target(user, id)}
            routes.insert(self.rng.randint(0, len(routes)), item)
        elif what == "fallback":
            new["fallback"] = self.target(user, id)
        elif what == "reference":
            others.append({"targetType": "assistant", "targetId": self.target(user, id)})
        elif what == "noise":
            others.append({"targetType": "report", "targetId": self.rng.choice([self.uuid(), "r1"])})
        elif what == "remove":
            field = self.rng.choice(["routes", "references", "fallback"])
            new[field] = None if field == "fallback" else new[field][1:]
        elif what == "words":
            for item in routes:
                item["when"] = self.rng.choice("abc")
            for item in others:
                item["description"] = self.rng.choice("abc")
        elif what == "move" and routes:
            new["fallback"] = routes.pop()["assistantId"]
        elif what == "mix":
            self.rng.shuffle(routes)
            self.rng.shuffle(others)
        elif what == "text":
            new["description"] = self.rng.choice(["one", "two", "three"])
        elif what == "custom":
            new.update({"type": "custom", "routes": [], "fallback": None})

    def body(self, user, as_draft):
        start = {"name": self.rng.choice(["Alpha", "Beta"]), "type": self.rng.choice(["custom", "dispatcher"])}
        body = self.edited(user, None, start, self.rng.choice([0, 1, 1, 2, 3, 4]))
        self.slugs += 1
        body["slug"] = "s%d" % self.slugs
        if user == SYSTEM or (user == "bob" and self.rng.random() < 0.3):
            body["ownerId"] = "team:t1" if user == "bob" else self.rng.choice(["user:ada", "user:bob"])
        x = self.rng.random()
        if x < 0.06 and not as_draft:
            body["creativity"] = Number("7")
        elif x < 0.12 and not as_draft and body.get("ownerId") != "team:t1":
            body["disabled"] = True  # which takes the level that the creator will have
        return body

    def difference(self, old, new):
        """A merge patch from one definition to another."""
        empty = {"routes": [None, []], "references": [None, []]}
        names = [n for n in {**old, **new} if not same(old.get(n), new.get(n))]
        return {n: new[n] if n in new else self.rng.choice(empty.get(n, [None])) for n in names}
