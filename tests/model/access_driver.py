# SPDX-License-Identifier: MIT
# Builds tests/model/access_probe.c against a library, and talks to it: a command a line, an
# answer a line.

import json
import os
import queue
import re
import shlex
import subprocess
import sys
import threading
from datetime import datetime, timezone

from access_rules import PERMISSIONS, RIGHTS, RULES, about, answer, deciding

HERE = os.path.dirname(os.path.abspath(__file__))
STATUS = {"OK": "O", "EDENIED": "D", "ENOTFOUND": "N", "EUNAUTHENTICATED": "U"}


class Disagreement(Exception):
    pass


def moment(ms):
    """RFC 3339 with milliseconds."""
    text = datetime.fromtimestamp(ms // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return "%s.%03dZ" % (text, ms % 1000)


def dump(value):
    return json.dumps(value, separators=(",", ":"))


def build(library, include, where):
    """The probe as a program."""
    program = os.path.join(where, "access_probe")
    libs = ["-lcjson", "-luuid", "-lsodium", "-lpthread"] if library.endswith(".a") else [
        "-Wl,-rpath," + os.path.dirname(os.path.abspath(library))]
    libs = shlex.split(os.environ["ACCESS_LIBS"]) if "ACCESS_LIBS" in os.environ else libs
    compiler = shlex.split(os.environ.get("CC", "cc")) + shlex.split(os.environ.get("ACCESS_CFLAGS", "-O1"))
    sources = [os.path.join(HERE, "access_probe%s.c" % part) for part in ("", "_ask", "_keys")]
    done = subprocess.run(compiler + ["-std=gnu11", "-I" + include, "-o", program] + sources
                          + [library] + libs, capture_output=True, text=True)
    if done.returncode:
        sys.exit("the probe does not build:\n" + done.stderr)
    return program


class Probe:
    """Commands are sent by a thread, so that neither side waits for the other for ever."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.queue = queue.Queue()
        threading.Thread(target=self.send, daemon=True).start()
        self.now = 1700000000000
        self.log = []           # commands that change something, for the report of a disagreement
        self.rights = self.one("j").split()
        self.credentials = self.one("?") == "1"     # keys and tokens are not in every build
        unknown = [r for r in self.rights if r not in RIGHTS and r not in PERMISSIONS]
        if unknown:
            raise Disagreement("rights that the oracle does not know: " + " ".join(unknown))
        self.on_objects = [r for r in self.rights if r in RIGHTS]

    def send(self):
        try:
            while (text := self.queue.get()) is not None:
                self.process.stdin.write(text)
                self.process.stdin.flush()
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def ask(self, commands):
        """The answers, one by one, in the order of the commands."""
        self.queue.put(("\n".join(commands) + "\n.\n").encode())
        for command in commands:
            line = self.process.stdout.readline()
            if not line:
                raise Disagreement("the probe stopped at: " + command)
            if command[0] not in "QELZBbMHjgwlvae":
                self.log.append(command)
            yield line.decode().rstrip("\n")

    def one(self, command):
        return next(self.ask([command]))

    def must(self, *commands):
        """Commands that have to succeed; gives the last answer."""
        for command, line in zip(commands, list(self.ask(commands))):
            if line.split(" ")[0] != "OK":
                raise Disagreement("%s: %s" % (command, line))
        return line

    def time(self, ms):
        self.now = ms
        self.must("T %d" % ms)

    def close(self):
        self.queue.put(None)
        return self.process.wait() == 0


class Rows:
    """What the library has to answer to a query Q, for facts of the oracle. A row is what one
    session gets for one object: an answer for each right."""

    def __init__(self, probe):
        self.probe, self.checks, self.known = probe, {}, set()

    def check(self, f):
        """The row of mode c."""
        row = self.checks.get(f)
        if row is None:
            answers = [answer(f, right) for right in self.probe.rights]
            row = "".join("U" if status == "EUNAUTHENTICATED" else "1" if status == "OK" else "0"
                          for status, _ in answers)
            self.checks[f] = row
        return row

    def explain_fault(self, f, row):
        """What is wrong with a row of mode e, or None."""
        if (f, row) in self.known:
            return None
        whole, levels, mine = f, "", {}
        for right, text in zip(self.probe.rights, row.split("/")):
            f = about(whole, right)
            text, _, more = text.partition("[")
            status, allowed, held, owner, rule = text[0], text[1], text[2], text[3:4], text[4:]
            if more:
                levels = more
                mine = dict(zip(RULES, f.levels))
            want, why = answer(f, right)
            if want == "EUNAUTHENTICATED" and status == "U":
                continue
            told = "%s: explain says %s, allowed %s, rule %s, level held %s" % (right, status, allowed, rule, held)
            if status != STATUS[want] or (allowed == "1") != (want == "OK"):
                return "%s; the oracle %s (%s)" % (told, want, why)
            # No level is told where something refused before it counted.
            shut = f.door or why in ("personsOnly", "readOnly") or right == "assistant:files" and why == "scope"
            if right in RIGHTS and (int(held), owner) != ((0, "0") if shut else (f.held, "01"[f.owner])):
                return "%s, owner %s; the oracle's level is %d, owner %s" % (told, owner, f.held, f.owner)
            if f.limit:
                continue
            if right in PERMISSIONS or f.door or f.hidden:
                right_rules = {"visibility" if why.startswith("hidden:") else why}
            else:
                right_rules = set(deciding(f))
            if rule not in right_rules:
                return "%s; the oracle's rules: %s" % (told, " ".join(sorted(right_rules)))
        told = {rule: int(level) for rule, level in re.findall(r"([a-zA-Z]+)(\d)", levels)}
        mine = {**dict.fromkeys(told, 0), **mine}
        if levels and not f.door and not f.limit and told != mine:
            return "explain's rules give %s, the oracle's %s" % (told, mine)
        self.known.add((whole, row))
        return None
