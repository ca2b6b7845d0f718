"""EXPECT_RULE notes what held and nothing else; the documents follow what was noted."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import matrix  # noqa: E402
import records  # noqa: E402
import requirements  # noqa: E402

ROWS = {"rows": [["R1-1", "7.1", "firmware", "x"], ["R1-2", "7.10", "os", "x"],
                 ["A.2-1 (no R1 number)", "A.2", "hmc", "y"]]}


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class ExpectRule(Folder):
    def probe(self, name):
        """Runs one test of the probe: (whether it passed, the lines that it noted)."""
        environment = dict(os.environ, LPARSIM_RULES_DIR=str(self.folder / "rules"))
        done = subprocess.run([os.environ["LPARSIM_RULE_PROBE"], f"--gtest_filter={name}"],
                              capture_output=True, text=True, env=environment, check=False)
        record = self.folder / "rules" / name.replace("/", ".")
        return done.returncode == 0, record.read_text().splitlines(), done.stdout

    def test_what_holds_is_noted(self):
        self.assertEqual(self.probe("Probe.Holds")[:2], (True, ["passed", "R1-1"]))

    def test_a_false_condition_fails_names_the_rule_and_notes_nothing(self):
        passed, noted, text = self.probe("Probe.DoesNotHold")
        self.assertEqual((passed, noted), (False, ["failed"]))
        self.assertIn("LoPAR requirement R1-1: false", text)

    def test_a_test_that_fails_elsewhere_notes_nothing(self):
        for name in ("Probe.HoldsAndDoesNotHold", "Probe.HoldsAndAnotherAssertionFails"):
            self.assertEqual(self.probe(name)[:2], (False, ["failed"]))

    def test_a_skipped_test_notes_nothing(self):
        self.assertEqual(self.probe("Probe.HoldsBeforeItIsSkipped")[:2], (True, ["skipped"]))

    def test_a_test_without_rules_still_says_that_it_ran(self):
        self.assertEqual(self.probe("Probe.ChecksNothing")[:2], (True, ["passed"]))

    def test_ids_may_be_computed_and_are_noted_once(self):
        self.assertEqual(self.probe("Probe.ComputesTheId")[1], ["passed", "R1-1", "R1-2"])

    def test_parameterised_tests_have_records_of_their_own(self):
        self.assertEqual(self.probe("Two/ProbeOf.Holds/0")[1], ["passed", "R1-3"])
        self.assertEqual(self.probe("Two/ProbeOf.Holds/1")[1], ["failed"])


class Records(Folder):
    def setUp(self):
        super().setUp()
        self.program = self.folder / "test_x"
        self.program.write_text("")
        self.rules = self.folder / "rules"
        self.rules.mkdir()

    def read(self, *names):
        """The records of a ctest that knows the tests `names`."""
        tests = [{"name": f"x.{name}", "command": [str(self.program), f"--gtest_filter={name}"],
                  "properties": [{"name": "ENVIRONMENT_MODIFICATION",
                                  "value": [f"LPARSIM_RULES_DIR=set:{self.rules}"]}]}
                 for name in names]
        ctest = self.folder / "ctest"
        ctest.write_text("#!/bin/sh\ncat <<'end'\n" + json.dumps({"tests": tests}) + "\nend\n")
        ctest.chmod(0o755)
        return records.read(str(self.folder), str(ctest))

    def note(self, name, *lines, age=-10):
        path = self.rules / name
        path.write_text("".join(line + "\n" for line in lines))
        built = self.program.stat().st_mtime
        os.utime(path, (built - age, built - age))

    def test_rules_of_all_tests_are_merged(self):
        self.note("S.b", "passed", "R1-1")
        self.note("S.a", "passed", "R1-1", "R1-2")
        read = self.read("S.b", "S.a")
        self.assertEqual(read.rules, {"R1-1": ["x.S.a", "x.S.b"], "R1-2": ["x.S.a"]})
        self.assertEqual((read.missing, read.failed), ([], []))

    def test_records_of_deleted_tests_do_not_count(self):
        self.note("S.gone", "passed", "R1-1")
        self.assertEqual(self.read().rules, {})

    def test_records_older_than_the_program_do_not_count(self):
        self.note("S.a", "passed", "R1-1", age=10)
        read = self.read("S.a")
        self.assertEqual((read.rules, read.missing), ({}, ["x.S.a"]))

    def test_failed_and_skipped_tests_are_told_apart(self):
        self.note("S.a", "failed")
        self.note("S.b", "skipped")
        read = self.read("S.a", "S.b")
        self.assertEqual((read.missing, read.failed), ([], ["x.S.a"]))


class Documents(Folder):
    def setUp(self):
        super().setUp()
        (self.folder / "requirements").mkdir()
        (self.folder / "requirements/rows.json").write_text(json.dumps(ROWS))
        self.reasons({"topic": "y", "reason": "no y"})

    def reasons(self, *entries):
        (self.folder / "requirements/reasons.json").write_text(json.dumps({"reasons": entries}))

    def judge(self, rules, missing=(), failed=(), **how):
        return requirements.judge(self.folder, records.Records(rules, list(missing), list(failed)),
                                  **how)

    def states(self):
        return matrix.states_of_json((self.folder / "requirements.json").read_text())

    def test_every_row_has_its_state(self):
        self.assertEqual(self.judge({"R1-1": ["x.S.a"]}, update=True)[0], 0)
        self.assertEqual(list(self.states().values()), ["implemented", "absent", "not modelled"])
        text = (self.folder / "requirements.md").read_text()
        self.assertIn("| R1-1 | x | implemented | `x.S.a` |", text)
        self.assertIn("| A.2-1 (no R1 number) | y | not modelled | no y |", text)
        self.assertIn("| 7 | 1 | 0 | 1 | 2 |", text)
        self.assertIn("| all | 1 | 1 | 1 | 3 |", text)

    def test_documents_that_agree_pass(self):
        self.judge({"R1-1": ["x.S.a"]}, update=True)
        self.assertEqual(self.judge({"R1-1": ["x.S.a"]}, exact=True)[0], 0)

    def test_a_claim_that_no_test_holds_up_fails(self):
        self.judge({"R1-1": ["x.S.a"]}, update=True)
        status, lines = self.judge({})
        self.assertEqual(status, 1)
        self.assertIn("R1-1", lines[0])
        self.assertIn("LPARSIM_UPDATE_GOLDENS=1", lines[1])

    def test_documents_that_fall_short_are_skipped_or_refused(self):
        self.judge({}, update=True)
        self.assertEqual(self.judge({"R1-1": ["x.S.a"]})[0], requirements.SKIPPED)
        self.assertEqual(self.judge({"R1-1": ["x.S.a"]}, exact=True)[0], 1)

    def test_a_part_of_the_tests_says_nothing_and_refreshes_nothing(self):
        for how in ({"missing": ["x.S.a"]}, {"failed": ["x.S.a"]}):
            self.assertEqual(self.judge({}, **how)[0], requirements.SKIPPED)
            self.assertEqual(self.judge({}, update=True, **how)[0], 1)
        self.assertFalse((self.folder / "requirements.json").exists())

    def test_an_unknown_id_fails_even_when_a_part_has_run(self):
        status, lines = self.judge({"R1-9": ["x.S.a"]}, missing=["x.S.b"])
        self.assertEqual((status, lines), (1, ['EXPECT_RULE("R1-9") in x.S.a: no such requirement']))

    def test_a_row_without_a_number_may_be_named_shortly(self):
        self.judge({"A.2-1": ["x.S.a"]}, update=True)
        self.assertEqual(self.states()["A.2-1 (no R1 number)"], "implemented")

    def test_a_reason_for_no_row_fails(self):
        for entry in ({"topic": "z"}, {"id": "R1-9"}, {"section": "7.2"}, {"section": "7.1.1"}):
            self.reasons({**entry, "reason": "why"})
            self.assertEqual(self.judge({})[0], 1, entry)

    def test_a_section_is_no_text_prefix_and_the_narrowest_reason_wins(self):
        self.reasons({"id": "R1-1", "reason": "row"}, {"section": "7.1", "reason": "section"},
                     {"section": "7", "reason": "chapter"}, {"topic": "x", "reason": "topic"})
        self.judge({}, update=True)
        rows = json.loads((self.folder / "requirements.json").read_text())["rows"]
        self.assertEqual([row.get("reason") for row in rows], ["row", "chapter", None])


if __name__ == "__main__":
    unittest.main()
