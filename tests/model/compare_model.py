# SPDX-License-Identifier: MIT
# The model's own comparison and three-way merge of definitions: an oracle written from the
# design alone, simple before fast. Values are what load() gives; ABSENT is "not there".

import json
import os

ABSENT = type("Absent", (), {"__repr__": lambda self: "ABSENT"})()

# Lists whose items have ids, and the members that are the id.
ITEM_LISTS = {
    "actions": ("actionId",), "inputFields": ("slug",), "routes": ("assistantId",),
    "skills": ("id",), "datasets": ("datasetId",), "references": ("targetType", "targetId")}

# What stands between the two members of a reference's id in a pointer; no document says.
SEPARATOR = [":"]

# Where an added item stands whose neighbours the other side removed is not decided. Strict:
# a side's order holds there, too, where the other side moved nothing.
STRICT = bool(os.environ.get("HISTORY_STRICT"))

DEFAULTS = {
    "inputType": "PROMPT", "creativity": None, "webSearch": False, "imageGeneration": False,
    "dataAnalyst": False, "canvas": False, "extendedThinking": False, "type": "custom"}
ITEM_DEFAULTS = {
    "actions": {"requiresConfirmation": True}, "inputFields": {"required": False},
    "skills": {"enabled": True}}


class Number(str):
    """A number as the text it came as."""


DEFAULTS["creativity"] = Number("0.3")


def load(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def dump(value):
    """JSON with sorted members; numbers as they came."""
    if value is ABSENT:
        return "absent"
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + dump(value[k]) for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(dump(v) for v in value) + "]"
    return json.dumps(value)


def same(a, b):
    return dump(a) == dump(b)


def merge_patch(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), value)
    return result


def complete(definition):
    """The canonical form: defaults written, empty lists left out."""
    result = dict(DEFAULTS)
    for name, value in definition.items():
        if value == [] or value is None:
            continue
        if name in ITEM_LISTS:
            value = [{**ITEM_DEFAULTS.get(name, {}), **item} for item in value]
            for item in value:
                if name == "datasets" and "mode" not in item:
                    item["mode"] = "subset" if "filter" in item else "full"
        result[name] = value
    return result


def faults(definition):
    """Why it cannot be published. Knows the few faults that the generator can make."""
    found = []
    if not definition.get("name", "").strip():
        found.append("/name")
    if not 0 <= float(definition["creativity"]) <= 1:
        found.append("/creativity")
    datasets = {d["datasetId"]: d for d in definition.get("datasets", [])}
    for d in datasets.values():
        if d["mode"] == "full" and ("filter" in d or "fields" in d):
            found.append("/datasets full")
        if d["mode"] == "schema" and ("filter" in d or "sampleSize" in d):
            found.append("/datasets schema")
        if d["mode"] == "sample" and "sampleSize" not in d:
            found.append("/datasets sample")
    for skill in definition.get("skills", []):
        if skill["type"] == "dataset-query" and skill["datasetId"] not in datasets:
            found.append("/skills dataset-query")
    return found


def item_id(name, item):
    """As pointers have it: all but the last part escaped, so that no two items have the same."""
    parts = [item[member] for member in ITEM_LISTS[name]]
    for i in range(len(parts) - 1):
        parts[i] = parts[i].replace("%", "%25").replace(":", "%3A")
    return SEPARATOR[0].join(parts)


def pointer(place):
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in place)


def is_item_list(place):
    return len(place) == 1 and place[0] in ITEM_LISTS


def by_id(name, items):
    return {item_id(name, item): item for item in (items if items is not ABSENT else [])}


def order(ids, common):
    return [i for i in ids if i in common]


def changes(old, new, place=()):
    """Every changed place: {pointer: (old, new)}; for a changed order, of the common items:
    {pointer: ("order", old ids, new ids)}."""
    if same(old, new):
        return {}
    found = {}
    if is_item_list(place):
        a, b = by_id(place[0], old), by_id(place[0], new)
        common = a.keys() & b.keys()
        if order(a, common) != order(b, common):
            found[pointer(place)] = ("order", order(a, common), order(b, common))
    elif isinstance(old, dict) and isinstance(new, dict):
        a, b = old, new
    else:
        return {pointer(place): (old, new)}
    for name in sorted(a.keys() | b.keys()):
        found.update(changes(a.get(name, ABSENT), b.get(name, ABSENT), place + (name,)))
    return found


def contradiction(base, live, draft):
    """Whether both added the same item at places that contradict each other: what they added is in
    other orders, or it has passed old items and has none of those next to it on both sides."""
    rows = [order(live, draft), order(draft, live)]
    for i in rows[0]:
        if i in base or not same(live[i], draft[i]):
            continue
        (a, b), (c, d) = ((row[:row.index(i)], row[row.index(i) + 1:]) for row in rows)
        if {x for x in a if x not in base} != {x for x in c if x not in base}:
            return True
        a, b, c, d = ([x for x in side if x in base] for side in (a, b, c, d))
        if set(a) != set(c) and a[-1:] != c[-1:] and b[:1] != d[:1]:
            return True
    return False


