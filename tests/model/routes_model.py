# SPDX-License-Identifier: MIT
# The model of references between assistants, written from the design alone: who may refer to
# which assistant, what a walk along the routes finds, and who may delete what is routed to.
# want_...() gives the list of the outcomes that are allowed; after OK do_...() changes the model.

from collections import namedtuple

from compare_model import Merge, merge_patch, same

DAY = 86400000
TRASH_DAYS = 30
DEEPEST, WIDEST = 16, 256
ROLES = {"member": 1, "memberPlus": 2, "designer": 2, "dataWizard": 2, "publisher": 3, "admin": 3}
CREATE = {"permissions": ["assistants:create"]}

# The same person in two workspaces is two: "user" and "workspace" stand in the session's document.
USERS = {
    "ada": dict(CREATE),
    "bob": {**CREATE, "teams": [{"id": "t1", "role": "designer"}]},
    "dan": {"teams": [{"id": "t1", "role": "member"}]},
    "root": {**CREATE, "superuser": True},
    "nina": {**CREATE, "aiSeat": False, "teams": [{"id": "t1", "role": "admin"}]},
    "ada@else": {**CREATE, "user": "ada", "workspace": "else"},
    "root@else": {**CREATE, "user": "root", "workspace": "else", "superuser": True}}
SYSTEM = "system"

# What of a definition the model keeps.
TRACKED = ("name", "description", "type", "routes", "fallback", "references")
OURS = {"unknown_reference", "route_cycle", "limit"}

# how: "exact", these issues in this order; "loose", with any indices in the pointers; "limit",
# at any pointers; "plain", no issue of ours; "any", whatever issues.
Outcome = namedtuple("Outcome", "status issues how")
Reference = namedtuple("Reference", "kind target pointer")


def plain(status):
    return Outcome(status, [], "plain")


OK, DENIED, NOT_FOUND = plain("OK"), plain("EDENIED"), plain("ENOTFOUND")
FAULTY, STALE, CONFLICT = plain("EVALIDATION"), plain("EREVISION"), plain("ECONFLICT")
UNDECIDED, LIMIT = Outcome("EVALIDATION", [], "any"), Outcome("ELIMIT", [], "limit")
UNKNOWN, CYCLE, GONE_BAD = "unknown_reference", "route_cycle", "unusable_reference"


def issue(code, *pointers):
    return Outcome("EVALIDATION", [(code, p) for p in pointers], "exact")


def field_of(pointer):
    return pointer.split("/")[1]


def fits(outcome, status, issues):
    """Whether an answer is this outcome; issues: a list of (code, pointer)."""
    codes = {code for code, _ in issues}
    if status != outcome.status:
        return False
    if outcome.how == "plain":
        return not codes & OURS and (status != "OK" or not issues)
    if outcome.how == "loose":
        return (sorted((code, field_of(p)) for code, p in issues)
                == sorted((code, field_of(p)) for code, p in outcome.issues))
    if outcome.how == "limit":
        return codes == {"limit"}
    return outcome.how == "any" or issues == outcome.issues


def tracked(whole):
    """The part of a definition that is kept, in one form."""
    return {"type": "custom", **{n: whole[n] for n in TRACKED if whole.get(n) not in (None, [])}}


def references(definition):
    """In the order of the fields."""
    found = [Reference("routes", r["assistantId"], "/routes/%d/assistantId" % i)
             for i, r in enumerate(definition.get("routes", []))]
    if "fallback" in definition:
        found.append(Reference("fallback", definition["fallback"], "/fallback"))
    return found + [Reference("references", r["targetId"], "/references/%d/targetId" % i)
                    for i, r in enumerate(definition.get("references", []))
                    if r["targetType"] == "assistant"]


def steps_of(definition):
    """The own places from which a walk starts."""
    return [r for r in references(definition) if r.kind != "references"]


def body_faulty(body):
    """Knows the few faults that the generator, and a merge, can make."""
    routed = body.get("type", "custom") != "dispatcher" and (body.get("routes") or body.get("fallback"))
    return bool(routed) or not body.get("name") or "creativity" in body


