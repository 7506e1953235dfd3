# SPDX-License-Identifier: MIT
# The small worlds of check_access.py: all sessions of hosts, all objects, all grants. Users, teams,
# keys and workspaces share names on purpose, and one name begins with another.

import itertools
from dataclasses import replace

from access_driver import Disagreement, dump, moment
from access_rules import (ROLES, TRASH_RIGHTS, Object, Session, answer, decide, decide_trash,
                          facts)

TEAMS = ("a", "ab")
HERE, THERE = "a", "ab"         # workspaces
NO_ROLES = (None, None)
FAR = 2500000000000
ABSENT, SYSTEM, MAKER = 8191, 8190, 8189    # an object that is not there, sessions that set things up
OWNERS = ("user:a", "user:ab", "team:a", "team:ab")
STARTS = (("system", True), ("system", False), ("user:a", False))   # created by; published


def person(workspace, user, roles=NO_ROLES, seat="aiSeat", superuser=False, create=None):
    """A session from the host's JSON, and its document. seat: None, aiSeat, ai.verify."""
    teams = {team: role for team, role in zip(TEAMS, roles) if role}
    permissions = ([create] if create else []) + (["ai.verify"] if seat == "ai.verify" else [])
    document = {"workspace": workspace, "user": user, "superuser": superuser,
                "permissions": permissions, "teams": [{"id": t, "role": r} for t, r in teams.items()]}
    if seat != "ai.verify":     # "aiSeat": false would contradict it
        document["aiSeat"] = seat == "aiSeat"
    return Session("user", workspace, user, teams, seat is not None, superuser, frozenset(permissions)), document


def all_people():
    """All roles of one user, fewer of the others, since names are alike; seats and permissions apart
    from roles, since no rule joins them."""
    roles = (None,) + tuple(ROLES)
    for pair in itertools.product(roles, roles):
        for superuser in (False, True):
            yield person(HERE, "a", pair, superuser=superuser)
    for user in ("ab", "b"):
        for pair in itertools.product((None, "member", "designer", "admin"), repeat=2):
            yield person(HERE, user, pair)
    for seat in (None, "aiSeat", "ai.verify"):
        for create in (None, "assistants:create", "createAssistants"):
            for superuser in (False, True):
                for pair in (("publisher", None), ("admin", "memberPlus")):
                    yield person(HERE, "a", pair, seat, superuser, create)
    for superuser in (False, True):
        yield person(THERE, "a", ("admin", "admin"), superuser=superuser, create="assistants:create")


def every_person():
    """The whole product."""
    roles = (None,) + tuple(ROLES)
    for user, pair, seat, create, superuser in itertools.product(
            ("a", "ab", "b"), itertools.product(roles, roles), (None, "aiSeat", "ai.verify"),
            (None, "assistants:create", "createAssistants"), (False, True)):
        yield person(HERE, user, pair, seat, superuser, create)


def told(session):
    return repr(session)


class Plan:
    """Commands with what has to come back, sent in batches."""

    def __init__(self, probe):
        self.probe, self.steps = probe, []

    def add(self, command, check=None):
        self.steps.append((command, check))
        if len(self.steps) >= 400:
            self.flush()

    def flush(self):
        steps, self.steps = self.steps, []
        for (command, check), line in zip(steps, self.probe.ask([c for c, _ in steps])):
            if check:
                check(line)
            elif line.split(" ")[0] != "OK":
                raise Disagreement("%s: %s" % (command, line))


def without_trash_rights(answers):
    """Answers without the explanations of those rights that are also about the trash."""
    return ";".join(text for text in answers.split(";")
                    if not any('"right":"%s"' % right in text for right in TRASH_RIGHTS))


