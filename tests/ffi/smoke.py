#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The library from another language: the path of a definition from creation to deletion,
through nothing but the shared library. Usage: smoke.py LIBRARY. Status 77: cannot run here."""

import sys

try:
    import ctypes
    import json
    from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
except ImportError as missing:
    print("SKIP ffi:", missing)
    sys.exit(77)

if len(sys.argv) != 2:
    sys.exit("usage: smoke.py LIBRARY")
lib = ctypes.CDLL(sys.argv[1])

checks = 0


def expect(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit("not so: " + what)


def function(name, result, *arguments):
    f = getattr(lib, name)
    f.restype = result
    f.argtypes = arguments
    return f


OUT = POINTER(c_void_p)
HANDLE = c_void_p

version = function("asst_version", None, POINTER(c_int), POINTER(c_int), POINTER(c_int))
version_string = function("asst_version_string", c_char_p)
feature_supported = function("asst_feature_supported", c_int, c_char_p)
constant = function("asst_constant", c_int, POINTER(c_int64), c_char_p, HANDLE)
error_new = function("asst_error_new", HANDLE)
error_free = function("asst_error_free", None, HANDLE)
error_status = function("asst_error_status", c_int, HANDLE)
error_message = function("asst_error_message", c_char_p, HANDLE)
issue_count = function("asst_error_issue_count", c_size_t, HANDLE)
issue_pointer = function("asst_error_issue_pointer", c_char_p, HANDLE, c_size_t)
status_name = function("asst_status_name", c_char_p, c_int)
store_open = function("asst_store_open", c_int, OUT, c_char_p, HANDLE, HANDLE)
store_close = function("asst_store_close", c_int, HANDLE)
session_open = function("asst_session_open", c_int, OUT, HANDLE, c_char_p, c_size_t, HANDLE)
session_free = function("asst_session_free", None, HANDLE)
session_principal = function("asst_session_principal", c_char_p, HANDLE)
create_json = function(
    "asst_assistant_create_json", c_int, OUT, HANDLE, c_char_p, c_size_t, c_uint32, HANDLE)
get = function("asst_assistant_get", c_int, OUT, HANDLE, c_char_p, c_uint32, HANDLE)
patch_json = function(
    "asst_assistant_patch_json", c_int, OUT, HANDLE, c_char_p, c_char_p, c_size_t, c_uint64,
    c_uint32, HANDLE)
delete = function("asst_assistant_delete", c_int, HANDLE, c_char_p, c_uint64, c_uint32, HANDLE)
assistant_free = function("asst_assistant_free", None, HANDLE)
assistant_id = function("asst_assistant_id", c_char_p, HANDLE)
assistant_name = function("asst_assistant_name", c_char_p, HANDLE)
assistant_version = function("asst_assistant_version", c_uint64, HANDLE)
assistant_revision = function("asst_assistant_revision", c_uint64, HANDLE)
assistant_json = function("asst_assistant_json", c_char_p, HANDLE, POINTER(c_size_t))
assistant_def = function("asst_assistant_def", HANDLE, HANDLE)
def_creativity = function("asst_def_creativity", ctypes.c_double, HANDLE)
access_check = function("asst_access_check", c_int, POINTER(c_int), HANDLE, c_char_p, c_char_p, HANDLE)
access_explain = function("asst_access_explain", c_int, OUT, HANDLE, c_char_p, c_char_p, HANDLE)
share_put = function("asst_share_put", c_int, HANDLE, c_char_p, c_char_p, c_int, c_uint32, HANDLE)
draft_edit = function("asst_draft_edit", c_int, OUT, HANDLE, c_char_p, c_uint32, HANDLE)
draft_patch = function("asst_draft_patch", c_int, HANDLE, c_char_p, c_size_t, c_uint32, HANDLE)
draft_commit = function(
    "asst_draft_commit", c_int, OUT, HANDLE, c_char_p, c_size_t, c_uint32, HANDLE)
draft_free = function("asst_draft_free", None, HANDLE)
list_assistants = function("asst_assistant_list", c_int, OUT, HANDLE, c_char_p, c_size_t, HANDLE)
list_count = function("asst_list_count", c_size_t, HANDLE)
list_at = function("asst_list_at", HANDLE, HANDLE, c_size_t)
list_free = function("asst_list_free", None, HANDLE)
buf_data = function("asst_buf_data", c_char_p, HANDLE)
buf_size = function("asst_buf_size", c_size_t, HANDLE)
buf_free = function("asst_buf_free", None, HANDLE)

err = error_new()


def number(name):
    """A constant, whose header this language cannot read."""
    value = c_int64()
    expect(constant(byref(value), name.encode(), None) == 0, name + " is a constant")
    return value.value


OK = number("ASST_OK")
NUL = c_size_t(number("ASST_NUL")).value
ANY_REVISION = c_uint64(number("ASST_ANY_REVISION")).value


def must(status, doing):
    global checks
    checks += 1
    if status != OK:
        faults = [issue_pointer(err, i).decode() for i in range(issue_count(err))]
        sys.exit("%s: %s: %s %s" % (
            doing, status_name(status).decode(), error_message(err).decode(), faults))


def made(call, *arguments):
    """What a call hands out through its first parameter."""
    out = c_void_p()
    must(call(byref(out), *arguments, err), call.__name__)
    expect(out.value is not None, call.__name__ + " hands something out")
    return out


def text(value):
    return json.dumps(value).encode()


# The version, three ways.
major, minor, patch = c_int(-1), c_int(-1), c_int(-1)
version(byref(major), byref(minor), byref(patch))
numbers = (major.value, minor.value, patch.value)
expect(version_string().decode() == "%d.%d.%d" % numbers, "the version's text is its numbers")
expect(numbers == tuple(number("ASST_VERSION_" + part) for part in ("MAJOR", "MINOR", "PATCH")),
       "the version's constants are its numbers")
expect(feature_supported(b"memory") == 1, "the memory backend is there")
expect(constant(None, b"ASST_NO_SUCH_THING", err) == number("ASST_EINVAL"), "unknown constants are refused")

store = made(store_open, b"memory:", None)
ada = made(session_open, store, text({
    "workspace": "acme", "user": "ada", "aiSeat": True, "permissions": ["assistants:create"],
    "teams": [{"id": "analytics", "role": "admin"}]}), NUL)
bob = made(session_open, store, text({"workspace": "acme", "user": "bob", "aiSeat": True}), NUL)
expect(session_principal(ada) == b"user:ada", "the session is ada's")

# Every fault of a bad definition, and nothing handed out.
out = c_void_p(1)
status = create_json(byref(out), ada, text({"name": "", "creativity": 1.5}), NUL, 0, err)
expect(status == number("ASST_EVALIDATION"), "a bad definition is refused")
expect(error_status(err) == status, "the error object has the status, too")
expect([issue_pointer(err, i) for i in range(issue_count(err))] == [b"/name", b"/creativity"],
       "both faults are listed")
expect(out.value is None, "nothing is made")

# Create, with text that is not ASCII, and without asking for details of errors.
body = {
    "name": "\u0622\u0632\u0645\u0627\u06cc\u0634 \U0001f4c4", "creativity": 0.5,
    "instruction": "You analyze documents.", "conversationStarters": ["Summarize", "Translate"]}
out = c_void_p()
expect(create_json(byref(out), ada, text(body), NUL, 0, None) == OK, "an error object is optional")
assistant = out
name_of_it = assistant_id(assistant)
expect(len(name_of_it) == 36, "an id is a UUID")
expect(assistant_name(assistant).decode() == body["name"], "the name is what it was")
expect(assistant_version(assistant) == 1, "the first version is live")
expect(def_creativity(assistant_def(assistant)) == 0.5, "a double comes back as it was")
size = c_size_t()
whole = assistant_json(assistant, byref(size))
expect(size.value == len(whole), "the size is that of the text")
whole = json.loads(whole.decode())
expect(whole["id"] == name_of_it.decode() and whole["name"] == body["name"], "its JSON names it")
expect(whole["conversationStarters"] == body["conversationStarters"], "its JSON has the definition")

# Nobody else sees it until it is shared.
allowed = c_int(-1)
must(access_check(byref(allowed), bob, b"assistant:read", name_of_it, err), "may bob read")
expect(allowed.value == 0, "bob may not read")
out = c_void_p(1)
expect(get(byref(out), bob, name_of_it, 0, err) == number("ASST_ENOTFOUND"), "bob finds nothing")
expect(out.value is None, "and gets nothing")
must(share_put(ada, name_of_it, b"user:bob", number("ASST_LEVEL_READ"), 0, err), "share")
must(access_check(byref(allowed), bob, b"assistant:read", name_of_it, err), "may bob read")
expect(allowed.value == 1, "bob may read")
why = made(access_explain, bob, b"assistant:read", name_of_it)
reasons = json.loads(ctypes.string_at(buf_data(why), buf_size(why)).decode())
expect(reasons["allowed"] is True, "the reasons say so, too")
buf_free(why)
out = c_void_p()
expect(draft_edit(byref(out), bob, name_of_it, 0, err) == number("ASST_EDENIED"), "bob may not edit")

# A draft, and its commit.
draft = made(draft_edit, ada, name_of_it, 0)
must(draft_patch(draft, text({"name": "Contracts"}), NUL, 0, err), "patch the draft")
live = made(get, bob, name_of_it, 0)
expect(assistant_name(live).decode() == body["name"], "live is untouched")
assistant_free(live)
published = made(draft_commit, draft, b"for contracts", NUL, 0)
expect(assistant_version(published) == 2, "a commit is a version")
expect(assistant_name(published) == b"Contracts", "of the new name")
draft_free(draft)

# A stale write is refused, one that has seen the present state is not.
out = c_void_p()
stale = patch_json(
    byref(out), ada, name_of_it, text({"creativity": 0.9}), NUL, assistant_revision(assistant), 0, err)
expect(stale == number("ASST_EREVISION"), "a stale write is refused")
patched = made(
    patch_json, ada, name_of_it, text({"creativity": 0.9}), NUL, assistant_revision(published), 0)
expect(def_creativity(assistant_def(patched)) == 0.9, "the present revision is taken")
assistant_free(patched)
assistant_free(published)

seen = made(list_assistants, bob, None, 0)
expect(list_count(seen) == 1, "bob's list has one")
expect(assistant_id(list_at(seen, 0)) == name_of_it, "and it is this one")
list_free(seen)

# Deleted, and gone; what was loaded stays readable.
must(delete(ada, name_of_it, ANY_REVISION, 0, err), "delete")
out = c_void_p()
expect(get(byref(out), bob, name_of_it, 0, err) == number("ASST_ENOTFOUND"), "gone")
expect(assistant_name(assistant).decode() == body["name"], "a loaded one is a snapshot")

# Handles may be freed after the store is closed, and NULL at any time.
expect(store_close(store) == OK, "the store closes")
out = c_void_p()
expect(get(byref(out), ada, name_of_it, 0, err) == number("ASST_ESTATE"), "a closed store is of no use")
assistant_free(assistant)
session_free(bob)
session_free(ada)
error_free(err)
for free in (assistant_free, session_free, draft_free, list_free, buf_free, error_free):
    free(None)
print("ffi: %d checks" % checks)
