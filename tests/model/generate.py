# SPDX-License-Identifier: MIT
# Random definitions and edits of them, from small pools, so that edits often meet.

from compare_model import Number, ITEM_LISTS

UUID = "00000000-0000-4000-8000-%012d"
TEXTS = {
    "name": ["Alpha", "Beta", "Gamma \u00e9\U0001f4c4"], "description": ["one", "two \"quoted\"", "three"],
    "instruction": ["Do this.", "Do that.\nAnd more.", "\u0001tab\tand / ~"], "welcome": ["hi", "ho"],
    "emoji": ["\U0001f600", "x"]}
CREATIVITY = ["0", "0.25", "0.3", "0.5", "1"]
FLAGS = ["webSearch", "canvas", "dataAnalyst", "imageGeneration"]
OPAQUE = [Number("1"), Number("1.0"), Number("1e5"), True, None, "1", "", [], [Number("1"), "a"],
          {"x": Number("1")}, {"x": Number("2"), "y~/": []}, {"y~/": False}]
POOLS = {
    "skills": [UUID % i for i in range(1, 6)], "actions": [UUID % i for i in range(10, 14)],
    "inputFields": ["city", "a/b~c", "when", "x y"], "datasets": ["sales", "hr", "sample-1", "stock"],
    "references": [("report", "r/1"), ("report", "r2"), ("query", "r2"), ("dataset", "a~b"),
        ("a:b", "c"), ("a", "b:c"), ("a%3Ab", "c")],
    "routes": [UUID % i for i in range(20, 24)]}
# With one id always the same type: what a changed type means for "data" is not decided.
SKILL_TYPES = ["web-search", "code-execution", "dataset-query", "web-search", "code-execution"]


def skill_data(rng, kind):
    if kind == "web-search":
        data = {"maxResults": Number(rng.randint(1, 3))}
        if rng.random() < 0.5:
            data["allowedDomains"] = rng.choice([["a.org"], ["a.org", "b.org"], ["b.org", "a.org"]])
        return data
    data = {"network": rng.random() < 0.5}
    if rng.random() < 0.5:
        data["languages"] = rng.choice([["c"], ["c", "python"]])
    return data


def new_item(rng, name, key):
    if name == "skills":
        kind = SKILL_TYPES[POOLS["skills"].index(key)]
        item = {"id": key, "type": kind, "name": rng.choice("abc")}
        if kind == "dataset-query":
            item["datasetId"] = rng.choice(["sales", "hr"])
        else:
            item["enabled"] = rng.random() < 0.7
            item["data"] = skill_data(rng, kind)
        if rng.random() < 0.5:
            item["description"] = rng.choice(["d1", "d2"])
        return item
    if name == "actions":
        return {"actionId": key, "requiresConfirmation": rng.random() < 0.5}
    if name == "inputFields":
        item = {"slug": key, "type": "TEXT", "label": rng.choice("LMN"), "order": Number(rng.randint(0, 2)),
                "required": rng.random() < 0.5}
        if key == "when":
            item["type"], item["options"] = "SELECT", rng.choice([["x"], ["x", "y"], ["y", "x"]])
        return item
    if name == "datasets":
        if key == "sample-1":
            return {"datasetId": key, "mode": "sample", "sampleSize": Number(rng.randint(1, 3))}
        mode = rng.choice(["full", "subset", "schema"])
        item = {"datasetId": key, "mode": mode}
        if mode == "subset":
            item["filter"] = {"k": rng.choice([Number("1"), Number("2"), {"in": ["a"]}])}
            if rng.random() < 0.5:
                item["filter"]["l"] = rng.choice([True, "t"])
        if mode != "full" and rng.random() < 0.5:
            item["fields"] = rng.choice([["f"], ["f", "g"]])
        return item
    if name == "references":
        item = {"targetType": key[0], "targetId": key[1]}
    else:
        item = {"assistantId": key}
    if rng.random() < 0.7:
        item["when" if name == "routes" else "description"] = rng.choice(["u", "v", "w"])
    return item


def key_of(name, item):
    key = tuple(item[member] for member in ITEM_LISTS[name])
    return key if len(key) > 1 else key[0]


def change_list(rng, name, items):
    """The list after one change: an item more, less, other, or moved."""
    items = [dict(item) for item in items]
    free = [key for key in POOLS[name] if key not in [key_of(name, item) for item in items]]
    what = rng.choice(["add", "add", "add", "remove", "change", "change", "move", "move", "clear"])
    if what == "add" and free:
        items.insert(rng.randint(0, len(items)), new_item(rng, name, rng.choice(free)))
    elif what == "remove" and items:
        items.pop(rng.randrange(len(items)))
    elif what == "change" and items:
        i = rng.randrange(len(items))
        fresh = new_item(rng, name, key_of(name, items[i]))
        if rng.random() < 0.6 and name != "datasets":
            member = rng.choice(sorted(fresh))
            items[i][member] = fresh[member]
        else:
            items[i] = fresh
    elif what == "move" and len(items) > 1:
        rng.shuffle(items)
    elif what == "clear" and rng.random() < 0.3:
        items = []
    return items


def repair(items, datasets):
    """Skills without those that query a dataset which is not there."""
    known = {d["datasetId"] for d in datasets}
    return [s for s in items if s["type"] != "dataset-query" or s["datasetId"] in known]


def full_list(rng, name):
    return [new_item(rng, name, key) for key in POOLS[name]]


def list_patch(rng, current, name):
    """Some changes of one list, all of them at once."""
    items = current.get(name) or full_list(rng, name)
    for _ in range(rng.randint(1, 3)):
        items = change_list(rng, name, items)
    return {name: items}


def patch(rng, current, count=None, lists=("skills", "datasets", "references", "actions", "inputFields")):
    """A merge patch with a few changes of the definition; what it gives can be published."""
    if count is None and rng.random() < 0.3:
        return list_patch(rng, current, rng.choice(["inputFields", "inputFields", "references"]))
    result = {}
    for _ in range(count or rng.choice([1, 1, 2, 3, 4])):
        what = rng.random()
        if what < 0.22:
            name = rng.choice(sorted(TEXTS))
            result[name] = rng.choice(TEXTS[name])
            if name != "name" and rng.random() < 0.2:
                result[name] = None
        elif what < 0.26:
            result["creativity"] = Number(rng.choice(CREATIVITY))
        elif what < 0.32:
            result[rng.choice(FLAGS)] = rng.random() < 0.5
        elif what < 0.36:
            result["conversationStarters"] = rng.choice([["a"], ["a", "b"], ["b", "a"], ["a", "a"], []])
        elif what < 0.46:
            # In a merge patch a null takes the member away.
            result.setdefault("data", {"keep": Number("0")})[rng.choice("abc/")] = rng.choice(OPAQUE)
        else:
            name = rng.choice(lists)
            result[name] = change_list(rng, name, result.get(name, current.get(name, [])))
    if "skills" in result or "datasets" in result:
        datasets = result.get("datasets", current.get("datasets", []))
        skills = result.get("skills", current.get("skills", []))
        if skills != repair(skills, datasets):
            result["skills"] = repair(skills, datasets)
    return result


def bad_patch(rng):
    """What a draft may have and a publication may not."""
    return rng.choice([{"name": None}, {"creativity": Number("7")}])


def body(rng):
    """A definition that can be published."""
    return {"name": rng.choice(TEXTS["name"]),
            **{name: value for name, value in patch(rng, {}, rng.randint(1, 20)).items()
               if value is not None}}
