#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Whether check_access.py and check_routes.py see what they are for: each fault below is put into a copy of the library,
# one at a time, and must be found. A change of the library that moves one of these places moves it
# here, too.
# Usage: check_access_faults.py TREE [NAME...]: the project; only the faults of these names. MAKE and
# CC name the tools.

import os
import shutil
import subprocess
import sys
import tempfile

DECIDE, IDENTITY, KEYS = "lib/access/decide.c", "lib/service/identity.c", "lib/service/credentials.c"
REFERENCES, ROUTES, ROUTED = ("lib/service/%s.c" % name for name in ("references", "routes", "routed"))

# name, file, what stands there once, what is put in its place
FAULTS = [
    ("a key acts as its creator", DECIDE,
     "find_own_level(decision, actor, object, now);",
     "find_own_level(decision, actor->creator ? actor->creator : actor, object, now);"),
    ("a credential exceeds its creator", DECIDE,
     "if (decision->level_held > creator.level_held) {", "if (0) {"),
    ("who may write may share", DECIDE,
     '{ "assistant:share", ASST_LEVEL_MANAGE,', '{ "assistant:share", ASST_LEVEL_WRITE,'),
    ("a publisher takes the assistant", DECIDE,
     "return role == ASST__ROLE_ADMIN ? ASST__LEVEL_OWNER : ASST_LEVEL_MANAGE;",
     "return ASST__LEVEL_OWNER;"),
    ("a member of the owning team writes", DECIDE,
     "role >= ASST__ROLE_MEMBER_PLUS ?", "role >= ASST__ROLE_MEMBER ?"),
    ("a grant carries what is the owner's", DECIDE,
     '{ "assistant:purge", ASST__LEVEL_OWNER,', '{ "assistant:purge", ASST_LEVEL_MANAGE,'),
    ("an expired grant is used", DECIDE,
     "if (!member || asst__view_int(grant, ASST__GRANT_EXPIRES_AT, INT64_MAX) <= now)",
     "if (!member)"),
    ("a grant ends a millisecond late", DECIDE,
     "ASST__GRANT_EXPIRES_AT, INT64_MAX) <= now)", "ASST__GRANT_EXPIRES_AT, INT64_MAX) < now)"),
    ("principals are compared by their beginnings", DECIDE,
     "return order ? order : (a.size > b.size) - (a.size < b.size);", "return order;"),
    ("a workspace is crossed", "lib/service/store.c",
     "call->workspace = session->workspace;",
     'call->workspace = session->person.actor.superuser ? "a" : session->workspace;'),
    ("what is not published is seen by all", DECIDE,
     "	return ASST_LEVEL_WRITE;\n}\n\n/* Nobody's credential", "	return ASST_LEVEL_READ;\n}\n\n/* Nobody's credential"),
    ("its creator does not see it", DECIDE,
     "object->published || asst__same(object->creator, actor->principal)", "object->published"),
    ("a superuser needs no seat", DECIDE,
     "if (!actor->seat)\n", "if (!actor->seat && !actor->superuser)\n"),
    ("a superuser of a team alone", DECIDE,
     "if (actor->superuser)\n", "if (actor->superuser && begins(object->owner, \"team:\"))\n"),
    ("a key needs no scope", DECIDE,
     "actor->kind == ASST__KEY && !actor->scoped", "0"),
    ("a credential exports", DECIDE,
     '{ "assistant:export", ASST_LEVEL_WRITE, 0, ASST__FOR_PERSONS }',
     '{ "assistant:export", ASST_LEVEL_WRITE, 0, ASST__FOR_ALL }'),
    ("a read-only token comments", DECIDE,
     '{ "assistant:comment", ASST_LEVEL_READ, 0, ASST__NOT_READ_ONLY }',
     '{ "assistant:comment", ASST_LEVEL_READ, 0, ASST__FOR_ALL }'),
    ("a read-only token writes", IDENTITY,
     "actor->read_only = asst__view_flag(&view, ASST__TOKEN_READ_ONLY, false);", ""),
    ("a token opens every assistant", DECIDE,
     "asst__same(actor->only, object->id) && actor->epoch == object->epoch", "1"),
    ("creating needs no permission", DECIDE,
     "row->permission & ~actor->permissions", "0"),
    ("hidden is refused and not absent", DECIDE,
     'refuse(decision, ASST_ENOTFOUND, "visibility");', 'refuse(decision, ASST_EDENIED, "visibility");'),
    ("a list shows what may only be read", "lib/service/list.c",
     "asst__decide(&loaded.decision, query->right,", "asst__decide(&loaded.decision, ASST__RIGHT_READ,"),
    ("many are decided with another right", "lib/service/check.c",
     "asst__decide(&loaded.decision, right, call->actor,",
     "asst__decide(&loaded.decision, right == ASST__RIGHT_FORCE ? ASST__RIGHT_WRITE : right, call->actor,"),
    ("a key is who created", "lib/service/create.c",
     "call->actor->creator ? call->actor->creator->principal :", "0 ? call->actor->principal :"),
    ("who tells of users without a seat", "lib/service/who_known.c",
     "answer ? &person.actor : &stranger", "&stranger"),
    ("who tells of keys as of persons", "lib/service/who_known.c",
     "asst__key_actor(&actor, &creator.actor, &key);", "actor.seat = true;"),
    ("a team is given away by its members", "lib/service/owner.c",
     "		       member->role == ASST__ROLE_ADMIN))", "		       member->role))"),
    ("the former owner keeps nothing", "lib/service/owner.c",
     ".level = ASST_LEVEL_MANAGE };", ".level = ASST_LEVEL_READ };"),
    ("a revoked key works", KEYS,
     "!asst__view_has(key, ASST__KEY_REVOKED_AT) &&", ""),
    ("an expired key works", KEYS,
     "asst__view_int(key, ASST__KEY_EXPIRES_AT, 0) > now;", "1;"),
    ("an expired token works", KEYS,
     "asst__view_int(token, ASST__TOKEN_EXPIRES_AT, 0) > now;", "1;"),
    ("a rotated key works on", KEYS,
     "asst__view_int(key, ASST__KEY_OLD_UNTIL, 0) > now;", "1;"),
    ("a disabled user acts", IDENTITY,
     "	    asst__view_flag(&view, ASST__USER_DISABLED, false))", "	    0)"),
    ("a forgotten user's session is the next one's", IDENTITY,
     "if (status == ASST_OK && call->session->uid[0] &&", "if (0 &&"),
    ("a forgotten user's key is the next one's", IDENTITY,
     "if (status == ASST_OK && uid.text && strcmp(uid.text, person->uid) != 0)", "if (0)"),
    ("a deleted assistant's token works", IDENTITY,
     "(!is_key && !token_lives(call, sink, &view))", "0"),
]

