"""Records what Alembic answers for refs, ranges and routes, as a fixture for our own.

Usage: /usr/bin/python3 scripts/once/make_alembic_refs.py

Writes tests/fixtures/alembic_refs/answers.json. Debian's package is `alembic` (1.8.1); another one is taken from
PYTHONPATH, and Alembic 1.20.0 gives the same answers. Under a graph and the heads of what is applied, a case is a
line: [question, ref, answer, heads after]. The answer is a list of ids, or the name of the exception; a "!" behind
the question says that Alembic warned.
"""

import itertools
import json
import pathlib
import re
import unittest.mock
import warnings

import alembic
from alembic.runtime.migration import HeadMaintainer, MigrationStep
from alembic.script.revision import Revision, RevisionMap

# id: (parents, depends on, labels)
GRAPHS = {
    "empty": {},
    "linear": {
        "c0a1": ("", "", ""),
        "c0b2": ("c0a1", "", ""),
        "c1c3": ("c0b2", "", "main"),
        "d2d4": ("c1c3", "", ""),
        "e3e5": ("d2d4", "", ""),
    },
    "branches": {
        "root": ("", "", ""),
        "ev01": ("root", "", "events"),
        "us01": ("root", "", "users"),
        "ev02": ("ev01", "", ""),
        "us02": ("us01", "", ""),
        "us03": ("us02", "", ""),
    },
    "merge": {
        "root": ("", "", ""),
        "le01": ("root", "", "left"),
        "ri01": ("root", "", "right"),
        "le02": ("le01", "", ""),
        "mm00": ("le02 ri01", "", ""),
        "nn00": ("mm00", "", ""),
    },
    "bases": {
        "ap01": ("", "", "api"),
        "we01": ("", "", "web"),
        "zz01": ("", "", ""),
        "ap02": ("ap01", "", ""),
        "we02": ("we01", "ap02", ""),
        "ap03": ("ap02", "", ""),
        "we03": ("we02", "", ""),
    },
    "covered": {
        "aa01": ("", "", "alpha"),
        "bb01": ("", "", "beta"),
        "aa02": ("aa01", "", ""),
        "bb02": ("bb01", "aa02", ""),
    },
    "diamond": {
        "root": ("", "", ""),
        "pp01": ("root", "", "papa"),
        "qq01": ("root", "", "quebec"),
        "mm00": ("pp01 qq01", "", ""),
        "ss01": ("mm00", "", "sierra"),
        "tt01": ("mm00", "", "tango"),
    },
    "three": {
        "root": ("", "", ""),
        "xx01": ("root", "", ""),
        "yy01": ("root", "", ""),
        "zz01": ("root", "", ""),
        "mm00": ("xx01 yy01 zz01", "", ""),
    },
    "across": {
        "aa01": ("", "", "alpha"),
        "bb01": ("", "", "beta"),
        "cc01": ("", "", "gamma"),
        "aa02": ("aa01", "", ""),
        "mm00": ("aa02 bb01", "", ""),
        "bb02": ("bb01", "", "side"),
        "cc02": ("cc01", "mm00", ""),
    },
}
STATES_PER_GRAPH = 6


def graph_of(spec):
    revisions = [
        Revision(
            id_,
            tuple(parents.split()) or None,
            dependencies=tuple(depends.split()) or None,
            branch_labels=labels.split() or None,
        )
        for id_, (parents, depends, labels) in spec.items()
    ]
    for revision in revisions:
        revision.module = unittest.mock.Mock()  # a step takes upgrade() and downgrade() from it
    return RevisionMap(lambda: revisions)


def closure(spec, ids):
    found, todo = set(), list(ids)
    while todo:
        id_ = todo.pop()
        if id_ not in found:
            found.add(id_)
            todo += spec[id_][0].split() + spec[id_][1].split()
    return found


def heads_of(spec, applied):
    covered = {
        below for id_ in applied for below in closure(spec, [id_]) if below != id_
    }
    return sorted(applied - covered)


