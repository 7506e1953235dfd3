# SPDX-License-Identifier: MIT
# Who may do what, written from section 7 of the design alone: the oracle of check_access.py.
# decide() is pure: a session, a right, an object and the time give (status, what decided).
#
# The gates, in this order: credential, seat or scope or permission, visibility, right.

from collections import namedtuple
from dataclasses import dataclass, field

# The needed level, and whether it takes the owner besides. A right with an object only.
RIGHTS = {
    "assistant:read": (1, False), "assistant:comment": (1, False), "assistant:favorite": (1, False),
    "assistant:favourite": (1, False), "assistant:resolve": (1, False), "assistant:copy": (1, False),
    "assistant:write": (2, False), "assistant:draft": (2, False), "assistant:versions": (2, False),
    "assistant:export": (2, False), "assistant:secrets": (2, False), "assistant:files": (2, False),
    "assistant:icon": (2, False),
    "assistant:share": (3, False), "assistant:disable": (3, False), "assistant:delete": (3, False),
    "assistant:restore": (3, False), "assistant:force": (3, False), "assistant:who": (3, False),
    "assistant:tokens": (3, False),
    "assistant:changeOwner": (3, True), "assistant:purge": (3, True),
}
# Rights without an object are permissions of the session.
PERMISSIONS = {"assistants:create": {"assistants:create", "createAssistants"}, "keys:create": {"keys:create"}}
# What neither a key nor a token can do, whatever its level.
PERSONS_ONLY = {"assistant:share", "assistant:changeOwner", "assistant:purge", "assistant:export",
                "assistant:tokens", "keys:create"}
ROLES = {"member": 1, "memberPlus": 2, "designer": 2, "dataWizard": 2, "publisher": 3, "admin": 3}
RULES = ("owner", "owningTeam", "grantUser", "grantTeam", "grantWorkspace", "superuser", "system")
DAY = 86400000
# The rights that are about what is in the trash, too.
TRASH_RIGHTS = {"assistant:restore", "assistant:purge"}


@dataclass
class Session:
    kind: str                   # user, system, key, token
    workspace: str
    id: str = ""                # without the kind
    teams: dict = field(default_factory=dict)   # a user's: team -> role
    seat: bool = True
    superuser: bool = False
    permissions: frozenset = frozenset()
    creator: "Session" = None   # a key's or token's: the user as of now; None: has no access any more
    scopes: frozenset = frozenset()             # a key's
    assistant: str = ""         # a token's: the id of the one that it opens
    read_only: bool = False     # a token's
    valid: bool = True          # a user who is there and not disabled; a credential not revoked or expired

    @property
    def principal(self):
        return "system" if self.kind == "system" else self.kind + ":" + self.id


@dataclass
class Object:
    id: str
    workspace: str
    owner: str                  # user:ID or team:ID
    created_by: str             # a principal
    published: bool = True
    trashed: int = None         # since when, ms since 1970
    grants: dict = field(default_factory=dict)  # principal -> (level, expires at or None)


# What the answers for all rights follow from. door: the first shut gate before visibility, or "";
# hidden: why it is not seen, or ""; levels: what each of RULES gives; limit: "", key, token, readOnly.
Facts = namedtuple("Facts", "door hidden levels held owner limit permissions scopes kind")


def in_force(grant, now):
    """The level of a grant: until the moment at which it expires."""
    if grant is None:
        return 0
    level, expires = grant
    return level if expires is None or now < expires else 0


def levels(user, obj, now):
    """What each rule gives a user."""
    grants, owner = obj.grants, obj.owner
    principal = "user:" + user.id
    role = user.teams.get(owner[5:]) if owner.startswith("team:") else None
    team = 0
    for t in user.teams:
        level = in_force(grants.get("team:" + t), now)
        if level > team:
            team = level
    return (3 if owner == principal else 0, ROLES[role] if role else 0, in_force(grants.get(principal), now),
            team, in_force(grants.get("workspace"), now), 3 if user.superuser else 0, 0)


def owns(user, obj):
    """Owner, admin of the owning team, superuser: what no grant carries."""
    return (obj.owner == "user:" + user.id or user.superuser
            or (obj.owner.startswith("team:") and user.teams.get(obj.owner[5:]) == "admin"))


def unseen(principal, held, obj):
    """Why something of the own workspace that is not in the trash is not seen, or ""."""
    if held == 0:
        return "noLevel"
    if not obj.published and held < 2 and obj.created_by != principal:
        return "unpublished"
    return ""