# The same for what definitions name, found by check_routes.py.
FAULTS_OF_ROUTES = [
    ("what is hidden is referred to", REFERENCES, "decision.status == ASST_OK && object->published &&",
     "object->exists && object->published &&"),
    ("what is unpublished is referred to", REFERENCES, "&& object->published &&", "&&"),
    ("what is disabled is referred to", REFERENCES,
     "!asst__view_flag(&target->loaded.head.view, ASST__HEAD_DISABLED, false);", "true;"),
    ("what is live is judged again", REFERENCES, "if (reference->added) {", "if (1) {"),
    ("an unpublished definition counts as live", "lib/service/commit.c",
     "ASST__HEAD_VERSION, 0) > 0 ?\n\t\t       &commit->live.view : NULL;",
     "ASST__HEAD_VERSION, 0) >= 0 ?\n\t\t       &commit->live.view : NULL;"),
    ("a patch is not judged", "lib/service/update.c", "if (status == ASST_OK && new_def)\n\t\tstatus = judge(",
     "if (0)\n\t\tstatus = judge("),
    ("validate judges nothing", "lib/service/create.c", "status = judge(&creation, NULL);", "status = ASST_OK;"),
    ("a draft is judged", "lib/service/create.c", "return creation->draft ? ASST_OK : asst", "return asst"),
    ("the fallback is the same as a route", "lib/model/references.c", "!live || !same_text(live, def, i);",
     "!live || (i != ASST__DEF_FALLBACK && !same_text(live, def, i));"),
    ("who cannot see the trash is warned of it", REFERENCES,
     'return decision.status == ASST_OK ? "names an assistant that is in the trash" : NULL;',
     'return loaded.object.exists ? "names an assistant that is in the trash" : NULL;'),
    ("a cycle is closed", ROUTES, "node->back = true;", ""),
    ("a cycle is closed by a fallback", ROUTES, "add_edge(graph, from, asst__view_text(def, ASST__DEF_FALLBACK));", ""),
    ("one step too many", ROUTES, "steps = whole ? graph->nodes[0].steps : graph->depth + 1;",
     "steps = whole ? graph->nodes[0].steps - 1u : graph->depth;"),
    ("one assistant too many", ROUTES, "return graph->count > graph->reach + 1;", "return 0;"),
    ("the shortest way counts", ROUTES, "else if (next->steps >= node->steps)", "else if (!node->steps)"),
    ("a dispatcher in the trash keeps others from it", ROUTED, "return decision.status == ASST_OK;",
     "return decision.status == ASST_OK || asst__view_has(&loaded->head.view, ASST__HEAD_DELETED_AT);"),
    ("a hidden dispatcher keeps others from deleting", ROUTED, "return decision.status == ASST_OK;",
     "return loaded->object.exists;"),
    ("a route that went away counts", ROUTED, "if (side)\n", "if (!side)\n\t\t\t\tcontinue;\n\t\t\telse if (side)\n"),
    ("nothing keeps it from being deleted", "lib/service/update.c", "if (update->routed)\n", "if (0)\n"),
]


