"""lparsim coverage requirements: the shipped table, its filters, its summary."""
import collections
import json
import unittest

from program import TOP, ProgramTest, lparsim

SHIPPED = json.loads((TOP / "docs/requirements.json").read_text())["rows"]


class Coverage(ProgramTest):
    def test_every_requirement_is_a_line_and_the_last_line_counts(self):
        done = lparsim("coverage", "requirements", cwd="/")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        *lines, summary = done.stdout.splitlines()
        rows = json.loads((TOP / "docs/requirements/rows.json").read_text())["rows"]
        for line, row in zip(lines, rows, strict=True):
            self.assertTrue(line.startswith(row[0] + " "), line)
        counts = collections.Counter(row["state"] for row in SHIPPED)
        self.assertEqual(summary, f"1113 requirements: {counts['implemented']} implemented, "
                                  f"{counts['not modelled']} not modelled, {counts['absent']} absent")

    def test_an_implemented_line_names_its_tests(self):
        row = next(row for row in SHIPPED if row["state"] == "implemented")
        lines = lparsim("coverage", "requirements", "--state", "implemented").stdout.splitlines()
        self.assertEqual(len(lines) - 1, sum(r["state"] == "implemented" for r in SHIPPED))
        self.assertEqual(lines[0].split(), [row["id"], row["actor"], row["topic"], "implemented",
                                            *row["tests"]])

    def test_a_line_that_is_not_modelled_says_why(self):
        row = next(row for row in SHIPPED if row["state"] == "not modelled")
        done = lparsim("coverage", "requirements", "--state", "not modelled")
        self.assertTrue(done.stdout.splitlines()[0].endswith("not modelled  " + row["reason"]))

    def test_json_holds_the_same_rows(self):
        done = lparsim("coverage", "requirements", "--json")
        told = json.loads(done.stdout)
        self.assertEqual(told["rows"], SHIPPED)
        self.assertEqual(sum(told["counts"].values()), len(SHIPPED))

    def test_filters_are_combined(self):
        done = lparsim("coverage", "requirements", "--json", "--topic", "tod", "--state", "absent")
        self.assertEqual(json.loads(done.stdout)["rows"],
                         [r for r in SHIPPED if (r["topic"], r["state"]) == ("tod", "absent")])

    def test_bad_questions_are_one_line_and_exit_status_2(self):
        for words in (["requirements", "--topic", "nothing"], ["requirements", "--state", "done"],
                      ["protocol"], []):
            done = lparsim("coverage", *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_help_names_the_options(self):
        done = lparsim("coverage", "requirements", "--help")
        self.assertEqual(done.returncode, 0)
        for option in ("--topic", "--state", "--json"):
            self.assertIn(option, done.stdout)


if __name__ == "__main__":
    unittest.main()
