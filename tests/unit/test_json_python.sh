#!/bin/sh
# SPDX-License-Identifier: MIT
# test_json_python.sh VERDICT: compare the scanner with a strict checker on top of Python's
# json module, on mutated documents. ASST_SEED and ASST_COUNT choose others and more.
python=/usr/bin/python3
if [ ! -x "$python" ]; then
	echo "no $python: skipped"
	exit 77
fi
exec "$python" - "$1" "${ASST_SEED:-20260131}" "${ASST_COUNT:-30000}" <<'END'
import json
import random
import re
import subprocess
import sys

verdict_program, seed, count = sys.argv[1], int(sys.argv[2], 0), int(sys.argv[3])
rng = random.Random(seed)

SEEDS = [
    b'{"a":1,"b":[true,false,null],"c":{"d":"text","e":-1.5e+10}}',
    b'[0,-0,1.25,1e5,1E-7,123456789012345678901234567890]',
    '{"n":"J\u00f6rg \u4e2d\u6587 \U0001f600","x":"\\u00e9\\ud83d\\ude00\\n\\"\\\\\\/"}'.encode(),
    b' { "a" : { "a" : { "a" : [ ] } } , "b" : "" }\r\n\t',
    b'"a lonely string \\b\\f\\r\\t \\u0041"', b'-12.5e-3', b'true', b'[[[[[[]]]]]]',
    b'{"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,"k8":8,"k9":9,"k10":10,"k11":11,'
    b'"k12":12,"k13":13,"k14":14,"k15":15,"k16":16,"k17":17,"k18":18}',
]
PIECES = [
    b'{', b'}', b'[', b']', b',', b':', b'"', b'\\', b'0', b'1', b'-', b'+', b'.', b'e', b'E',
    b'null', b'true', b'false', b'NaN', b'Infinity', b'-Infinity', b'\\u0000', b'\\ud800',
    b'\\udc00', b'\\ud83d\\ude00', b'\\u12', b'\\x', b'\x00', b'\x1f', b'\t', b'\n', b' ', b'\x0c',
    b'\x7f', b'\x80', b'\xc0\xaf', b'\xc3\xa9', b'\xe2\x82\xac', b'\xe2\x82', b'\xed\xa0\x80',
    b'\xf0\x9f\x98\x80', b'\xf4\x90\x80\x80', b'\xff', b'\xef\xbb\xbf', b'\xc2\xa0', b'"a":1,',
    b'"\\u0061":2,', b'"a"', b'"":0,', b'[]', b'{}', b'1.', b'.5', b'01', b'1e', b"'", b'//', b'#',
]
ESCAPE = re.compile(r'\\u(0000|d[89a-f])', re.I)
MEMBERS = re.compile(r'"\s*:.*"\s*:', re.S)
STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.S)


def mutated():
    text = bytearray(rng.choice(SEEDS))
    for _ in range(rng.choice([0, 1, 1, 1, 1, 2, 2, 3, 5])):
        at = rng.randrange(len(text) + 1)
        to = min(len(text), at + rng.randrange(1, 5))
        kind = rng.randrange(6)
        if kind == 0:
            text[at:at] = rng.choice(PIECES)
        elif kind == 1:
            text[at:to] = rng.choice(PIECES)
        elif kind == 2:
            del text[at:to]
        elif kind == 3 and at < len(text):
            text[at] = rng.randrange(256)
        elif kind == 4:
            del text[at:]
        else:
            start = rng.randrange(len(text) + 1)
            text[at:at] = text[start:start + rng.randrange(1, 30)]
    return bytes(text)


def no_constant(_):
    raise ValueError("not JSON")


def loads(text, faults):
    def pairs(members):
        if len({name for name, _ in members}) != len(members):
            faults.add("json_duplicate_name")
        return [("member", name, value) for name, value in members]

    return json.loads(text, object_pairs_hook=pairs, parse_constant=no_constant,
                      parse_float=str, parse_int=str)


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from strings(part)


def check(document):
    """The set of faults: empty for a document to be taken."""
    faults = set()
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError:
        faults.add("json_utf8")
        # One byte each, so that the grammar can be looked at nevertheless.
        text = document.decode("latin-1")
        if any(ord(c) >= 0x80 for c in STRING.sub("", text)):
            faults.add("json_syntax")
    if text.startswith("\ufeff"):
        return faults | {"json_syntax"}
    try:
        tree = loads(text, faults)
    except ValueError:
        # What Python did not get to may be what the scanner met first.
        if ESCAPE.search(text):
            faults |= {"json_nul", "json_surrogate"}
        if MEMBERS.search(text):
            faults.add("json_duplicate_name")
        return faults | {"json_syntax"}
    for string in strings(tree):
        if "\0" in string:
            faults.add("json_nul")
        if any("\ud800" <= c <= "\udfff" for c in string):
            faults.add("json_surrogate")
    return faults


documents = [mutated() for _ in range(count)]
answer = subprocess.run([verdict_program], input="\n".join(d.hex() for d in documents) + "\n",
                        stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")[:-1]
if len(answer) != count:
    sys.exit("%d verdicts on %d documents" % (len(answer), count))
tally, classes, bad = {}, 0, 0
for document, ours in zip(documents, answer):
    theirs = check(document)
    tally[ours] = tally.get(ours, 0) + 1
    single = len(theirs) == 1
    classes += single
    if (ours == "ok") != (not theirs) or single and ours not in theirs:
        bad += 1
        if bad <= 10:
            print("%r: %s, but Python says %s" % (document, ours, sorted(theirs) or "ok"))
print("ASST_SEED=%d: %d documents, %d of them with one class of fault to compare, %d differ: %s"
      % (seed, count, classes, bad, " ".join("%s=%d" % pair for pair in sorted(tally.items()))))
missing = {"ok", "json_syntax", "json_utf8", "json_nul", "json_surrogate",
           "json_duplicate_name"} - set(tally)
if missing and count >= 20000:
    sys.exit("never seen: %s" % sorted(missing))
sys.exit(1 if bad else 0)
END
