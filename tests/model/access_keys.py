# SPDX-License-Identifier: MIT
# Small worlds of keys and tokens: every state of their creator in the directory, with every grant to
# the creator and the key, on every kind of object.

import itertools
import json

from access_driver import Disagreement, dump, moment
from access_rules import RIGHTS, ROLES, Object, Session, decide, facts
from access_states import HERE, OWNERS, SYSTEM, TEAMS, World, told

SCOPES = (["AGENT_API"], ["KNOWLEDGE_FOLDER_API"], ["AGENT_API", "KNOWLEDGE_FOLDER_API"], ["AGENT_APIS", "x"])


def creators(long):
    """States of the user "a", who made the keys and tokens: (roles, seat, superuser, permissions, disabled)."""
    roles = (None,) + tuple(ROLES)
    for role in roles:
        for other in roles if long else (None,):
            yield (role, other), True, False, ["assistants:create"], False
    yield (None, "admin"), True, False, [], False
    yield (None, None), True, True, ["keys:create"], False
    yield ("member", None), True, True, ["createAssistants"], False
    yield ("admin", "admin"), False, True, ["assistants:create"], False
    yield ("admin", None), False, False, ["keys:create"], False
    yield ("designer", None), False, False, ["ai.verify"], False
    yield ("admin", "admin"), True, True, ["assistants:create", "keys:create"], True