class World:
    """Sessions and objects of a probe, as the oracle knows them: number -> Session, Object."""

    def __init__(self, probe, rows, tally):
        self.probe, self.rows, self.tally = probe, rows, tally
        self.plan = Plan(probe)
        self.sessions, self.objects, self.doors = [], {}, {}
        self.pairs = {"checks": 0, "explained": 0, "lists": 0, "errors": 0, "operations": 0, "many": 0, "who": 0}
        probe.must("Y %d %s" % (SYSTEM, HERE), "I %d 01890000-0000-7000-8000-000000000000" % ABSENT)
        maker = person(HERE, "a", superuser=True, create="assistants:create")[1]
        probe.must("S %d %s" % (MAKER, dump(maker)))

    # ---- setting up

    def open_people(self, people):
        for session, document in people:
            self.plan.add("S %d %s" % (len(self.sessions), dump(document)))
            self.sessions.append(session)
        for workspace in (HERE, THERE):
            self.plan.add("Y %d %s" % (len(self.sessions), workspace))
            self.sessions.append(Session("system", workspace))
        self.plan.flush()

    def create(self, o, owner, created_by="system", published=True):
        """An object of the first workspace without grants. Only the maker, user:a, creates beside the
        system; a change of the owner leaves a grant, which is taken back."""
        body, flags = {"name": "n%d" % o, "slug": "s%d" % o}, 0 if published else 1
        if created_by == "system":
            line = self.probe.must("A %d %d %d %s" % (o, SYSTEM, flags, dump({**body, "ownerId": owner})))
        else:
            line = self.probe.must("A %d %d %d %s" % (o, MAKER, flags, dump(body)))
            if owner != created_by:
                self.probe.must("O %d %d %s" % (o, SYSTEM, owner), "G %d %d 0 %s -" % (o, SYSTEM, created_by))
        self.objects[o] = Object(line.split(" ")[1], HERE, owner, created_by, published)

    def create_all(self):
        for o, (owner, (created_by, published)) in enumerate(itertools.product(OWNERS, STARTS)):
            self.create(o, owner, created_by, published)

    def grant(self, o, wanted):
        """Make the grants what is wanted, by the system; what is to have expired expires now."""
        grants = self.objects[o].grants
        for principal in [p for p in grants if p not in wanted]:
            self.plan.add("G %d %d 0 %s -" % (o, SYSTEM, principal))
            del grants[principal]
        wait = False
        for principal, (level, how) in wanted.items():
            old = grants.get(principal)
            if how == "past" and old and old[0] == level and old[1] and old[1] <= self.probe.now:
                continue
            expires = {"": None, "far": FAR, "past": self.probe.now + 1}[how]
            if old != (level, expires):
                self.plan.add("G %d %d %d %s %s" % (o, SYSTEM, level, principal, moment(expires) if expires else "-"))
                grants[principal] = (level, expires)
                wait = wait or how == "past"
        if wait:
            self.move(1)

    def move(self, ms):
        self.probe.now += ms
        self.plan.add("T %d" % self.probe.now)

    # ---- comparing

    def state(self, session, o):
        return "time %d\nsession %s\nobject %s" % (self.probe.now, told(session), self.objects[o])

    def compare(self, o, explain=False, sessions=None, name=None):
        """All rights of all sessions on an object; name: the probe's number of another name of it."""
        obj, now, rows = self.objects[o], self.probe.now, self.rows
        first, end = sessions or (0, len(self.sessions))
        cast = self.sessions[first:end]
        found = [facts(s, obj, now) for s in cast]
        want = "".join([rows.check(f) for f in found])
        for f in found:
            self.tally[f] = self.tally.get(f, 0) + 1
        self.pairs["checks"] += len(found) * len(self.probe.on_objects)
        kept = replace(obj, grants=dict(obj.grants))

        def describe(i, what):
            raise Disagreement("%s\ntime %d\nsession %s\nobject %s" % (what, now, told(cast[i]), kept))

        def check(line):
            if line == want:
                return
            n = len(self.probe.rights)
            at = next(i for i in range(len(want)) if line[i:i + 1] != want[i])
            right = self.probe.rights[at % n]
            describe(at // n, "%s: the oracle says %s, asst_access_check %s" % (
                right, " ".join(answer(found[at // n], right)), line[at:at + 1]))

        def check_explained(line):
            for i, row in enumerate(line.split(",")[:-1]):
                fault = rows.explain_fault(found[i], row)
                if fault:
                    describe(i, fault)

        number = o if name is None else name
        self.plan.add("Q c %d %d %d" % (first, end, number), check)
        if explain:
            self.pairs["explained"] += len(found) * len(self.probe.on_objects)
            self.plan.add("Q e %d %d %d" % (first, end, number), check_explained)

    def compare_many(self, i, right):
        """check_many of a session against the oracle."""
        numbers = sorted(self.objects) + [ABSENT]
        want = [decide(self.sessions[i], right, self.objects.get(o), self.probe.now)[0] for o in numbers]
        line = self.probe.one("M %d %s %s" % (i, right, " ".join(map(str, numbers))))
        if "EUNAUTHENTICATED" in want:
            right_answer = line.startswith("EUNAUTHENTICATED")
        else:
            right_answer = line == "OK " + "".join("1" if w == "OK" else "0" for w in want)
        self.pairs["many"] += len(numbers)
        if not right_answer:
            raise Disagreement("check_many of %s: %s\nthe oracle: %s\nsession %s\n%s" % (
                right, line, want, told(self.sessions[i]), self.objects))

    def pages(self, i, command, options, limit):
        """(status, numbers) of all pages of a list."""
        numbers, cursor = [], None
        while True:
            more = {"cursor": cursor} if cursor else {}
            line = self.probe.one("%s %d %s" % (command, i, dump({**options, "limit": limit, **more})))
            page, cursor = line.split(" |")
            status, *found = page.split()
            cursor = cursor.strip()
            numbers += map(int, found)
            if status != "OK" or not cursor:
                return status, numbers

    def compare_list(self, i, right, limit, sort="-updatedAt"):
        """A list filtered by a right, against the oracle and against asking one by one."""
        s, now = self.sessions[i], self.probe.now
        answers = {o: decide(s, right, obj, now)[0] for o, obj in self.objects.items()}
        status, numbers = self.pages(i, "L", {"right": right, "sort": sort}, limit)
        door = decide(s, "assistant:read", None, now)[0]
        # Two rights are also about what is in the trash, and the list is not.
        want = sorted(o for o, a in answers.items() if a == "OK" and self.objects[o].trashed is None)
        self.pairs["lists"] += len(answers)
        if (status != door if door != "ENOTFOUND" else status != "OK" or sorted(numbers) != want):
            raise Disagreement("list with right %s, limit %d: %s %s\nthe oracle: %s %s\ntime %d\nsession %s\n%s" % (
                right, limit, status, sorted(numbers), door, want, now, told(s), self.differing(numbers, want)))

    def compare_trash(self, i, limit):
        s, now = self.sessions[i], self.probe.now
        want = sorted(o for o, obj in self.objects.items() if decide_trash(s, obj, now) == "OK")
        status, numbers = self.pages(i, "Z", {}, limit)
        door = decide(s, "assistant:read", None, now)[0]
        self.pairs["lists"] += len(self.objects)
        if (status != door if door != "ENOTFOUND" else status != "OK" or sorted(numbers) != want):
            raise Disagreement("trash: %s %s, the oracle: %s %s\nsession %s\n%s" % (
                status, numbers, door, want, told(s), self.differing(numbers, want)))

    def differing(self, numbers, want):
        """The objects of which a list is wrong."""
        return "\n".join("%d %s" % (o, obj) for o, obj in self.objects.items() if (o in want) != (o in numbers))

    def name_it(self, o):
        """Natural names, and ones like them that nothing has: pairs of the probe's numbers."""
        kind, owner = self.objects[o].owner.split(":")
        for n, prefix in enumerate([kind + ":" + owner] + ([owner] if kind == "team" else [])):
            self.plan.add("I %d %s:s%d" % (1000 + n, prefix, o))
            self.plan.add("I %d %s:q%d" % (1100 + n, prefix, o))
            self.plan.flush()
            yield 1000 + n, 1100 + n

    def compare_hidden(self, i, o, names=None):
        """What every operation tells of something unseen, against an id that is nowhere."""
        f = facts(self.sessions[i], self.objects[o], self.probe.now)
        if not f.hidden:
            return
        commands = ["B"]
        if names is None and decide_trash(self.sessions[i], self.objects[o], self.probe.now) == "ENOTFOUND":
            commands.append("b")
        for command in commands:
            hidden, absent = self.probe.ask(["%s %d %d" % (command, i, n) for n in names or (o, ABSENT)])
            self.pairs["errors"] += hidden.count(";")
            if f.hidden == "trash":
                hidden, absent = without_trash_rights(hidden), without_trash_rights(absent)
            mine = self.objects[o].id
            # "b" is restore and purge, and the latter is never for keys and tokens.
            least = 1 if command == "b" and self.sessions[i].kind in ("key", "token") else 2
            if hidden != absent or mine in hidden or (not f.door and hidden.count("ENOTFOUND") < least):
                raise Disagreement("hidden:%s is told apart\nhidden: %s\nabsent: %s\n%s" % (
                    f.hidden, hidden, absent, self.state(self.sessions[i], o)))
