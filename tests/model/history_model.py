# SPDX-License-Identifier: MIT
# The model of one workspace: who may do what to which assistant, and what it leaves behind.
# Each operation has two halves: may_...() gives the set of statuses that the design allows,
# and after OK do_...() changes the model. What the design leaves open is a set of more than
# one status, or is taken over from the library through a parameter named seen_...

from compare_model import Merge, agrees, complete, faults, merge_patch, same

DAY = 86400000
TRASH_DAYS = 30
ROLES = {"member": 1, "memberPlus": 2, "designer": 2, "dataWizard": 2, "publisher": 3, "admin": 3}

# Owner, editors, managers and readers come from owning, roles and grants, which change.
USERS = {
    "ada": {"permissions": ["assistants:create"]},
    "bob": {"permissions": ["createAssistants"], "teams": [{"id": "t1", "role": "designer"}]},
    "carol": {"permissions": ["assistants:create"], "teams": [{"id": "t1", "role": "admin"}]},
    "dan": {"teams": [{"id": "t1", "role": "publisher"}, {"id": "t2"}]},
    "rita": {"teams": [{"id": "t1", "role": "member"}]},
    "eve": {},
    "root": {"superuser": True, "permissions": ["assistants:create"]},
    "nina": {"aiSeat": False, "permissions": ["assistants:create"], "teams": [{"id": "t1", "role": "admin"}]},
}

OK = {"OK"}
DENIED = {"EDENIED"}
NOT_FOUND = {"ENOTFOUND"}