class Merge:
    """What comes of base, live and draft.

    decisions: {pointer: "live", "draft" or ("value", value)}; every_conflict: "draft" where
    all are decided for it (FORCE). conflicts: {pointer: (base, live, draft)}, decided or not.
    result: the merged definition; where the order of a list is not settled by the design
    (both sides add, or one adds where the other moves), loose has sequences of ids that must
    be kept, and result is only one of the possible orders.
    """

    def __init__(self, base, live, draft, decisions=None, every_conflict=None):
        self.decisions = decisions or {}
        self.every_conflict = every_conflict
        self.conflicts = {}
        self.loose = {}
        self.unclear = False
        self.result = self.merge(base, live, draft, ())

    def undecided(self):
        return [p for p in self.conflicts if not self.every_conflict and p not in self.decisions]

    def decision(self, place):
        return self.every_conflict or self.decisions.get(pointer(place), "live")

    def merge(self, base, live, draft, place):
        if same(live, draft) or same(base, live):
            return draft
        if same(base, draft):
            return live
        if is_item_list(place):
            return self.merge_items(base, live, draft, place)
        if all(isinstance(side, dict) for side in (base, live, draft)):
            merged = {}
            for name in sorted(base.keys() | live.keys() | draft.keys()):
                value = self.merge(*(side.get(name, ABSENT) for side in (base, live, draft)),
                                   place + (name,))
                if value is not ABSENT:
                    merged[name] = value
            return merged
        self.conflicts[pointer(place)] = (base, live, draft)
        decision = self.decision(place)
        if isinstance(decision, tuple):
            return decision[1]
        return live if decision == "live" else draft

    def merge_items(self, base, live, draft, place):
        base, live, draft = (by_id(place[0], side) for side in (base, live, draft))
        merged = {}
        for i in list(draft) + [i for i in live if i not in draft] + list(base):
            if i not in merged:
                merged[i] = self.merge(*(side.get(i, ABSENT) for side in (base, live, draft)),
                                       place + (i,))
        kept = [i for i in merged if merged[i] is not ABSENT]
        common = base.keys() & live.keys() & draft.keys()
        orders = [order(side, common) for side in (base, live, draft)]
        moved_live, moved_draft = orders[1] != orders[0], orders[2] != orders[0]
        winner = draft if moved_draft else live
        if moved_live and moved_draft and orders[1] != orders[2]:
            self.conflicts[pointer(place)] = ("order", orders)
            winner = live if self.decision(place) == "live" else draft
        elif contradiction(base, live, draft):
            self.conflicts[pointer(place)] = ("order", orders)
            winner = live if self.decision(place) == "live" else draft
        # Each side's pairwise order against base, where that tells another story.
        pairs = [order(base, side) != order(side, base) for side in (live, draft)]
        if pairs[0] and pairs[1] and pointer(place) not in self.conflicts and (
                order(live, draft) != order(draft, live) or not (moved_live and moved_draft)):
            self.unclear = True
        # A side's whole order is kept where the other moved nothing, or as it did, or lost.
        keep = [order(winner, common & set(kept))]
        settled = pointer(place) in self.conflicts
        # Where an item stands that both added at different places, as far as these do not
        # contradict each other, and what follows it, is not decided.
        added_twice = (live.keys() & draft.keys()) - base.keys()
        astray = added_twice and order(live, draft) != order(draft, live)
        for side, other, other_moved in ((draft, live, moved_live), (live, draft, moved_draft)):
            wins = side is winner if settled else not other_moved or orders[1] == orders[2]
            removed = bool(base.keys() - other.keys()) and not STRICT
            if wins and not astray and not removed:
                keep.append(order(side, kept))
        if interleave(keep) is None:
            keep = keep[:1]
        self.loose[place[0]] = keep
        sequence = interleave(keep)
        sequence += [i for i in kept if i not in sequence]
        return [merged[i] for i in sequence] or ABSENT


def interleave(sequences):
    """One order that has all of these as parts of it, or None."""
    left = [list(s) for s in sequences if s]
    result = []
    while left:
        first = [s[0] for s in left if not any(s[0] in t[1:] for t in left)]
        if not first:
            return None
        result.append(first[0])
        left = [t[1:] if t[0] == first[0] else t for t in left]
        left = [t for t in left if t]
    return result


def agrees(merge, seen):
    """Whether a definition is what the merge gives, in one of the orders that are left open."""
    expected, got = dict(merge.result), dict(seen)
    for name, sequences in merge.loose.items():
        ids = list(by_id(name, got.get(name, ABSENT)))
        if any(order(ids, set(s)) != s for s in sequences):
            return False
        for side in (expected, got):
            if name in side:
                side[name] = sorted(side[name], key=lambda item: item_id(name, item))
    return same(expected, got)
