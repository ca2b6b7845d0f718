"""The requirement matrix: rows, their states, and the two documents made of them."""
import json
import re

UNNUMBERED = " (no R1 number)"
STATES = ("implemented", "not modelled", "absent")
MOST_TESTS_SHOWN = 3


class Row:
    """One requirement: facts of the source, and the state that tests and reasons give it."""

    def __init__(self, row_id, section, actor, topic):
        self.id = row_id
        self.section = section
        self.actor = actor
        self.topic = topic
        self.state = "absent"
        self.tests = []
        self.reason = ""

    @property
    def chapter(self):
        return self.section.split(".")[0]


def short(row_id):
    """A rule without a number of its own may be named without the remark that says so."""
    return row_id.removesuffix(UNNUMBERED)


def load_rows(folder):
    data = json.loads((folder / "rows.json").read_text())
    rows = [Row(*entry) for entry in data["rows"]]
    if len({short(row.id) for row in rows}) != len(rows):
        raise ValueError("rows.json: an id occurs twice")
    return rows


def load_reasons(folder):
    reasons = json.loads((folder / "reasons.json").read_text())["reasons"]
    for entry in reasons:
        if not entry.get("reason") or not set(entry) <= {"id", "section", "topic", "actor", "reason"}:
            raise ValueError(f"reasons.json: {entry}: allowed are id, section, topic, actor, reason")
    return reasons


def covers(entry, row):
    section = entry.get("section", "")
    return (entry.get("id", row.id) in (row.id, short(row.id))
            and f"{row.section}.".startswith(f"{section}." if section else "")
            and entry.get("topic", row.topic) == row.topic
            and entry.get("actor", row.actor) == row.actor)


def weight(entry):
    """A single row overrides a section, the longer section the shorter, a section a topic."""
    return ("id" in entry, len(entry.get("section", "").split(".")) if "section" in entry else 0,
            "topic" in entry, "actor" in entry)


def apply_reasons(rows, reasons):
    """Gives each row that no test checked its reason, and names the reasons that fit no row."""
    for entry in sorted(reasons, key=weight):
        fitting = [row for row in rows if covers(entry, row)]
        if not fitting:
            yield f"reasons.json: {entry}: no such row"
        for row in fitting:
            if row.state != "implemented":
                row.state, row.reason = "not modelled", entry["reason"]


def apply_records(rows, rules):
    """Marks what tests checked, and names the ids that are no requirement."""
    by_id = {short(row.id): row for row in rows}
    for rule, tests in sorted(rules.items()):
        row = by_id.get(short(rule))
        if row is None:
            yield f"EXPECT_RULE(\"{rule}\") in {tests[0]}: no such requirement"
        else:
            row.state, row.tests = "implemented", tests


def json_text(rows):
    """docs/requirements.json: what `lparsim coverage requirements` reads, one row a line."""
    lines = []
    for row in rows:
        told = {"tests": row.tests} if row.tests else {"reason": row.reason} if row.reason else {}
        lines.append(json.dumps({"id": row.id, "section": row.section, "actor": row.actor,
                                 "topic": row.topic, "state": row.state, **told}))
    return '{"kind": "requirements", "version": 1, "rows": [\n' + ",\n".join(lines) + "\n]}\n"


def states_of_json(text):
    return {row["id"]: row["state"] for row in json.loads(text)["rows"]}


def count_table(title, rows, key, order):
    lines = [f"| {title} | " + " | ".join(STATES) + " | rows |", "|---" * 5 + "|"]
    groups = sorted({key(row) for row in rows}, key=order)
    for group in groups + [None]:
        members = [row for row in rows if group is None or key(row) == group]
        counts = [str(sum(row.state == state for row in members)) for state in STATES]
        lines.append(f"| {group or 'all'} | " + " | ".join(counts) + f" | {len(members)} |")
    return lines


def chapter_order(chapter):
    return (not chapter.isdigit(), int(chapter) if chapter.isdigit() else 0, chapter)


def told(row):
    if row.state != "implemented":
        return row.reason
    shown = ", ".join(f"`{test}`" for test in row.tests[:MOST_TESTS_SHOWN])
    more = len(row.tests) - MOST_TESTS_SHOWN
    return shown + (f" and {more} more" if more > 0 else "")


def markdown_text(rows):
    """docs/requirements.md, for people."""
    lines = ["# LoPAR requirements", "",
             "Written by the test run from what `EXPECT_RULE` checked; do not edit. How a row comes to",
             "its state, and the command that refreshes this file: `docs/requirements/README.md`.", ""]
    lines += count_table("chapter", rows, lambda row: row.chapter, chapter_order) + [""]
    lines += count_table("actor", rows, lambda row: row.actor, str) + [""]
    lines += count_table("topic", rows, lambda row: row.topic, str) + [""]
    for chapter in sorted({row.chapter for row in rows}, key=chapter_order):
        lines += [f"## Chapter {chapter}", "", "| id | topic | state | tests or reason |",
                  "|---|---|---|---|"]
        lines += [f"| {row.id} | {row.topic} | {row.state} | {told(row)} |"
                  for row in rows if row.chapter == chapter] + [""]
    return re.sub(r" +\|", " |", "\n".join(lines)).rstrip("\n") + "\n"