def held_level(session, obj, now):
    """(what each rule gives, the level held, owner)."""
    if session.kind == "system":
        return (0, 0, 0, 0, 0, 0, 3), 3, True
    if session.kind == "user":
        given = levels(session, obj, now)
        return given, max(given), owns(session, obj)
    # Keys and tokens are not their creators, and never have more than these have now.
    creator = session.creator
    most = max(levels(creator, obj, now))
    if unseen(creator.principal, most, obj):
        most = 0
    if session.kind == "key":
        own = in_force(obj.grants.get("key:" + session.id), now)
    else:
        own = (1 if session.read_only else 2) if obj.id == session.assistant else 0
    return (), min(own, most), False


def facts(session, obj, now):
    """Everything about a session and an object (None: there is none) but the right."""
    s = session
    user = s if s.creator is None else s.creator
    limit = "" if s.kind in ("user", "system") else "readOnly" if s.read_only else s.kind
    permissions = frozenset() if s.kind == "token" else user.permissions
    door = ""
    if not s.valid or (limit and (s.creator is None or not s.creator.valid)):
        door = "credential"
    elif s.kind != "system" and not user.seat:
        door = "seat"
    elif s.kind == "key" and "AGENT_API" not in s.scopes:
        door = "scope"
    if door:
        return Facts(door, "", (), 0, False, limit, permissions, s.scopes, s.kind)
    if obj is None or obj.workspace != s.workspace:
        hidden = "absent" if obj is None else "workspace"
        return Facts("", hidden, (), 0, False, limit, permissions, s.scopes, s.kind)
    given, held, owner = held_level(s, obj, now)
    hidden = unseen(s.principal, held, obj)
    if hidden:
        return Facts("", hidden, (), 0, False, limit, permissions, s.scopes, s.kind)
    hidden = "trash" if obj.trashed is not None else ""
    return Facts("", hidden, given, held, owner, limit, permissions, s.scopes, s.kind)


def about(f, right):
    """The facts as far as the right is about them."""
    if f.hidden != "trash":
        return f
    return f._replace(hidden="") if right in TRASH_RIGHTS else f._replace(levels=(), held=0, owner=False)


def answer(f, right):
    """The answer for a right that follows from facts: (status, what decided)."""
    f = about(f, right)
    if f.door:
        return ("EUNAUTHENTICATED" if f.door == "credential" else "EDENIED"), f.door
    # What a credential of this kind never does is refused before it matters what is asked about.
    if f.limit and right in PERSONS_ONLY:
        return "EDENIED", "personsOnly"
    if f.limit == "readOnly" and right == "assistant:comment":
        return "EDENIED", "readOnly"
    if right in PERMISSIONS:
        if f.kind == "system":
            return "OK", "system"
        allowed = bool(f.permissions & PERMISSIONS[right])
        return ("OK" if allowed else "EDENIED"), "permission"
    if f.limit == "key" and right == "assistant:files" and "KNOWLEDGE_FOLDER_API" not in f.scopes:
        return "EDENIED", "scope"
    if f.hidden:
        return "ENOTFOUND", "hidden:" + f.hidden
    needed, owner = RIGHTS[right]
    if f.held < needed:
        return "EDENIED", "level"
    if owner and not f.owner:
        return "EDENIED", "notOwner"
    return "OK", deciding(f)[0] if not f.limit else f.kind


def deciding(f):
    """The rules that give the level held; which of several is named is not decided."""
    return [rule for rule, level in zip(RULES, f.levels) if level == f.held]


def decide(session, right, obj, now):
    """The answer: (OK, EDENIED, ENOTFOUND or EUNAUTHENTICATED; what decided)."""
    return answer(facts(session, obj, now), right)


def decide_trash(session, obj, now, purge=False, trash_days=30):
    """What taking out of the trash, or purging, answers."""
    s = session
    door = facts(s, None, now).door
    if door:
        return "EUNAUTHENTICATED" if door == "credential" else "EDENIED"
    if purge and s.kind in ("key", "token"):
        return "EDENIED"
    if obj is None or obj.workspace != s.workspace or obj.trashed is None:
        return "ENOTFOUND"
    _, held, owner = held_level(s, obj, now)
    if unseen(s.principal, held, obj):
        return "ENOTFOUND"
    old = now - obj.trashed >= trash_days * DAY
    if held < 3 or purge and not old and not owner:
        return "EDENIED"
    return "OK"


def may_take(session, owner):
    """Whether asst_assistant_change_owner() may name this new owner."""
    if session.kind == "system" or session.superuser:
        return True
    if owner.startswith("team:"):
        return session.teams.get(owner[5:]) == "admin"
    return owner == session.principal