class World:
    def __init__(self):
        self.assistants, self.drafts = {}, {}
        self.purged, self.draft_ids = [], set()
        self.now = 1700000000000

    # ---- who sees what

    def workspace(self, user):
        return USERS.get(user, {}).get("workspace", "acme")

    def principal(self, user):
        return "user:" + USERS.get(user, {}).get("user", user)

    def role(self, user, team):
        return max([ROLES[t["role"]] for t in USERS[user].get("teams", []) if t["id"] == team], default=0)

    def level(self, user, a):
        """The level held, whether or not it is seen."""
        if a["workspace"] != self.workspace(user):
            return 0
        if user == SYSTEM or USERS[user].get("superuser") or a["owner"] == self.principal(user):
            return 3
        levels = [self.role(user, a["owner"][5:]) if a["owner"].startswith("team:") else 0]
        for principal, (level, end) in a["grants"].items():
            team = principal.startswith("team:") and self.role(user, principal[5:])
            if (team or principal in (self.principal(user), "workspace")) and (end is None or self.now < end):
                levels.append(level)
        return max(levels)

    def sees(self, user, a):
        """Its level where it is seen, else 0."""
        level = self.level(user, a)
        early = a["version"] == 0 and level < 2 and a["creator"] != self.principal(user)
        return 0 if a["trashed"] is not None or early else level

    def seated(self, user):
        return user == SYSTEM or USERS[user].get("aiSeat", True)

    def gate(self, user, id, needed):
        if not self.seated(user):
            return DENIED
        a = self.assistants.get(id)
        if a is None or self.sees(user, a) == 0:
            return NOT_FOUND
        return OK if self.sees(user, a) >= needed else DENIED

    # ---- references

    def reasons(self, user, id):
        """Why this user may not refer to it; nothing where he may."""
        a = self.assistants.get(id)
        if a is None:
            return ["purged" if id in self.purged else "a draft's id" if id in self.draft_ids else "absent"]
        elsewhere = a["workspace"] != self.workspace(user)
        return [name for name, so in (
            ("other workspace", elsewhere), ("deleted", a["trashed"] is not None),
            ("disabled", a["disabled"]), ("unpublished", a["version"] == 0),
            ("hidden", not elsewhere and self.level(user, a) == 0)) if so]

    def added(self, new, live):
        """What is judged; live: None where there is none."""
        old = {r[:2] for r in references(live)} if live else set()
        return [r for r in references(new) if r[:2] not in old]

    def edges(self, id):
        """One step of the walk: through everything that is stored and published."""
        a = self.assistants.get(id)
        return [] if a is None or a["version"] == 0 else [r.target for r in steps_of(a["live"])]

    def reachable(self, starts):
        """What is stored there, and what is reached from it."""
        found, left = set(), list(starts)
        while left:
            id = left.pop()
            if id not in found:
                found.add(id)
                left += self.edges(id)
        return found

    def longest(self, starts, known=None):
        """The steps of the longest chain; only where nothing leads back."""
        known = {} if known is None else known
        for id in starts:
            if id not in known:
                known[id] = self.longest(self.edges(id), known)
        return max((1 + known[id] for id in starts), default=0)

    def judge(self, user, id, new, live):
        """The gate "references" of one publication; id: None for what is not stored yet."""
        added = self.added(new, live)
        bad = [r.pointer for r in added if self.reasons(user, r.target)]
        if bad:
            return issue(UNKNOWN, *bad)
        if all(r.kind == "references" for r in added):
            return OK
        back = [r.pointer for r in steps_of(new) if id in self.reachable([r.target])]
        if back:
            return issue(CYCLE, *back)
        starts = [r.target for r in steps_of(new)]
        if self.longest(starts) > DEEPEST or len(self.reachable(starts)) > WIDEST:
            return LIMIT
        return OK

    def fine(self, user, new, live):
        """Success, with a warning for each kept reference that has gone bad and whose target he sees,
        in the trash if he may restore it. Where nothing changes, that it warns is not decided."""
        kept = [r for r in references(new) if r not in self.added(new, live)]
        seen = [r for r in kept if self.reasons(user, r.target) and (
            self.gate(user, r.target, 1) == OK or self.want_restore(user, r.target) == [OK])]
        warned = Outcome("OK", [(GONE_BAD, r.pointer) for r in seen], "exact")
        return [warned, OK] if same(new, live) else [warned]

    def dispatchers(self, id):
        """All that route to it in the text that they show, whatever their state."""
        return [a for a in self.assistants.values() if id in [r.target for r in steps_of(a["live"])]]

    # ---- assistants

    def want_create(self, user, body, as_draft):
        if not self.seated(user):
            return [DENIED]
        if user != SYSTEM and not USERS[user].get("permissions"):
            return [DENIED]
        if as_draft:
            return [OK]
        return [FAULTY if body_faulty(body) else self.judge(user, None, tracked(body), None)]

    def do_create(self, user, body, as_draft, id):
        self.assistants[id] = {
            "workspace": self.workspace(user), "owner": body.get("ownerId", self.principal(user)),
            "creator": SYSTEM if user == SYSTEM else self.principal(user), "grants": {}, "revision": 1,
            "version": int(not as_draft), "live": tracked(body), "trashed": None,
            "disabled": body.get("disabled", False)}

    def publish(self, a, definition):
        a["live"] = definition
        a["version"] += 1
        a["revision"] += 1

    def want_patch(self, user, id, patch, revision):
        status = self.gate(user, id, 3 if "disabled" in patch else 2)
        if status != OK:
            return [status]
        a = self.assistants[id]
        new = merge_patch(a["live"], patch)
        if body_faulty(new):
            return [FAULTY]
        judged = self.judge(user, id, tracked(new), a["live"])
        if judged != OK:
            return [judged]
        if revision not in (None, a["revision"]):
            return [STALE]
        return self.fine(user, tracked(new), a["live"])

    def do_patch(self, id, patch):
        a = self.assistants[id]
        new = tracked(merge_patch(a["live"], patch))
        if not same(new, a["live"]):
            self.publish(a, new)
        elif patch.get("disabled", a["disabled"]) != a["disabled"]:
            a["disabled"] = patch["disabled"]
            a["revision"] += 1

    def want_delete(self, user, id, revision):
        status = self.gate(user, id, 3)
        if status != OK:
            return [status]
        if revision is not None and revision != self.assistants[id]["revision"]:
            return [STALE]
        return [CONFLICT if self.holders(user, id) else OK]

    def holders(self, user, id):
        """The dispatchers for which this user may not delete it."""
        return [i for i, a in self.assistants.items() if a["version"] and self.sees(user, a)
                and id in [r.target for r in steps_of(a["live"])]]

    def want_restore(self, user, id, purge=False):
        a = self.assistants.get(id)
        if not self.seated(user):
            return [DENIED]
        if a is None or a["trashed"] is None or self.level(user, a) == 0:
            return [NOT_FOUND]
        if self.level(user, a) < 3:
            return [DENIED, NOT_FOUND]  # which of the two is not decided
        owns = user == SYSTEM or USERS[user].get("superuser") or a["owner"] == self.principal(user)
        soon = self.now - a["trashed"] < TRASH_DAYS * DAY
        return [DENIED if purge and soon and not owns else OK]

    def do_purge(self, id):
        del self.assistants[id]
        self.purged.append(id)
        for draft_id in [i for i, d in self.drafts.items() if d["assistant"] == id]:
            del self.drafts[draft_id]

    # ---- drafts

    def own_draft(self, user, id):
        return next((i for i, d in self.drafts.items() if d["assistant"] == id and d["user"] == user), None)

    def do_edit(self, user, id, draft_id):
        """Whether the draft that was opened is the right one."""
        old, a = self.own_draft(user, id), self.assistants[id]
        if old is None:
            self.drafts[draft_id] = {"assistant": id, "user": user, "base": a["live"],
                                     "base_version": a["version"], "text": a["live"]}
            self.draft_ids.add(draft_id)
        return old in (None, draft_id)

    def merge(self, d, flag):
        return Merge(d["base"], self.assistants[d["assistant"]]["live"], d["text"], None,
                     "draft" if flag == "FORCE" else None)

    def want_commit(self, user, d, flag):
        """None where the design does not decide."""
        a = self.assistants[d["assistant"]]
        status = self.gate(user, d["assistant"], 3 if flag == "FORCE" else 2)
        if status != OK:
            return [status]
        if same(d["base"], d["text"]) and a["version"]:
            return self.fine(user, a["live"], a["live"])
        merge, moved = self.merge(d, flag), a["version"] != d["base_version"]
        if merge.unclear or (moved and same(d["base"], a["live"])):
            return None
        if (moved and not flag) or merge.undecided():
            return [CONFLICT, UNDECIDED]  # whether the draft's own faults come first
        new = tracked(merge.result)
        if body_faulty(new):
            return [FAULTY]
        live = a["live"] if a["version"] else None
        judged = self.judge(user, d["assistant"], new, live)
        outcomes = self.fine(user, new, live) if judged == OK else [judged]
        return [o._replace(how="loose") if merge.loose and o.how == "exact" else o for o in outcomes]
