# SPDX-License-Identifier: MIT
# The library through ctypes: plain functions that answer (name of the status, result).

import ctypes
import os
import re
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

from compare_model import dump, load

P = c_void_p
OUT = POINTER(c_void_p)
NUL = c_size_t(-1).value
ANY = c_uint64(-1).value
VERSION_LIVE, VERSION_DRAFT = ANY, ANY - 1
CLOCK = ctypes.CFUNCTYPE(c_int64, c_void_p)

TEXT = (c_char_p, c_size_t)
SIGNATURES = {
    "error_new": (P,), "error_free": (None, P), "error_message": (c_char_p, P),
    "error_detail": (c_char_p, P, POINTER(c_size_t)), "error_issue_count": (c_size_t, P),
    "error_issue_code": (c_char_p, P, c_size_t), "error_issue_pointer": (c_char_p, P, c_size_t),
    "status_name": (c_char_p, c_int), "buf_data": (P, P), "buf_size": (c_size_t, P), "buf_free": (None, P),
    "store_opts_new": (P,), "store_opts_free": (None, P), "store_opts_set_clock": (c_int, P, CLOCK, P, P),
    "store_opts_set_text": (c_int, P, c_char_p, c_char_p, P),
    "store_open": (c_int, OUT, c_char_p, P, P), "store_close": (c_int, P),
    "store_verify": (c_int, OUT, P, P, P, c_uint32, P),
    "session_open": (c_int, OUT, P, *TEXT, P), "session_open_system": (c_int, OUT, P, c_char_p, P),
    "session_free": (None, P),
    "def_from_json": (c_int, OUT, *TEXT, c_uint32, P), "def_free": (None, P), "def_to_json": (c_int, OUT, P, P),
    "def_diff": (c_int, OUT, P, P, P), "def_apply_diff": (c_int, P, *TEXT, P),
    "def_copy": (c_int, OUT, P, P),
    "assistant_create_json": (c_int, OUT, P, *TEXT, c_uint32, P),
    "assistant_get": (c_int, OUT, P, c_char_p, c_uint32, P),
    "assistant_patch_json": (c_int, OUT, P, c_char_p, *TEXT, c_uint64, c_uint32, P),
    "assistant_delete": (c_int, P, c_char_p, c_uint64, c_uint32, P),
    "assistant_free": (None, P), "assistant_json": (c_char_p, P, POINTER(c_size_t)),
    "assistant_id": (c_char_p, P), "assistant_level": (c_int, P), "assistant_def": (P, P),
    "assistant_list": (c_int, OUT, P, *TEXT, P), "list_count": (c_size_t, P), "list_at": (P, P, c_size_t),
    "list_cursor": (c_char_p, P), "list_free": (None, P),
    "share_put": (c_int, P, c_char_p, c_char_p, c_int, c_uint32, P),
    "share_remove": (c_int, P, c_char_p, c_char_p, c_uint32, P),
    "draft_edit": (c_int, OUT, P, c_char_p, c_uint32, P),
    "draft_copy": (c_int, OUT, P, c_char_p, c_uint64, c_uint32, P),
    "draft_list": (c_int, OUT, P, *TEXT, P), "draft_patch": (c_int, P, *TEXT, c_uint32, P),
    "draft_reload": (c_int, P, P), "draft_commit": (c_int, OUT, P, *TEXT, c_uint32, P),
    "draft_rebase": (c_int, P, *TEXT, c_uint32, P), "draft_discard": (c_int, P, c_uint32, P),
    "draft_free": (None, P), "draft_id": (c_char_p, P), "draft_assistant_id": (c_char_p, P),
    "draft_base_version": (c_uint64, P), "draft_revision": (c_uint64, P), "draft_def": (P, P),
    "version_list": (c_int, OUT, P, c_char_p, *TEXT, P),
    "version_get": (c_int, OUT, P, c_char_p, c_uint64, c_uint32, P),
    "version_diff": (c_int, OUT, P, c_char_p, c_uint64, c_uint64, c_uint32, P),
    "version_restore": (c_int, OUT, P, c_char_p, c_uint64, c_uint64, c_uint32, P),
    "trash_list": (c_int, OUT, P, *TEXT, P),
    "trash_restore": (c_int, OUT, P, c_char_p, c_uint64, c_uint32, P),
    "trash_purge": (c_int, P, c_char_p, c_uint64, c_uint32, P), "feed_read": (c_int, OUT, P, *TEXT, P),
}


