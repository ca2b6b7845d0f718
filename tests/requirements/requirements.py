#!/usr/bin/env python3
"""Holds docs/requirements.{md,json} against what a whole run of the tests checked.

requirements.py BUILD CTEST: exit status 0 they agree, 1 they do not, 77 nothing can be said: a part
of the tests has not run since it was built, or the documents only fall short of the run.
LPARSIM_UPDATE_GOLDENS=1 writes the documents anew; LPARSIM_REQUIREMENTS=exact makes 1 of 77.
"""
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import matrix  # noqa: E402
import records  # noqa: E402

SKIPPED = 77
REFRESH = "to refresh them: LPARSIM_UPDATE_GOLDENS=1 ./lparsim test -R requirements.documents"


def read_matrix(docs, recorded):
    """The rows with their states, and what is wrong with ids and reasons."""
    rows = matrix.load_rows(docs / "requirements")
    faults = list(matrix.apply_records(rows, recorded.rules))
    faults += matrix.apply_reasons(rows, matrix.load_reasons(docs / "requirements"))
    return rows, faults


def unusable(recorded):
    """Why this run says nothing about the whole, or an empty string."""
    for what, tests in (("have not run since they were built", recorded.missing),
                        ("failed", recorded.failed)):
        if tests:
            return f"{len(tests)} tests {what}: {', '.join(tests[:3])}" + ", ..." * (len(tests) > 3)
    return ""


def compare(rows, written):
    """(claims that no test holds up, rows of which the documents know less than the run)."""
    try:
        documented = matrix.states_of_json(written)
    except (ValueError, KeyError):
        return ["docs/requirements.json cannot be read"], []
    false_claims = [row.id for row in rows
                    if documented.get(row.id) == "implemented" != row.state]
    return false_claims, [row.id for row in rows
                          if documented.get(row.id) != row.state and row.id not in false_claims]


def text_of(path):
    return path.read_text() if path.exists() else ""


def judge(docs, recorded, update=False, exact=False):
    """(exit status, lines to print)."""
    rows, faults = read_matrix(docs, recorded)
    if faults:
        return 1, faults
    if reason := unusable(recorded):
        return 1 if update else SKIPPED, ["the documents need a whole run: " + reason]
    wanted = {docs / "requirements.md": matrix.markdown_text(rows),
              docs / "requirements.json": matrix.json_text(rows)}
    if update:
        for path, text in wanted.items():
            path.write_text(text)
    false_claims, behind = compare(rows, text_of(docs / "requirements.json"))
    if false_claims:
        return 1, [f"said to be implemented, but no test checked: {', '.join(false_claims)}", REFRESH]
    if all(text_of(path) == text for path, text in wanted.items()):
        return 0, [f"{sum(row.state == state for row in rows)} {state}" for state in matrix.STATES]
    return (1 if exact else SKIPPED,
            [f"docs/requirements.{{md,json}} know less than this run ({len(behind)} states differ: "
             f"{', '.join(behind[:5])})", REFRESH])


def main(build, ctest):
    docs = pathlib.Path(__file__).resolve().parents[2] / "docs"
    status, lines = judge(docs, records.read(build, ctest),
                          update="LPARSIM_UPDATE_GOLDENS" in os.environ,
                          exact=os.environ.get("LPARSIM_REQUIREMENTS") == "exact")
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
