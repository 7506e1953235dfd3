# SPDX-License-Identifier: MIT
# The library as check_routes.py and routes_cases.py call it: an open store, and what its calls answer.

import ctypes

import library
from compare_model import dump
from library import ANY, Store, text
from routes_model import SYSTEM, UNKNOWN, USERS, fits

FLAGS = {"": 0, "MERGE": 1, "FORCE": 2}

library.SIGNATURES.update({
    "error_issue_message": (ctypes.c_char_p, library.P, ctypes.c_size_t),
    "assistant_validate_json": (ctypes.c_int, library.P, *library.TEXT, ctypes.c_uint32, library.P),
    "share_put_json": (ctypes.c_int, library.P, ctypes.c_char_p, *library.TEXT, ctypes.c_uint32, library.P)})


class Disagreement(Exception):
    pass


def expect(model, told, what):
    if model != told:
        raise Disagreement("%s\n  model:   %s\n  library: %s" % (what, dump(model), dump(told)))


class Desk:
    """An open store, and calls on it: each answers (answer, result). An answer is all that the
    error tells: status, message, issues as (code, pointer, message), detail."""

    messages = set()  # those of "unknown_reference": one for every reason, in the whole run

    def __init__(self, lib, where):
        self.lib, self.where = lib, where
        self.open()

    def open(self):
        self.store = Store(self.lib, self.where, USERS, process=self.where.startswith("file:"))

    def close(self):
        expect([], self.store.faults(), "faults that asst_store_verify() tells")
        self.store.close()

    def session(self, user):
        return self.store.system if user == SYSTEM else self.store.sessions[user]

    def answer(self, status):
        detail, issues = self.lib.detail()
        texts = [self.lib.error_issue_message(self.lib.err, i).decode() for i in range(len(issues))]
        return [status, self.lib.message(), [(*found, t) for found, t in zip(issues, texts)], detail]

    def call(self, take, name, *arguments):
        status, result = self.lib.call(take, name, *arguments)
        return self.answer(status), result

    def plain(self, name, *arguments):
        return self.answer(self.lib.plain(name, *arguments)[0])

    def create(self, user, body, as_draft=False):
        return self.call(self.lib.take_assistant, "assistant_create_json", self.session(user), *text(body),
                         int(as_draft))

    def validate(self, user, body, as_draft=False):
        return self.plain("assistant_validate_json", self.session(user), *text(body), int(as_draft))

    def patch(self, user, id, patch, revision=None):
        return self.call(self.lib.take_assistant, "assistant_patch_json", self.session(user), id.encode(),
                         *text(patch), ANY if revision is None else revision, 0)

    def get(self, user, id):
        return self.call(self.lib.take_assistant, "assistant_get", self.session(user), id.encode(), 0)

    def delete(self, user, id, revision=None):
        return self.plain("assistant_delete", self.session(user), id.encode(),
                          ANY if revision is None else revision, 0)

    def share(self, user, id, principal, level):
        if level == 0:
            return self.plain("share_remove", self.session(user), id.encode(), principal.encode(), 0)
        return self.plain("share_put", self.session(user), id.encode(), principal.encode(), level, 0)

    def edit(self, user, id):
        """Opens a draft; the result is the handle."""
        return self.call(lambda out: out, "draft_edit", self.session(user), id.encode(), 0)

    def commit(self, handle, flag=""):
        return self.call(self.lib.take_assistant, "draft_commit", handle, None, 0, FLAGS[flag])

    def compare(self, wanted, answer, what="the answer"):
        """Whether an answer is one of those that are wanted, and how it speaks of references."""
        if not any(fits(outcome, answer[0], [found[:2] for found in answer[2]]) for outcome in wanted):
            raise Disagreement("%s\n  model:   %s\n  library: %s" % (what, wanted, answer))
        self.messages.update(m for code, _, m in answer[2] if code == UNKNOWN)
        if len(self.messages) > 1:
            raise Disagreement("unknown_reference has messages: %s" % sorted(self.messages))
