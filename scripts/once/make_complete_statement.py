"""Writes tests/fixtures/complete_statement.json: texts with sqlite3_complete()'s answer to each.

Run it as `python3 scripts/once/make_complete_statement.py`. Python's sqlite3 module gives the answers; the
texts are drawn from a fixed seed.
"""

import json
import random
import sqlite3
from pathlib import Path

WORDS = [
    "CREATE", "create", "TEMP", "TEMPORARY", "TRIGGER", "trigger", "EXPLAIN", "QUERY", "PLAN", "END",
    "end", "BEGIN", "SELECT", "1", "x", ";", ";", ";", "'a;b'", "'it''s'", '"END"', "[;]", "`;`",
    "-- c;\n", "/* ; */", "(", ")", ",", "endx", "_end", "end$", "CASE", "\n", "\t", "é", "'", '"', "[",
    "/*", "--", "/", "-", "*", ".5", "x'3b'",
]
PLAIN = [word for word in WORDS if word not in ("'", '"', "[", "/*", "--")]
STARTS = ["", "CREATE TRIGGER t ", "CREATE TEMP TRIGGER t BEGIN SELECT 1;", "EXPLAIN CREATE TRIGGER x;"]


def texts():
    draw = random.Random(20260412)
    for _ in range(2000):
        words = PLAIN if draw.random() < 0.8 else WORDS
        length = draw.randint(0, 9)
        parts = [draw.choice(STARTS)] + [draw.choice(words) for _ in range(length)]
        end = draw.choice(["", ";", "; END;", "; end ; -- done", ";\n/* done */"])
        yield draw.choice([" ", " ", "\n"]).join(parts) + end


seen = {text: sqlite3.complete_statement(text) for text in texts()}
fixture = Path(__file__).parents[2] / "tests" / "fixtures" / "complete_statement.json"
with fixture.open("w", encoding="utf-8") as file:
    answers = {
        name: sorted(text for text, answer in seen.items() if answer == wanted)
        for name, wanted in (("complete", True), ("incomplete", False))
    }
    file.write(json.dumps(answers, ensure_ascii=False, indent=2) + "\n")
