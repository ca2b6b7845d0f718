"""lparsim explore: what it finds, what it writes, and what it refuses."""
import functools
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

import program
from program import FLOWS

lparsim = functools.partial(program.lparsim, timeout=300)
CORE = ["cpu_add", "cpu_remove", "cpu_move", "memory_add", "memory_remove", "memory_move"]


def children(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def counted(line):
    """Runs and violations of the line that each scenario has."""
    return tuple(int(line.split(word)[0].split()[-1]) for word in (" runs", " violations"))


class Explore(program.ProgramTest):
    def test_one_fault_anywhere_harms_nothing_on_the_level_without_defects(self):
        done = lparsim("explore", "--kernel", "fixed", *[FLOWS / f"{flow}.json" for flow in [*CORE, "migration"]])
        self.assertEqual(done.returncode, 0, done.stdout)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), len(CORE) + 1, done.stdout)
        for line in lines:
            self.assertIn(" 0 violations", line)
            self.assertGreater(int(line.split(" runs")[0].split()[-1]), 100, line)

    def test_known_defects_are_found_and_what_is_written_shows_them_again(self):
        done = lparsim("explore", "--kernel", "6.1", "--out", self.folder / "found",
                       FLOWS / "cpu_remove.json", FLOWS / "memory_remove.json")
        self.assertEqual(done.returncode, 1, done.stdout)
        for part in ("fault kernel.cpu_changeset alpha 0x0 #2 enomem",       # kernel.md 11, 20
                     "fault kernel.lmb_property alpha 0x0 #2 enomem",        # 7
                     "left in L3"):
            self.assertIn(part, done.stdout)
        written = sorted(path for path in (self.folder / "found").iterdir()
                         if not path.name.endswith(".search.json"))
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

    def test_what_is_found_depends_neither_on_the_run_nor_on_the_processes(self):
        for arguments in ([FLOWS / "memory_remove.json"],
                          ["--kernel", "2.6.33", "--faults", "2", FLOWS / "processing_units.json"]):
            first, *others = [lparsim("explore", "--jobs", jobs, *arguments).stdout
                              for jobs in (1, 1, 2, 3)]
            for other in others:
                self.assertEqual(first, other)

    def test_shards_divide_the_search(self):
        flow = FLOWS / "memory_remove.json"
        whole = lparsim("explore", flow).stdout.splitlines()
        parts = [lparsim("explore", "--shard", f"{i}/3", flow).stdout.splitlines()
                 for i in (1, 2, 3)]
        self.assertEqual(counted(whole[0])[0] - 1, sum(counted(p[0])[0] - 1 for p in parts))
        faults = {line for line in whole if " fault " in line}
        self.assertTrue(faults)
        self.assertTrue(faults <= {line for p in parts for line in p if " fault " in line})

    def test_a_stopped_search_is_gone_on_with_and_ends_as_the_whole_one(self):
        arguments = ["--kernel", "6.1", "--faults", "2", FLOWS / "migration_stopped.json"]
        whole = lparsim("explore", *arguments).stdout.splitlines()
        out = ["--out", self.folder / "found"]
        done = lparsim("explore", "--budget", "0.5s", *out, *arguments)
        self.assertIn("(stopped, not complete)", done.stdout)
        self.assertIn("not covered: lists of ", done.stdout)
        again = lparsim("explore", *out, *arguments)           # it would be lost
        self.assertEqual((again.returncode, again.stderr.count("\n")), (2, 1), again.stderr)
        self.assertIn("--resume", again.stderr)
        for _ in range(100):
            done = lparsim("explore", "--budget", "1", "--resume", *out, *arguments)
            if "not complete" not in done.stdout:
                break
        found = [line for line in done.stdout.splitlines() if "written to" not in line]
        self.assertEqual(found, whole)
        other = lparsim("explore", "--resume", *out, "--kernel", "4.12", *arguments[2:])
        self.assertEqual((other.returncode, other.stderr.count("\n")), (2, 1), other.stderr)
        self.assertIn("another scenario", other.stderr)

    def test_a_damaged_state_is_refused(self):
        out = self.folder / "found"
        arguments = ["--resume", "--out", out, FLOWS / "offline_is_not_dlpar.json"]
        self.assertIn(lparsim("explore", *arguments).returncode, (0, 1))
        state = out / "offline_is_not_dlpar.search.json"
        good = state.read_text()
        for old, new in (('"kind"', '"sort"'), ('"version":1', '"version":2'), ("[[0,", "[[7,"),
                         ('"found":[', '"found":[[],'), ('"found":[', '"found":[[99999],'),
                         ('"shards":1', '"shards":2'), ("}", "")):
            state.write_text(good.replace(old, new))
            done = lparsim("explore", *arguments)
            if good.replace(old, new) == good or (old == "[[0," and done.returncode < 2):
                continue
            self.assertEqual(done.returncode, 2, (old, new))
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(str(state), done.stderr)

    def test_two_faults(self):
        one, two = (lparsim("explore", "--kernel", "fixed", "--faults", n, "--budget", "5",
                            FLOWS / "shut_down.json").stdout for n in (1, 2))
        self.assertGreater(counted(two.splitlines()[0])[0], counted(one.splitlines()[0])[0])

    def test_outcomes_of_equal_effect_are_left_out_and_counted(self):
        few, all_of_them = (lparsim("explore", *more, "--faults", "0", FLOWS / "cpu_add.json").stdout
                            for more in ([], ["--all-outcomes"]))
        kept, left_out = (int(few.split(word)[0].split()[-1].strip("("))
                          for word in (" outcomes", " of equal effect"))
        self.assertEqual(int(all_of_them.split(" outcomes")[0].split()[-1]), kept + left_out)
        self.assertNotIn("left out", all_of_them)

    def test_two_faults_anywhere_harm_nothing_on_the_level_without_defects(self):
        done = lparsim("explore", "--kernel", "fixed", "--faults", "2", "--jobs", "2",
                       FLOWS / "memory_remove.json", FLOWS / "cpu_add.json")
        self.assertEqual(done.returncode, 0, done.stdout)
        for line in done.stdout.splitlines():
            self.assertGreater(counted(line)[0], 20_000, line)

    def test_a_crash_of_the_simulator_is_a_violation_and_not_the_end(self):
        flow = FLOWS / "cpu_add.json"
        searching = subprocess.Popen([program.PROGRAM, "explore", "--kernel", "fixed", "--jobs",
                                      "2", "--faults", "2", "--budget", "20s", flow], text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(searching.kill)
        workers = []
        until = time.monotonic() + 20
        while len(workers) < 2 and time.monotonic() < until:
            workers = [pid for child in children(searching.pid) for pid in children(child)]
        time.sleep(0.5)                                        # they are at their lists
        workers = [pid for child in children(searching.pid) for pid in children(child)]
        os.kill(workers[0], signal.SIGSEGV)
        out, err = searching.communicate(timeout=120)
        self.assertEqual((searching.returncode, err), (1, ""), out)
        self.assertIn("SIMULATOR the simulator ended by signal 11", out)
        self.assertEqual(counted(out.splitlines()[0])[1], 1, out)

    def test_an_interruption_tells_what_was_found(self):
        searching = subprocess.Popen([program.PROGRAM, "explore", "--faults", "3",
                                      FLOWS / "cpu_add.json"], text=True, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
        self.addCleanup(searching.kill)
        time.sleep(1)
        searching.send_signal(signal.SIGINT)
        for child in children(searching.pid):
            os.kill(child, signal.SIGINT)                      # as a terminal does
        out, err = searching.communicate(timeout=60)
        self.assertEqual(err, "")
        self.assertIn("(stopped, not complete)", out)

    def test_a_budget_stops_it_and_it_says_so(self):
        done = lparsim("explore", "--faults", "3", "--budget", "0.2", FLOWS / "cpu_add.json")
        self.assertIn("(stopped, not complete)", done.stdout)
        self.assertIn("first faults", done.stdout)

    def test_a_table_of_firmware_and_kernels(self):
        profile = program.TOP / "scenarios/profiles/strict.json"
        done = lparsim("explore", "--firmware", f"phyp,qemu,{profile}", "--kernel", "6.1,fixed",
                       FLOWS / "memory_remove.json")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        rows = [line.split() for line in done.stdout.splitlines()[1:4]]
        self.assertEqual((rows[0], rows[2]), (["phyp", "qemu", "strict"], ["fixed", *"000"]))
        self.assertEqual((rows[1][0], "0" in rows[1][1:]), ("6.1", False))
        for column in rows[0]:                                # one trace for each
            self.assertEqual(done.stdout.count(f"6.1 on {column}\n"), 1)
        one = lparsim("explore", "--firmware", "qemu", "--kernel", "6.1",
                      FLOWS / "memory_remove.json").stdout.splitlines()
        self.assertEqual(counted(one[0])[1], int(rows[1][2]))
        self.assertIn("\n".join(one[1:4]), done.stdout)
        for wrong in (["--kernel", "6.1,none"], ["--firmware", "phyp,"],
                      ["--kernel", "6.1,fixed", "--out", self.folder / "out"]):
            done = lparsim("explore", *wrong, FLOWS / "shut_down.json")
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)

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
        for wrong in (["--faults", "9"], ["--faults", "-1"], ["--budget", "0"], ["--jobs", "0"],
                      ["--budget", "5x"], ["--shard", "0/2"], ["--shard", "3/2"],
                      ["--shard", "1"], ["--resume"]):
            self.assertEqual(lparsim("explore", *wrong, FLOWS / "cpu_add.json").returncode, 2)


if __name__ == "__main__":
    unittest.main()