class Keys(World):
    """Sessions: the creator; a user with the keys' names in vain; keys of all scopes; for each object
    a token to read and one to write."""

    def __init__(self, probe, rows, tally):
        super().__init__(probe, rows, tally)
        probe.must(*("t %d %s" % (SYSTEM, dump({"id": t, "name": t})) for t in TEAMS))
        self.user = Session("user", HERE, "a")
        self.other = Session("user", HERE, "ab")
        self.put(self.user, (None, None), True, True, ["keys:create"], False)
        self.put(self.other, ("member", None), True, False, [], False)
        for user in (self.user, self.other):
            probe.must("U %d %s %s" % (len(self.sessions), HERE, user.id))
            self.sessions.append(user)
        self.create_all()
        self.slot = 0
        for scopes in SCOPES:
            key = Session("key", HERE, creator=self.user, scopes=frozenset(scopes))
            self.take(key, "K %d 0 ", {"name": "k", "scopes": scopes})
        self.keys = self.sessions[2:]
        self.create_by_key()
        self.tokens = {}
        for o, obj in self.objects.items():
            self.tokens[o] = len(self.sessions)
            for read_only in (False, True):
                token = Session("token", HERE, creator=self.user, read_only=read_only, assistant=obj.id)
                self.take(token, "N %%d 0 %d " % o, {"readOnly": read_only, "notes": "n"})

    def create_by_key(self):
        """What a key created and was never published: its creator's at first, then everybody's."""
        self.put(self.user, (None, None), True, True, ["assistants:create", "keys:create"], False)
        key = self.keys[0]
        for owner in OWNERS:
            o, name = len(self.objects), "by-key-%d" % len(self.objects)
            line = self.probe.must("A %d 2 1 %s" % (o, dump({"name": name, "slug": name})))
            self.objects[o] = Object(line.split(" ")[1], HERE, self.user.principal, self.user.principal, False, None,
                                     {key.principal: (2, None)})
            if owner != self.user.principal:
                self.probe.must("O %d %d %s" % (o, SYSTEM, owner))
                self.objects[o].owner = owner
                self.objects[o].grants[self.user.principal] = (3, None)

    def take(self, session, command, document):
        end = self.probe.now + 300 * 86400000
        line = self.probe.must(command % self.slot + dump({**document, "expiresAt": moment(end)}))
        session.id = line.split(" ")[1]
        self.probe.must("C %d %d" % (len(self.sessions), self.slot))
        self.sessions.append(session)
        self.slot += 1

    def put(self, u, roles, seat, superuser, permissions, disabled):
        """The directory's user, and the oracle's; sessions that are open see it."""
        self.plan.flush()
        u.teams = {team: role for team, role in zip(TEAMS, roles) if role}
        u.seat, u.superuser, u.valid = seat or "ai.verify" in permissions, superuser, not disabled
        u.permissions = frozenset(permissions)
        document = {"id": u.id, "aiSeat": u.seat, "superuser": superuser, "permissions": permissions,
                    "teams": [{"id": t, "role": r} for t, r in u.teams.items()], "disabled": disabled}
        self.plan.add("u %d %s" % (SYSTEM, dump(document)))
        self.plan.flush()

    def compare_object(self, o, explain):
        """All keys, the object's tokens and one more object's."""
        at = self.tokens[o]
        self.compare(o, explain, (0, 2 + len(SCOPES)))
        self.compare(o, explain, (at, at + 2))
        other = self.tokens[(o + 1) % len(self.objects)]
        self.compare(o, False, (other, other + 2))

    def enumerate(self, rng, long):
        values = (None, 1, 2, 3)
        grants = list(itertools.product(values, values, (None, 1, 3) if not long else values))
        states = list(creators(long))
        for n, (user, key, workspace) in enumerate(grants):
            for o in self.objects:
                wanted = {"user:a": user, "workspace": workspace, "team:a": rng.choice((None, None, 1, 2, 3)),
                          "user:" + self.keys[0].id: rng.choice((None, 3)), "team:ab": rng.choice((None, 1, 3))}
                for k in self.keys:
                    wanted[k.principal] = key if k is not self.keys[2] else rng.choice(values)
                self.grant(o, {p: (level, rng.choice(["", "", "far", "past"])) for p, level in wanted.items() if level})
            for state in states if long else rng.sample(states, 5) + states[-1:]:
                self.put(self.user, *state)
                for o in self.objects:
                    self.compare_object(o, n % (50 if long else 3) == 0)
            self.plan.flush()
            for i in rng.sample(range(len(self.sessions)), 3):
                right = rng.choice(self.probe.on_objects)
                self.compare_list(i, right, rng.choice((1, 5, 1000)))
                self.compare_many(i, right)
                self.compare_hidden(i, rng.choice(list(self.objects)))
            self.put(self.user, (None, None), True, True, [], False)
            self.compare_list(2, "assistant:read", 1000)

    def forget(self):
        """Another user gets the id of the creator: the keys and tokens are not of that one."""
        self.plan.flush()
        self.probe.must("f %d %s" % (SYSTEM, self.user.id))
        self.put(self.user, (None, "admin"), True, True, ["assistants:create", "keys:create"], False)
        for i, s in enumerate(self.sessions):
            if s is self.user or s.creator is self.user:
                line = self.probe.one("e %d" % i)
                if not line.startswith("EUNAUTHENTICATED"):
                    raise Disagreement("session %s of a user who was forgotten: %s" % (told(s), line))

    def count_doors(self):
        """The rights without an object, in every state of the creator."""
        for state in creators(False):
            self.put(self.user, *state)
            for s in self.sessions:
                for right in self.probe.rights:
                    if right not in RIGHTS:
                        why = decide(s, right, None, self.probe.now)[1]
                        self.doors[why] = self.doors.get(why, 0) + 1

    def compare_who(self, rng):
        """Who has a right: the same as by asking one by one, with the same levels. The users "a" and
        "ab" and all keys; of superusers it is told that they have every right."""
        everybody = [self.user, self.other] + self.keys
        for o, obj in self.objects.items():
            for right in self.probe.on_objects:
                line = self.probe.one("w %d %d %s" % (SYSTEM, o, right))
                if not line.startswith("OK "):
                    raise Disagreement("who %s: %s" % (right, line))
                found = json.loads(line[3:])
                named = {p["principalId"]: p["level"] for p in found["principals"]}
                for m in found.get("members", []):
                    named[m["principalId"]] = max(m["level"], named.get(m["principalId"], 0))
                for person in everybody:
                    if person.superuser and person.seat and person.valid:
                        continue
                    # The workspace is everybody with a seat, and no key.
                    rest = person.kind == "user" and person.seat and person.valid
                    held = max(named.get(p, 0) for p in [person.principal] + ["workspace"] * rest)
                    may = decide(person, right, obj, self.probe.now)[0] == "OK"
                    want = facts(person, obj, self.probe.now).held if may else 0
                    self.pairs["who"] += 1
                    if held != want:
                        raise Disagreement("who has %s: %s\nthe oracle: %s has level %d\nsession %s\nobject %s" % (
                            right, line, person.principal, want, told(person), obj))


def key_worlds(probe, rows, tally, rng, long):
    world = Keys(probe, rows, tally)
    world.enumerate(rng, long)
    world.plan.flush()
    world.count_doors()
    for state in creators(False):
        world.put(world.user, *state)
        for o in world.objects:
            world.grant(o, {p: (rng.randint(1, 3), rng.choice(["", "far", "past"])) for p in (
                "user:a", "user:ab", "team:a", "workspace", *(k.principal for k in world.keys))
                if rng.random() < 0.4})
        world.plan.flush()
        world.compare_who(rng)
    world.forget()
    return world