def apply(tree, fault):
    """Puts the fault in; gives what undoes it."""
    path = os.path.join(tree, fault[1])
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(fault[2]) != 1:
        sys.exit("%s: stands %d times in %s" % (fault[0], text.count(fault[2]), fault[1]))
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace(fault[2], fault[3]))
    return path, text


def build(tree):
    done = subprocess.run([os.environ.get("MAKE", "make"), "-s", "-C", tree, "CFLAGS=-O1", "WERROR="],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit("the copy does not build:\n" + done.stderr[-2000:])


def run(tree, script, *arguments):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), script)
    done = subprocess.run([sys.executable, "-B", path, os.path.join(tree, "build/libassistant.so.0"), *arguments],
                          capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines() or [""]


def find(tree, routes):
    """What the program says of the copy: whether it found a fault, its last line, and where."""
    if routes:
        status, lines = run(tree, "check_routes.py", "200", "1")
        words = next((line for line in lines if line.startswith("DISAGREEMENT")), "")
        return status == 1 and words != "", lines[-1], words[:120]
    status, lines = run(tree, "check_access.py", os.path.join(tree, "include"), "seed=1")
    words = next((line for line in lines if "oracle" in line or "told apart" in line), "")
    return status == 1 and lines[-1].startswith("0 passed, 1 failed"), lines[-1], words[:120]


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: check_access_faults.py TREE [NAME...]")
    root, missed = os.path.abspath(sys.argv[1]), 0
    chosen = [f for f in FAULTS + FAULTS_OF_ROUTES if len(sys.argv) == 2 or f[0] in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as where:
        tree = os.path.join(where, "tree")
        os.mkdir(tree)
        for name in ("Makefile", "include", "lib", "pkgconfig", "man", "tests", "examples"):
            path = os.path.join(root, name)
            (shutil.copytree if os.path.isdir(path) else shutil.copy)(path, os.path.join(tree, name))
        build(tree)
        for routes in (False, True):
            found, last, words = find(tree, routes)
            if found or not last.endswith(" 0 failed"):
                sys.exit("without a fault: %s %s" % (last, words))
        for fault in chosen:
            path, text = apply(tree, fault)
            build(tree)
            found, last, words = find(tree, fault in FAULTS_OF_ROUTES)
            missed += not found
            print("%s %s: %s" % ("found " if found else "MISSED", fault[0], words if found else last), flush=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    print("%d passed, %d failed" % (len(chosen) - missed, missed))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
