"""check, schema, hmc and dtb of the built program."""
import json
import shutil
import subprocess
import unittest

from program import MACHINE, TOP, ProgramTest, lparsim


class Commands(ProgramTest):
    def test_check_accepts_what_is_shipped(self):
        done = lparsim("check", TOP / "scenarios")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(", 0 not", done.stdout)

    def test_run_takes_the_whole_scenarios_folder(self):
        done = lparsim("run", "-q", TOP / "scenarios")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(" passed, 0 failed", done.stdout)

    def test_check_refuses_with_exit_status_2(self):
        bad = self.scenario(machine=None)
        done = lparsim("check", bad)
        self.assertEqual((done.returncode, done.stdout), (2, "0 valid, 1 not\n"))

    def test_schema_is_json_from_any_folder(self):
        for kind in ("scenario", "machine"):
            done = lparsim("schema", kind, cwd="/")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("$schema", json.loads(done.stdout))

    def test_hmc_prints_what_the_hmc_prints_and_gives_its_status(self):
        done = lparsim("hmc", MACHINE, "lssyscfg -r sys -F name", "lssyscfg -r lpar -m nowhere")
        self.assertEqual(done.stdout.splitlines()[0], "small")
        self.assertIn("HSCL8018", done.stdout + done.stderr)
        self.assertEqual(done.returncode, 1)

    def test_hmc_has_125_for_its_own_failures(self):
        self.assertEqual(lparsim("hmc", self.folder / "none.json", "ls").returncode, 125)

    def test_dtb_writes_a_tree(self):
        tree = self.folder / "alpha.dtb"
        done = lparsim("dtb", MACHINE, "alpha", "-o", tree)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(tree.read_bytes()[:4], bytes.fromhex("d00dfeed"))
        if shutil.which("dtc"):
            text = subprocess.run(["dtc", "-I", "dtb", "-q", tree], capture_output=True, text=True,
                                  check=True).stdout
            self.assertIn("ibm,drc-", text)

    def test_dtb_of_a_partition_that_is_off_is_refused_and_leaves_nothing(self):
        tree = self.folder / "epsilon.dtb"
        self.assertEqual(lparsim("dtb", MACHINE, "epsilon", "-o", tree).returncode, 2)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
