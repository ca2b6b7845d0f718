"""lparsim explore: what it finds, what it writes, and what it refuses."""
import functools
import json
import unittest

import program
from program import FLOWS

lparsim = functools.partial(program.lparsim, timeout=300)
CORE = ["cpu_add", "cpu_remove", "cpu_move", "memory_add", "memory_remove", "memory_move"]


class Explore(program.ProgramTest):
    def test_one_fault_anywhere_harms_nothing_on_the_level_without_defects(self):
        done = lparsim("explore", "--kernel", "fixed", *[FLOWS / f"{flow}.json" for flow in CORE])
        self.assertEqual(done.returncode, 0, done.stdout)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), len(CORE), done.stdout)
        for line in lines:
            self.assertIn(" 0 violations", line)
            self.assertGreater(int(line.split(" runs")[0].split()[-1]), 200, line)

    def test_known_defects_are_found_and_what_is_written_shows_them_again(self):
        done = lparsim("explore", "--kernel", "6.1", "--out", self.folder / "found",
                       FLOWS / "cpu_remove.json", FLOWS / "memory_remove.json")
        self.assertEqual(done.returncode, 1, done.stdout)
        for part in ("fault kernel.cpu_changeset alpha 0x0 #2 enomem",       # kernel.md 11, 20
                     "fault kernel.lmb_property alpha 0x0 #2 enomem",        # 7
                     "left in L3"):
            self.assertIn(part, done.stdout)
        written = sorted((self.folder / "found").iterdir())
        self.assertGreaterEqual(len(written), 5)
        again = lparsim("run", "--kernel", "6.1", *written)
        self.assertIn(f"{len(written)} passed, 0 failed", again.stdout, again.stdout)
        # The same faults, but for the one defect.
        level = self.folder / "level.json"
        level.write_text(json.dumps({"kind": "kernel", "version": 1, "name": "mended",
                                     "base": "6.1",
                                     "switches": {"cpu_remove_late_changeset": False}}))
        mended = [path for path in written if "changeset" in path.read_text()]
        self.assertTrue(mended)
        again = lparsim("run", "--kernel", level, *mended)
        self.assertNotIn(" 0 failed", again.stdout, "it needs the defect")

    def test_the_same_search_twice_says_the_same(self):
        runs = [lparsim("explore", FLOWS / "memory_remove.json").stdout for _ in range(2)]
        self.assertEqual(*runs)

    def test_two_faults(self):
        one, two = (lparsim("explore", "--kernel", "fixed", "--faults", n, "--budget", "5",
                            FLOWS / "partition_off.json").stdout for n in (1, 2))
        self.assertGreaterEqual(int(two.split(" runs")[0].split()[-1]),
                                int(one.split(" runs")[0].split()[-1]))

    def test_a_budget_stops_it_and_it_says_so(self):
        done = lparsim("explore", "--faults", "3", "--budget", "0.2", FLOWS / "cpu_add.json")
        self.assertIn("stopped by the budget, not complete", done.stdout)

    def test_bad_input_is_one_line_and_exit_status_2(self):
        blocked = self.folder / "file"
        blocked.write_text("")
        cases = [([FLOWS / "rmc_request_lost.json"], "/faults"), (["none.json"], "none.json"),
                 ([self.folder], "no scenario found"),
                 (["--out", blocked / "x", "--kernel", "6.1", FLOWS / "memory_remove.json"],
                  "file")]
        for arguments, part in cases:
            done = lparsim("explore", *arguments)
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(part, done.stderr)
        for wrong in (["--faults", "9"], ["--faults", "-1"], ["--budget", "0"]):
            self.assertEqual(lparsim("explore", *wrong, FLOWS / "cpu_add.json").returncode, 2)


if __name__ == "__main__":
    unittest.main()