def text(value):
    """A document for the library: None stays away. NULL has the size 0."""
    return (None, 0) if value is None else (dump(value).encode(), NUL)


class Library:
    def __init__(self, path):
        lib = ctypes.CDLL(os.path.abspath(path))
        for name, (result, *arguments) in SIGNATURES.items():
            f = getattr(lib, "asst_" + name)
            f.restype, f.argtypes = result, arguments
            setattr(self, name, f)
        self.err = self.error_new()
        self.clock = CLOCK(lambda user: self.now())
        self.now = lambda: 1700000000000

    def status(self, number):
        return self.status_name(number).decode()

    def detail(self):
        """What the last error tells: its detail and its issues' (code, pointer)."""
        found = self.error_detail(self.err, None)
        issues = [(self.error_issue_code(self.err, i).decode(), self.error_issue_pointer(self.err, i).decode())
                  for i in range(self.error_issue_count(self.err))]
        return (load(found.decode()) if found else None), issues

    def message(self):
        return self.error_message(self.err).decode()

    # ---- what calls hand out, taken over and freed

    def take_buf(self, out):
        result = ctypes.string_at(self.buf_data(out), self.buf_size(out)).decode()
        self.buf_free(out)
        return result

    def take_json(self, out):
        return load(self.take_buf(out))

    def read_assistant(self, out):
        result = load(self.assistant_json(out, None).decode())
        result["level"] = self.assistant_level(out)
        return result

    def take_assistant(self, out):
        result = self.read_assistant(out)
        self.assistant_free(out)
        return result

    def take_ids(self, out):
        """The ids of a list and the next page's cursor."""
        ids = [self.assistant_id(self.list_at(out, i)).decode() for i in range(self.list_count(out))]
        cursor = self.list_cursor(out)
        self.list_free(out)
        return ids, cursor and cursor.decode()

    def def_text(self, definition):
        out = P()
        assert self.def_to_json(byref(out), definition, self.err) == 0
        return self.take_buf(out)

    def read_draft(self, draft):
        return {"draft": self.draft_id(draft).decode(), "revision": self.draft_revision(draft),
                "assistant": self.draft_assistant_id(draft).decode(),
                "base_version": self.draft_base_version(draft),
                "def": load(self.def_text(self.draft_def(draft)))}

    def call(self, take, name, *arguments):
        """A call with an out-parameter first and the error last."""
        out = P()
        status = self.status(getattr(self, name)(byref(out), *arguments, self.err))
        assert (status == "OK") == (out.value is not None), name + " hands out wrongly: " + status
        return status, (take(out) if status == "OK" else None)

    def plain(self, name, *arguments):
        return self.status(getattr(self, name)(*arguments, self.err)), None

    # ---- definitions

    def make_def(self, value, incomplete=True):
        status, out = self.call(lambda o: o, "def_from_json", *text(value), int(incomplete))
        assert status == "OK", self.message()
        return out


class Store:
    """An open store with a session for each user and one for the system."""

    def __init__(self, lib, where, users, process=False):
        self.lib = lib
        opts = lib.store_opts_new()
        assert lib.store_opts_set_clock(opts, lib.clock, None, lib.err) == 0
        if process:
            assert lib.store_opts_set_text(opts, b"durability", b"process", lib.err) == 0
        self.store = self.must("store_open", where.encode(), opts)
        lib.store_opts_free(opts)
        self.sessions = {}
        for user, more in users.items():
            document = {"workspace": "acme", "user": user, "aiSeat": True, **more}
            self.sessions[user] = self.must("session_open", self.store, *text(document))
        self.system = self.must("session_open_system", self.store, b"acme")

    def must(self, name, *arguments):
        status, out = self.lib.call(lambda o: o, name, *arguments)
        assert status == "OK", name + ": " + self.lib.message()
        return out

    def faults(self):
        """What asst_store_verify() finds wrong."""
        return self.lib.take_json(self.must("store_verify", self.store, None, None, 0))["faults"]

    def close(self):
        assert self.lib.store_close(self.store) == 0
        for session in list(self.sessions.values()) + [self.system]:
            self.lib.session_free(session)


def definition_of(whole):
    """The definition's part of an assistant's JSON."""
    around = ("id editingId kind slug workspaceId ownerId createdBy createdAt updatedAt revision version "
              "shared disabled folderId tags favourite favorite icon level").split()
    return {name: value for name, value in whole.items() if name not in around}


def pointer_parts(text):
    return [re.sub("~[01]", lambda m: "~/"[int(m.group()[1])], part) for part in text.split("/")[1:]]