def states_of(spec):
    """Sets of heads, from nothing applied to everything, spread evenly over all there are."""
    every = {
        tuple(heads_of(spec, closure(spec, chosen)))
        for size in range(len(spec) + 1)
        for chosen in itertools.combinations(spec, size)
    }
    ordered = sorted(every, key=lambda heads: (len(closure(spec, heads)), heads))
    step = max(1, -(-len(ordered) // STATES_PER_GRAPH))
    return ordered[::step] + ([ordered[-1]] if (len(ordered) - 1) % step else [])


def refs_of(spec):
    ids = list(spec)
    labels = [label for _, _, text in spec.values() for label in text.split()]
    yield from ["head", "heads", "base", "+1", "+2", "-1", "-2", "-9", "+9", "head-1", "head-2", "head+1"]
    yield from ["base+1", "base+2", "nope", "nope@head", "head-9"]
    yield from ids + [id_[:3] for id_ in ids[::2]] + [id_[:2] for id_ in ids[::3]]
    for label in labels:
        yield label
        yield from (f"{label}@{rest}" for rest in ["head", "heads", "base", "+1", "+2", "-1", "-2", "head-1"])
        yield from (f"{label}@{id_}" for id_ in ids)
        yield f"{label}@base+1"
    for id_ in ids:
        yield from (f"{id_}{steps}" for steps in ["+1", "-1"])
    for id_ in ids[::2]:
        yield from (f"{id_}{steps}" for steps in ["+2", "-2"])
        yield from (f"{id_}@{rest}" for rest in ["head", "+1", "-1"])
    for label, id_ in itertools.product(labels, ids[1::3]):
        yield f"{label}@{id_}+1"


def ranges_of(spec):
    ends = ["", "base", "head", "heads", "-2", "+2"] + list(spec)[::2]
    labels = [label for _, _, text in spec.values() for label in text.split()]
    for pair in itertools.product(ends, ends):
        yield ":".join(pair)
    for label in labels:
        yield f"{label}@base:{label}@head"


def heads_after(map_, heads, revisions, up):
    context = unittest.mock.Mock(as_sql=True)
    maintainer = HeadMaintainer(context, set(heads))
    make = MigrationStep.upgrade_from_script if up else MigrationStep.downgrade_from_script
    for revision in revisions:
        maintainer.update_to_step(make(map_, revision))
    return sorted(maintainer.heads)


def route(map_, heads, ref, up):
    if up:
        found = list(map_.iterate_revisions(ref, heads, implicit_base=True))[::-1]
    else:
        found = list(map_.iterate_revisions(heads, ref, select_for_downgrade=True))
    return [revision.revision for revision in found], heads_after(map_, heads, found, up)


def look(map_, _, ref):
    return sorted({r.revision for r in map_.get_revisions(ref) if r is not None}), None


def history(map_, _, text):
    lower, _, upper = text.partition(":")
    found = map_.iterate_revisions(
        upper or "heads", lower or "base", inclusive=True, assert_relative_length=False
    )
    return sorted(revision.revision for revision in found), None


def ask(question, function, map_, heads, ref, *direction):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer, after = function(map_, heads, ref, *direction)
        except Exception as error:  # noqa: B902: the class is the answer
            answer, after = type(error).__name__, None
    case = [question + ("!" if caught else ""), ref, answer]
    return case if after is None else [*case, after]


def groups():
    for name, spec in GRAPHS.items():
        map_ = graph_of(spec)
        refs = list(dict.fromkeys(refs_of(spec)))
        points = [ref for ref in refs if not re.search("[-+]", ref)]  # else only for routes
        looks = [ask("look", look, map_, (), ref) for ref in points]
        histories = [ask("history", history, map_, (), text) for text in ranges_of(spec)]
        yield name, [], looks + histories
        for heads in states_of(spec):
            ups = [ask("upgrade", route, map_, heads, ref, True) for ref in refs]
            downs = [ask("downgrade", route, map_, heads, ref, False) for ref in refs]
            yield name, heads, ups + downs


def main():
    graphs = {
        name: [
            {
                "id": id_,
                "parents": parents.split(),
                "dependsOn": depends.split(),
                "labels": labels.split(),
            }
            for id_, (parents, depends, labels) in spec.items()
        ]
        for name, spec in GRAPHS.items()
    }
    lines = [
        json.dumps({"graph": name, "applied": list(heads)}, separators=(",", ":"))[:-1]
        + ',"cases":[\n'
        + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        + "\n]}"
        for name, heads, cases in groups()
    ]
    head = json.dumps({"alembic": alembic.__version__, "graphs": graphs}, separators=(",", ":"))
    path = pathlib.Path(__file__).parents[2] / "tests/fixtures/alembic_refs/answers.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{head[:-1]},"groups":[\n' + ",\n".join(lines) + "\n]}\n")


if __name__ == "__main__":
    main()