class World:
    def __init__(self):
        self.assistants = {}
        self.drafts = {}
        self.now = 1700000000000

    # ---- who sees what

    def seated(self, user):
        return USERS[user].get("aiSeat", True)

    def role(self, user, team):
        for t in USERS[user].get("teams", []):
            if t["id"] == team:
                return ROLES[t.get("role", "member")]
        return 0

    def level(self, user, a):
        """The level held, whether or not it is seen."""
        levels = [0]
        if a["owner"] == "user:" + user or USERS[user].get("superuser"):
            levels.append(3)
        if a["owner"].startswith("team:"):
            levels.append(self.role(user, a["owner"][5:]))
        for principal, level in a["grants"].items():
            if principal in ("user:" + user, "workspace") or (
                    principal.startswith("team:") and self.role(user, principal[5:])):
                levels.append(level)
        return max(levels)

    def owns(self, user, a):
        return (a["owner"] == "user:" + user or USERS[user].get("superuser", False)
                or (a["owner"].startswith("team:") and any(
                    t["id"] == a["owner"][5:] and t.get("role") == "admin"
                    for t in USERS[user].get("teams", []))))

    def sees(self, user, a):
        """Its level where it is seen, else 0. Before the first commit only its creator and level
        2 see it."""
        level = self.level(user, a)
        if a["trashed"] is not None:
            return 0
        if a["version"] == 0 and level < 2 and a["created_by"] != "user:" + user:
            return 0
        return level

    def known(self, user):
        """What a user may see, also in the trash."""
        return set(self.visible(user)) | set(self.restorable(user))

    def gate(self, user, id, needed):
        """Seat, visibility, right."""
        if not self.seated(user):
            return DENIED
        a = self.assistants.get(id)
        if a is None or self.sees(user, a) == 0:
            return NOT_FOUND
        return OK if self.sees(user, a) >= needed else DENIED

    def visible(self, user):
        return [id for id, a in self.assistants.items() if self.sees(user, a)]

    def restorable(self, user):
        return [id for id, a in self.assistants.items()
                if a["trashed"] is not None and self.level(user, a) == 3]

    def shared(self, a):
        return a["owner"].startswith("team:") or any(
            p == "workspace" or p.startswith("team:") for p in a["grants"])

    def own_draft(self, user, id):
        for draft_id, d in self.drafts.items():
            if d["assistant"] == id and d["user"] == user:
                return draft_id
        return None

    def reads_draft(self, user, d):
        level = self.sees(user, self.assistants[d["assistant"]])
        return level > 0 if d["user"] == user else level == 3

    def visible_drafts(self, user, id=None):
        """What asst_draft_list() shows: the own ones, or all of one assistant."""
        return [draft_id for draft_id, d in self.drafts.items()
                if self.reads_draft(user, d) and (d["user"] == user if id is None else d["assistant"] == id)]

    # ---- assistants

    def may_create(self, user, body, as_draft):
        if not self.seated(user):
            return DENIED
        if not {"assistants:create", "createAssistants"} & set(USERS[user].get("permissions", [])):
            return DENIED
        owner = body.get("ownerId", "user:" + user)
        if not as_draft and faults(self.definition(body)):
            return {"EVALIDATION"}
        if any(a["owner"] == owner and a["slug"] == body["slug"] and a["trashed"] is None
               for a in self.assistants.values()):
            return {"EEXISTS"}
        return OK

    def definition(self, body):
        return complete({n: v for n, v in body.items() if n not in ("slug", "ownerId", "tags")})

    def do_create(self, user, body, as_draft, id, draft_id):
        live = self.definition(body)
        a = {"owner": body.get("ownerId", "user:" + user), "created_by": "user:" + user, "grants": {},
             "slug": body["slug"], "tags": [], "revision": 1, "live": live, "trashed": None,
             "version": 0 if as_draft else 1, "versions": {}}
        self.assistants[id] = a
        if as_draft:
            self.drafts[draft_id] = {"assistant": id, "user": user, "base": live, "base_version": 0,
                                     "text": live, "revision": 1}
        else:
            a["versions"][1] = {"def": live, "by": "user:" + user, "message": None}

    def publish(self, a, definition, user, message):
        a["version"] += 1
        a["revision"] += 1
        a["live"] = definition
        a["versions"][a["version"]] = {"def": definition, "by": "user:" + user, "message": message}

    def may_patch(self, user, id, patch, revision):
        status = self.gate(user, id, 2)
        if status != OK:
            return status
        a = self.assistants[id]
        bad = {"EVALIDATION"} if faults(self.patched(a["live"], patch)) else set()
        stale = {"EREVISION"} if revision is not None and revision != a["revision"] else set()
        if a["version"] == 0:
            # Whether a direct update may publish what has no version yet is not decided.
            return {"ECONFLICT"} | (bad | stale or OK)
        return bad or stale or OK

    def patched(self, definition, patch):
        return complete(merge_patch(definition, {n: v for n, v in patch.items() if n != "tags"}))

    def do_patch(self, user, id, patch):
        """The definition makes a version, the tags only a revision; what changes nothing, neither."""
        a = self.assistants[id]
        after = self.patched(a["live"], patch)
        tags = patch.get("tags", a["tags"])
        if not same(after, a["live"]):
            self.publish(a, after, user, None)
        elif tags != a["tags"]:
            a["revision"] += 1
        a["tags"] = tags

    def may_share(self, user, id):
        return self.gate(user, id, 3)

    def do_share(self, id, principal, level):
        """Level 0 takes the grant back. The revision stays."""
        self.assistants[id]["grants"].pop(principal, None)
        if level:
            self.assistants[id]["grants"][principal] = level

    # ---- trash

    def may_delete(self, user, id, revision):
        status = self.gate(user, id, 3)
        if status == OK and revision is not None and revision != self.assistants[id]["revision"]:
            return {"EREVISION"}
        return status

    def do_delete(self, id):
        self.assistants[id]["trashed"] = self.now

    def may_restore(self, user, id, purge=False):
        if not self.seated(user):
            return DENIED
        a = self.assistants.get(id)
        if a is None or a["trashed"] is None or self.level(user, a) == 0:
            return NOT_FOUND
        if self.level(user, a) < 3:
            # Whether those who may not restore it may know of it is not decided.
            return {"EDENIED", "ENOTFOUND"}
        if purge and not self.owns(user, a) and self.now - a["trashed"] < TRASH_DAYS * DAY:
            return DENIED
        return OK

    def do_restore(self, id, seen_revision, seen_slug):
        """Whether the way through the trash raises the revision is not decided; it never falls."""
        a = self.assistants[id]
        taken = [b["slug"] for b in self.assistants.values()
                 if b["owner"] == a["owner"] and b["trashed"] is None]
        right = a["revision"] <= seen_revision <= a["revision"] + 2
        if a["slug"] in taken:
            number = seen_slug.removeprefix(a["slug"]).lstrip("-")
            right = (right and seen_slug not in taken and seen_slug.startswith(a["slug"])
                     and number.isdigit() and seen_revision > a["revision"])
        else:
            right = right and seen_slug == a["slug"]
        a["trashed"], a["revision"], a["slug"] = None, seen_revision, seen_slug
        return right

    def do_purge(self, id):
        del self.assistants[id]
        for draft_id in [i for i, d in self.drafts.items() if d["assistant"] == id]:
            del self.drafts[draft_id]

    # ---- drafts; a handle is {"user", "draft", "assistant", "revision"}

    def may_edit(self, user, id):
        """With an assistant's id or a draft's."""
        if id in self.drafts and self.seated(user):
            d = self.drafts[id]
            if not self.reads_draft(user, d):
                return NOT_FOUND
            if d["user"] != user:
                return DENIED
            id = d["assistant"]
        return self.gate(user, id, 2)

    def open_draft(self, user, id, base, base_version, text, seen_id, seen_revision):
        """Whether a draft that is replaced keeps its id is not decided; a revision is not used twice."""
        old = self.own_draft(user, id)
        right = seen_id not in self.drafts or (
            seen_id == old and seen_revision >= self.drafts[old]["revision"])
        if seen_id == old and seen_revision == self.drafts[old]["revision"]:
            right = right and same(self.drafts[old]["text"], text)
        if old is not None:
            del self.drafts[old]
        else:
            right = right and seen_revision == 1
        self.drafts[seen_id] = {"assistant": id, "user": user, "base": base, "base_version": base_version,
                                "text": text, "revision": seen_revision}
        return right

    def do_edit(self, user, id, seen_id, seen_revision):
        if id in self.drafts:
            id = self.drafts[id]["assistant"]
        old = self.own_draft(user, id)
        if old is not None:
            return seen_id == old and seen_revision == self.drafts[old]["revision"]
        a = self.assistants[id]
        return self.open_draft(user, id, a["live"], a["version"], a["live"], seen_id, seen_revision)

    def may_replace(self, user, id, replace, revision):
        """The last gate of what opens a draft with another text; the revision is that of the open one."""
        own = self.own_draft(user, id)
        if not replace:
            return OK if own is None else {"ECONFLICT"}
        if revision is None:
            return OK
        if own is None:
            return NOT_FOUND
        return OK if revision == self.drafts[own]["revision"] else {"EREVISION"}

    def may_copy(self, user, draft_id, replace, revision):
        if not self.seated(user):
            return DENIED
        d = self.drafts.get(draft_id)
        if d is None or not self.reads_draft(user, d):
            return NOT_FOUND
        return self.may_replace(user, d["assistant"], replace, revision)

    def may_restore_version(self, user, id, n, replace, revision):
        status = self.gate(user, id, 2)
        if status != OK:
            return status
        if n not in self.assistants[id]["versions"]:
            # Which of the two comes first is not decided.
            return NOT_FOUND | (self.may_replace(user, id, replace, revision) - OK)
        return self.may_replace(user, id, replace, revision)

    def may_use(self, h, needed=2, fresh=True):
        """The gates of a draft's handle, but for what the call itself brings."""
        status = self.gate(h["user"], h["assistant"], needed)
        if status == NOT_FOUND:
            return status
        d = self.drafts.get(h["draft"])
        if d is None:
            # Without the right, too: which of the two comes first is not decided.
            return NOT_FOUND | (status - OK)
        if status == OK and fresh and h["revision"] != d["revision"]:
            return {"EREVISION"}
        return status

    def may_discard(self, h):
        status = self.gate(h["user"], h["assistant"], 1)
        if status != OK:
            return status
        d = self.drafts.get(h["draft"])
        # Whether who lost the right to write may still discard is not decided.
        lost = DENIED if self.gate(h["user"], h["assistant"], 2) != OK else set()
        if d is None:
            return OK | lost
        return ({"EREVISION"} if h["revision"] != d["revision"] else OK) | lost

    def do_draft_patch(self, draft_id, patch):
        d = self.drafts[draft_id]
        text = self.patched(d["text"], patch)
        if not same(text, d["text"]):
            d["text"] = text
            d["revision"] += 1

    def merge(self, draft_id, decisions=None, every_conflict=None):
        d = self.drafts[draft_id]
        live = self.assistants[d["assistant"]]["live"]
        return Merge(d["base"], live, d["text"], decisions, every_conflict)

    def may_commit(self, h, flag):
        """flag: "", "MERGE" or "FORCE"."""
        status = self.may_use(h, 3 if flag == "FORCE" else 2)
        if status != OK:
            return status
        d = self.drafts[h["draft"]]
        a = self.assistants[h["assistant"]]
        if same(d["base"], d["text"]) and a["version"] > 0:
            return OK
        bad = {"EVALIDATION"} if faults(d["text"]) else set()
        moved = a["version"] != d["base_version"]
        if moved and flag == "":
            # Moved and back again: whether that is "moved on" is not decided.
            back = OK if same(d["base"], a["live"]) else set()
            return (bad | {"ECONFLICT"}) if bad else ({"ECONFLICT"} | back)
        merge = self.merge(h["draft"], every_conflict="draft" if flag == "FORCE" else None)
        if merge.undecided():
            return {"ECONFLICT"} | bad
        return {"EVALIDATION"} if faults(merge.result) else OK

    def do_commit(self, h, flag, message, seen_def):
        """Takes over the order of items that the design leaves open, and only that."""
        d = self.drafts.pop(h["draft"])
        a = self.assistants[h["assistant"]]
        if same(d["base"], d["text"]) and a["version"] > 0:
            return True
        merge = Merge(d["base"], a["live"], d["text"], None, "draft" if flag == "FORCE" else None)
        right = agrees(merge, seen_def)
        if not same(a["live"], seen_def) or a["version"] == 0:
            self.publish(a, seen_def, h["user"], message)
        return right

    def may_rebase(self, h, resolutions):
        """resolutions: {pointer: "live", "draft" or ("value", value)}."""
        status = self.may_use(h, 2)
        if status != OK:
            return status
        merge = self.merge(h["draft"], resolutions)
        wrong = {"EVALIDATION"} if any(p not in merge.conflicts for p in resolutions) else set()
        missing = {"ECONFLICT"} if merge.undecided() else set()
        return wrong | missing or OK

    def do_rebase(self, h, resolutions, seen_def, seen_revision):
        """Whether a new base under the same text raises the draft's revision is not decided."""
        d = self.drafts[h["draft"]]
        a = self.assistants[d["assistant"]]
        right = agrees(self.merge(h["draft"], resolutions), seen_def)
        least = d["revision"] + (0 if same(d["text"], seen_def) else 1)
        right = right and least <= seen_revision <= d["revision"] + 1
        d["base"], d["base_version"] = a["live"], a["version"]
        d["text"], d["revision"] = seen_def, seen_revision
        return right
