# SPDX-License-Identifier: MIT
# Random larger states, and random histories of what changes them: grants, owners, the trash, users,
# keys and tokens. Each step's status is the oracle's, and after some steps every answer is.

import copy
import json

from access_driver import Disagreement, dump, moment
from access_rules import (DAY, ROLES, Object, Session,
                          decide, decide_trash, facts, held_level, in_force, may_take)
from access_states import ABSENT, FAR, HERE, SYSTEM, THERE, World, told

USERS = ("a", "ab", "b", "abc", "c.d", "e@x", "t", "A")
TEAMS = ("a", "ab", "t", "A")
SCOPES = (["AGENT_API"], ["AGENT_API", "KNOWLEDGE_FOLDER_API"], ["KNOWLEDGE_FOLDER_API"], ["agent_api"])
WEIGHTS = {"share": 12, "unshare": 5, "owner": 4, "create": 3, "trash": 3, "restore": 3, "purge": 1, "write": 4,
           "draft": 3, "load": 6, "grants": 4, "time": 3, "user": 6, "read": 5}
MORE = {"disable": 3, "delete_user": 0.2, "forget": 1, "key": 4, "token": 5, "revoke_key": 1, "rotate": 1,
        "revoke_token": 1, "open": 2}


class History(World):
    def __init__(self, probe, rows, tally, rng, directory):
        super().__init__(probe, rows, tally)
        self.rng, self.directory, self.steps = rng, directory, []
        self.users, self.gone, self.made, self.ends = {}, {}, 0, {}
        if directory:
            probe.must(*("t %d %s" % (SYSTEM, dump({"id": t, "name": t})) for t in TEAMS))
        for user in USERS:
            self.users[user] = Session("user", HERE, user)
            self.change_user(user)
            self.add(self.users[user])
        self.add(Session("system", HERE))
        probe.must("Y %d %s" % (len(self.sessions) - 1, HERE))
        self.add(Session("system", THERE))
        probe.must("Y %d %s" % (len(self.sessions) - 1, THERE))
        for _ in range(rng.randint(2, 12)):
            owner = rng.choice(["user:" + u for u in USERS] + ["team:" + t for t in TEAMS])
            self.create(self.made, owner, "system", rng.random() < 0.7)
            self.made += 1

    # ---- people

    def add(self, session):
        """One more session; a user's is opened here."""
        i = len(self.sessions)
        self.sessions.append(session)
        if session.kind == "user":
            if self.directory:
                self.probe.must("U %d %s %s" % (i, HERE, session.id))
            else:
                self.probe.must("S %d %s" % (i, dump(self.document(session))))
        return i

    def document(self, u):
        teams = [{"id": t, "role": r} for t, r in u.teams.items()]
        spelled = {"aiSeat": u.seat, "superuser": u.superuser, "permissions": sorted(u.permissions), "teams": teams}
        return {"id": u.id, **spelled, "disabled": not u.valid} if self.directory else {
            "workspace": HERE, "user": u.id, **spelled}

    def change_user(self, user):
        """Other roles, seat and permissions. In the directory open sessions see it; a session from JSON
        is for its life, so another one takes its place."""
        rng, u = self.rng, self.users[user]
        u.teams = {t: rng.choice(list(ROLES)) for t in TEAMS if rng.random() < 0.4}
        u.seat, u.superuser = rng.random() < 0.9, rng.random() < 0.1
        u.permissions = frozenset(p for p in ("assistants:create", "keys:create") if rng.random() < 0.7)
        if self.directory:
            self.probe.must("u %d %s" % (SYSTEM, dump(self.document(u))))
        elif any(s is u for s in self.sessions):
            self.probe.must("S %d %s" % (self.number(u), dump(self.document(u))))

    def actor(self):
        """A session, more often one that may do something."""
        i = self.rng.randrange(len(self.sessions))
        return (i, self.sessions[i]) if self.rng.random() < 0.9 else (len(USERS), self.sessions[len(USERS)])

    def some_object(self):
        numbers = list(self.objects)
        o = self.rng.choice(numbers) if numbers and self.rng.random() < 0.97 else ABSENT
        return o, self.objects.get(o)

    def principal(self):
        kinds = ["user:" + u for u in USERS] + ["team:" + t for t in TEAMS] + ["workspace"]
        keys = [s.principal for s in self.sessions if s.kind == "key"]
        return self.rng.choice(keys if keys and self.rng.random() < 0.4 else kinds)

    # ---- steps: each asks the oracle first

    def step(self):
        weights = {**WEIGHTS, **(MORE if self.directory else {})}
        name = self.rng.choices(list(weights), list(weights.values()))[0]
        getattr(self, "step_" + name)()

    def expect(self, command, want, i=None, o=None):
        """A command's status is one of those wanted."""
        self.steps.append(command)
        line = self.probe.one(command)
        self.pairs["operations"] += 1
        status = line.split(" ")[0]
        if status not in ({want} if isinstance(want, str) else want):
            raise Disagreement("%s: the library says %s, the oracle %s\ntime %d\nsession %s\nobject %s" % (
                command, line, want, self.probe.now, i is not None and told(self.sessions[i]), self.objects.get(o)))
        return status, line

    def may(self, s, right, obj):
        return decide(s, right, obj, self.probe.now)[0]

    def step_share(self):
        (i, s), (o, obj) = self.actor(), self.some_object()
        principal, level = self.principal(), self.rng.choice([1, 2, 2, 3])
        expires = self.rng.choice([None, None, FAR, self.probe.now + self.rng.randint(1, 4000)])
        status, _ = self.expect("G %d %d %d %s %s" % (o, i, level, principal, moment(expires) if expires else "-"),
                                self.may(s, "assistant:share", obj), i, o)
        if status == "OK":
            obj.grants[principal] = (level, expires)

    def step_unshare(self):
        (i, s), (o, obj) = self.actor(), self.some_object()
        principal = self.principal()
        if obj and obj.grants and self.rng.random() < 0.8:
            principal = self.rng.choice(list(obj.grants))
        status, _ = self.expect("G %d %d 0 %s -" % (o, i, principal), self.may(s, "assistant:share", obj), i, o)
        if status == "OK":
            obj.grants.pop(principal, None)

    def step_owner(self):
        """The former owner keeps a grant of level 3."""
        (i, s), (o, obj) = self.actor(), self.some_object()
        owner = self.rng.choice([s.principal if s.kind == "user" else "user:b"]
                                + ["team:" + t for t in TEAMS] + ["user:ab"])
        if obj and obj.owner == owner:
            return
        want = self.may(s, "assistant:changeOwner", obj)
        want = "EDENIED" if want == "OK" and not may_take(s, owner) else want
        status, _ = self.expect("O %d %d %s" % (o, i, owner), want, i, o)
        if status == "OK":
            obj.grants[obj.owner] = (3, None)
            obj.owner = owner

    def step_create(self):
        i, s = self.actor()
        body, draft = {"name": "n", "slug": "s%d" % self.made}, self.rng.randint(0, 1)
        owner = (s.creator or s).principal
        team = self.rng.choice(TEAMS)
        if s.kind == "system" or (s.kind == "user" and ROLES.get(s.teams.get(team), 0) >= 2):
            owner = body["ownerId"] = "team:" + team
        if s.kind == "system" and s.workspace != HERE:
            return
        want = self.may(s, "assistants:create", None)
        status, line = self.expect("A %d %d %d %s" % (self.made, i, draft, dump(body)), want, i)
        if status == "OK":
            grants = {s.principal: (2, None)} if s.kind == "key" else {}
            self.objects[self.made] = Object(line.split(" ")[1], HERE, owner, (s.creator or s).principal, not draft, None, grants)
            self.made += 1

    def step_trash(self):
        (i, s), (o, obj) = self.actor(), self.some_object()
        opened = [t.assistant for t in self.sessions if t.kind == "token" and t.valid]
        if opened and self.rng.random() < 0.5:
            o, obj = next((pair for pair in self.objects.items() if pair[1].id == opened[-1]), (o, obj))
            i, s = len(USERS), self.sessions[len(USERS)]
        if len(self.objects) < 4 and self.rng.random() < 0.8:
            return
        if self.expect("D %d %d" % (o, i), self.may(s, "assistant:delete", obj), i, o)[0] == "OK":
            obj.trashed = self.probe.now
            for t in self.sessions:     # for good
                t.valid = t.valid and not (t.kind == "token" and t.assistant == obj.id)

    def trashed(self):
        numbers = [o for o, obj in self.objects.items() if obj.trashed is not None]
        o = self.rng.choice(numbers) if numbers and self.rng.random() < 0.9 else self.some_object()[0]
        return o, self.objects.get(o)

    def out_of_trash(self, purge):
        (i, s), (o, obj) = self.actor(), self.trashed()
        want = decide_trash(s, obj, self.probe.now, purge)
        return o, self.expect("%s %d %d" % ("P" if purge else "R", o, i), want, i, o)[0]

    def step_restore(self):
        o, status = self.out_of_trash(False)
        if status == "OK":
            self.objects[o].trashed = None

    def step_purge(self):
        o, status = self.out_of_trash(True)
        if status == "OK":
            del self.objects[o]

    def or_conflict(self, status):
        """The gate of the state is behind those of access."""
        return {"OK", "ECONFLICT"} if status == "OK" else status

    def step_write(self):
        """What was never published is changed through its draft."""
        (i, s), (o, obj) = self.actor(), self.some_object()
        want = self.may(s, "assistant:write", obj)
        self.expect("W %d %d" % (o, i), want if obj and obj.published else self.or_conflict(want), i, o)

    def step_draft(self):
        """Only its principal has a draft. A commit publishes, unless live moved on."""
        (i, s), (o, obj) = self.actor(), self.some_object()
        commit = self.rng.randint(0, 1)
        want = self.may(s, "assistant:draft", obj)
        if commit:
            want = self.or_conflict(want)
        if self.expect("V %d %d %d" % (o, i, commit), want, i, o)[0] == "OK" and commit:
            obj.published = True

    def step_load(self):
        (i, s), (o, obj) = self.actor(), self.some_object()
        status, line = self.expect("g %d %d" % (o, i), self.may(s, "assistant:read", obj), i, o)
        if status == "OK" and int(line[3:]) != held_level(s, obj, self.probe.now)[1]:
            raise Disagreement("level of a loaded one: %s\nsession %s\nobject %s" % (line, told(s), obj))

    def step_grants(self):
        (i, s), (o, obj) = self.actor(), self.some_object()
        status, line = self.expect("H %d %d" % (o, i), self.may(s, "assistant:read", obj), i, o)
        if status == "OK":
            found = json.loads(line[3:])
            mine = sorted((p, g[0]) for p, g in obj.grants.items() if in_force(g, self.probe.now))
            if [(g["principalId"], g["accessLevel"]) for g in found] != mine:
                raise Disagreement("grants: %s\nthe oracle: %s" % (line, mine))

    def step_read(self):
        """Other things to read, and what keys and tokens never do."""
        (i, s), (o, obj) = self.actor(), self.some_object()
        door = facts(s, None, self.probe.now).door
        shut = "EUNAUTHENTICATED" if door == "credential" else "EDENIED" if door or s.creator else "OK"
        self.expect("a %d %d" % (i, o), self.may(s, "assistant:versions", obj), i, o)
        self.expect("e %d" % i, shut, i)
        if self.probe.credentials:
            self.expect("w %d %d assistant:write" % (i, o), self.may(s, "assistant:who", obj), i, o)
            # Tokens are listed from level 2 on, as versions are.
            want = self.may(s, "assistant:versions", obj) if shut == "OK" else shut
            self.expect("v %d %d" % (i, o), want, i, o)
            self.expect("l %d" % i, shut, i)

    def step_time(self):
        days = self.rng.choice([0, 0, 0, 0, 0, 31])
        self.wait(self.rng.randint(1, 3000) + days * DAY)

    def wait(self, ms):
        self.probe.time(self.probe.now + ms)
        for s, end in self.ends.values():
            s.valid = s.valid and self.probe.now < end

    def step_user(self):
        user = self.rng.choice(USERS)
        if self.users[user].valid:
            self.change_user(user)

    # ---- the directory

    def step_disable(self):
        u = self.users[self.rng.choice(USERS)]
        if u.id not in self.gone:
            u.valid = not u.valid
            self.expect("d %d %s %d" % (SYSTEM, u.id, not u.valid), "OK")

    def step_delete_user(self):
        user = self.rng.choice(USERS[3:])
        if user not in self.gone:
            self.expect("x %d %s" % (SYSTEM, user), "OK")
            self.gone[user] = "deleted"
            self.users[user].valid = False
            self.expect("u %d %s" % (SYSTEM, dump({"id": user})), "EEXISTS")

    def step_forget(self):
        """Forget somebody, and later give the id to somebody else."""
        user = self.rng.choice(USERS[3:])
        u = self.users[user]
        if self.gone.get(user) == "forgotten":
            del self.gone[user]
            u.valid = True
            self.change_user(user)
            if any(s is u for s in self.sessions):
                # A session of the former user is not the new one's.
                i = self.number(u)
                self.expect("e %d" % i, "EUNAUTHENTICATED", i)
                self.expect("U %d %s %s" % (i, HERE, user), "OK")
            return
        self.expect("f %d %s" % (SYSTEM, user), "OK")
        self.gone[user], u.valid = "forgotten", False
        former = copy.copy(u)       # nobody else is that, whoever gets the id
        for s in self.sessions:
            if s.creator is u:
                s.valid, s.creator = False, former

    def credential(self, session, i, o, command, document, want):
        """A key or a token, and a session with it. document has "expiresAt"."""
        c = len(self.ends)
        if c > 40:
            return
        end = self.probe.now + self.rng.choice([2000, 9000, 40 * DAY, 300 * DAY])
        document["expiresAt"] = moment(end)
        status, line = self.expect(command % (c, i) + dump(document), want, i, o)
        if status == "OK":
            session.id = line.split(" ")[1]
            self.ends[c] = (session, end)
            self.sessions.append(session)
            self.expect("C %d %d" % (len(self.sessions) - 1, c), "OK")

    def step_key(self):
        i, s = self.actor()
        if s.kind == "system":
            return
        scopes = self.rng.choice(SCOPES)
        key = Session("key", HERE, creator=s, scopes=frozenset(scopes))
        self.credential(key, i, None, "K %d %d ", {"name": "k", "scopes": scopes}, self.may(s, "keys:create", None))

    def step_token(self):
        for _ in range(8):      # mostly by somebody who may
            (i, s), (o, obj) = self.actor(), self.some_object()
            if self.may(s, "assistant:tokens", obj) == "OK" and s.kind != "system":
                break
        if s.kind == "system":
            return
        token = Session("token", HERE, creator=s, read_only=self.rng.random() < 0.5, assistant=obj.id if obj else "")
        self.credential(token, i, o, "N %%d %%d %d " % o, {"readOnly": token.read_only},
                        self.may(s, "assistant:tokens", obj))

    def some_credential(self, kind):
        found = [(c, s) for c, (s, _) in self.ends.items() if s.kind == kind]
        return self.rng.choice(found) if found else (None, None)

    def step_revoke_key(self):
        (i, s), (c, key) = self.actor(), self.some_credential("key")
        if key is None:
            return
        want = self.may(s, "assistant:read", None)      # the doors
        if want == "ENOTFOUND":
            want = {"EDENIED"} if s.creator else {"OK"} if s.workspace == HERE and (
                s.kind == "system" or s.superuser or s is key.creator) else {"EDENIED", "ENOTFOUND"}
        if self.expect("k %d %d" % (c, i), want, i)[0] == "OK":
            key.valid = False

    def step_rotate(self):
        """With a new text the key is what it was, and with the old one for as long as was said."""
        c, key = self.some_credential("key")
        if key is None or not key.valid or not key.creator.valid:
            return
        i, overlap = self.number(key), self.rng.choice([0, 1000])
        self.expect("r %d %d %d" % (c, SYSTEM, overlap), "OK")
        if overlap:
            self.expect("e %d" % i, "EDENIED", i)   # not because of the credential
            self.wait(overlap)
        self.expect("e %d" % i, "EUNAUTHENTICATED", i)
        if key.valid:
            self.expect("C %d %d" % (i, c), "OK")

    def step_revoke_token(self):
        (i, s), (c, token) = self.actor(), self.some_credential("token")
        if token is None:
            return
        o = next((o for o, obj in self.objects.items() if obj.id == token.assistant), ABSENT)
        if self.expect("n %d %d %d" % (c, i, o), self.may(s, "assistant:tokens", self.objects.get(o)), i, o)[0] == "OK":
            token.valid = False

    def step_open(self):
        """A credential opens a session while it is good."""
        c = self.rng.choice(list(self.ends)) if self.ends else None
        if c is None:
            return
        s = self.ends[c][0]
        good = s.valid and s.creator.valid
        self.expect("C %d %d" % (self.number(s) if good else 8000, c), "OK" if good else "EUNAUTHENTICATED")

    def number(self, session):
        return next(i for i, s in enumerate(self.sessions) if s is session)

    # ---- everything

    def compare_all(self, explain):
        for o in self.objects:
            self.compare(o, explain)
        self.plan.flush()
        for i in self.rng.sample(range(len(self.sessions)), min(5, len(self.sessions))):
            right = self.rng.choice(self.probe.on_objects)
            self.compare_list(i, right, self.rng.choice([1, 3, 1000]))
            self.compare_trash(i, self.rng.choice([1, 1000]))
            if self.probe.credentials:
                self.compare_many(i, right)
            o = self.rng.choice(list(self.objects)) if self.objects else None
            if o is not None:
                self.compare_hidden(i, o)


def random_state(history):
    """Many objects with many grants, at once."""
    rng = history.rng
    for _ in range(rng.randint(10, 30)):
        owner = rng.choice(["user:" + u for u in USERS] + ["team:" + t for t in TEAMS])
        history.create(history.made, owner, "system", rng.random() < 0.7)
        history.made += 1
    for o in history.objects:
        history.grant(o, {history.principal(): (rng.randint(1, 3), rng.choice(["", "far", "past"]))
                          for _ in range(rng.randint(0, 9))})
    history.plan.flush()
    history.compare_all(True)
