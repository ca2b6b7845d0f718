"""Every mistake in a scenario: exit status 2 and one line that names file, place and what is allowed."""
import json
import os
import subprocess
import unittest

from program import FLOWS, MACHINE, PROGRAM, ProgramTest, lparsim

# field of the scenario, its value, what the line must say
MISTAKES = [
    ("version", 2, ": /version: "),
    ("kind", "machine", ": /kind: "),
    ("steps", None, '"steps" is missing'),
    ("step", [], "unknown key"),
    ("machine", "nowhere.json", ': /machine: found "nowhere.json"'),
    ("steps", [{"hmcc": "x"}], '/hmcc: unknown key "hmcc", allowed are hmc, in,'),
    ("seed", -1, ": /seed: "),
    ("seed", 1.5, ": /seed: "),
    ("kernel", "9.9", "allowed are 2.6.33, 4.12, 6.1, 6.12, fixed"),
    ("firmware", "bios", "allowed are"),
    ("limits", {"simulated_s": 0}, ": /limits/simulated_s: "),
    ("steps", [{}], ": /steps/0: this step says nothing to do"),
    ("steps", [{"hmc": 1}], ": /steps/0/hmc: "),
    ("steps", [{"hmc": "x", "expect": {"exit": 256}}], ": /steps/0/expect/exit: "),
    ("steps", [{"in": "nobody", "run": "ls"}], ": /steps/0/in: "),
    ("steps", [{"in": "delta", "run": "ls"}], "a partition that runs Linux"),
    ("steps", [{"wait": "forever"}], ": /steps/0/wait: "),
    ("steps", [{"parallel": [{"steps": [{"wait": "rest"}]}]}], ": /steps/0/parallel/0/steps/0: "),
    ("steps", [{"hmc": "x", "expect": {"stdout": {"matches": "("}}}], "no regular expression"),
    ("steps", [{"expect": {"drc": [{"partition": "alpha", "drc": "1", "state": "L9"}]}}], "L1b, "),
    ("steps", [{"expect": {"events": [{"kind": "party"}]}}], "a kind of event"),
    ("steps", [{"expect": {"events": [{"kind": "hmc_reply", "fields": {"x": 1}}]}}], "exit"),
    ("steps", [{"expect": {"file": [{"partition": "alpha", "path": "/x", "hex": "0"}]}}], "/hex: "),
    ("steps", [{"expect": {"file": [{"partition": "alpha", "path": "x"}]}}], "absolute path"),
    ("steps", [{"expect": {"ledger": {"system": "big"}}}], 'found "big", allowed is a managed system'),
    ("other_machines", "spare.json", ": /other_machines: "),
    ("other_machines", ["nowhere.json"], ': /other_machines/0: found "nowhere.json"'),
    ("other_machines", [str(MACHINE)], ": /other_machines/0: the managed system small is there twice"),
    ("expect_violations", [{"invariant": "LUCK"}], "OWN, AGREE"),
    ("faults", [{"site": "nowhere", "outcome": "x"}], "never asked for"),
]


class BadInput(ProgramTest):
    def test_each_mistake_is_one_line_and_exit_status_2(self):
        for field, value, said in MISTAKES:
            with self.subTest(field=field, value=value):
                done = lparsim("run", self.scenario(**{field: value}))
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn(said, done.stderr)

    def test_a_duplicate_key_is_a_mistake(self):
        path = self.scenario()
        path.write_text(path.read_text().replace('"kind"', '"name": "twice", "kind"'))
        done = lparsim("run", path)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_scenario_that_never_ends(self):
        steps = [{"rmc": {"partition": "alpha", "connected": False}}, {"wait": {"rmc": "alpha"}}]
        done = lparsim("run", self.scenario(steps=steps, limits={"simulated_s": 600}))
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("did not end within 600 s", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_scenario_that_goes_round_for_ever(self):
        """Firmware that is busy for ever: no time limit is reached within a life time."""
        faults = [{"site": "rtas.set-indicator", "outcome": "busy", "times": 0}]
        steps = [{"wait": "rest"}, {"hmc": "chhwres -r proc -m small -o a -p alpha --procs 1"}]
        lines = set()
        for _ in range(2):
            done = lparsim("run", self.scenario(faults=faults, steps=steps,
                                                limits={"simulated_s": 31622400}))
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertIn(": /steps/1: it does not end: 20000001 steps of actors", done.stderr)
            self.assertIn("allowed are 20000000; at work: p1:drmgr[", done.stderr)
            lines.add(done.stderr)
        self.assertEqual(len(lines), 1)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_boot_that_takes_longer_than_allowed(self):
        done = lparsim("run", self.scenario(limits={"simulated_s": 1}))
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn(": /machine: the boot of the machine: it did not end within 1 s", done.stderr)

    def test_a_branch_of_very_many_steps_that_take_no_time(self):
        rmc = [{"rmc": {"partition": "alpha", "connected": i % 2 == 1}} for i in range(100_000)]
        done = lparsim("run", self.scenario(steps=[{"parallel": [{"steps": rmc}]}]))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def check_one_line(self, said, *arguments):
        done = lparsim(*arguments)
        self.assertEqual(done.returncode, 2, f"{arguments} {done.stderr}")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(said, done.stderr)

    def test_what_is_no_regular_file_is_never_waited_for(self):
        pipe = self.folder / "pipe.json"
        os.mkfifo(pipe)
        for path in (pipe, "/dev/zero"):
            self.check_one_line("this is no regular file", "run", path)
            self.check_one_line("this is no regular file", "run", self.scenario(machine=str(path)))
        (self.folder / "a.json").symlink_to("b.json")
        (self.folder / "b.json").symlink_to("a.json")
        self.check_one_line("a.json: ", "run", self.folder / "a.json")
        self.check_one_line(": /machine: ", "run", self.scenario(machine="a.json"))

    def test_mistakes_in_a_firmware_profile(self):
        path = self.folder / "profile.json"
        mistakes = [({"rtas_latency_ns": -1}, ": /rtas_latency_ns: "),
                    ({"drc": {"luck": 1}}, ': /drc/luck: unknown key "luck"'),
                    ({"pci": {"eeh": "maybe"}}, ": /pci/eeh: "),
                    ({"base": "bios"}, ": /base: "),
                    ({"latencies_ns": {"magic": 5}}, ": /latencies_ns/magic: "),
                    ({"tree": {"reference_points": [5], "associativity_levels": 2}},
                     ": /tree/reference_points: found 5, allowed is at most 2")]
        for fields, said in mistakes:
            whole = {"kind": "profile", "version": 1, "name": "mine", **fields}
            path.write_text(json.dumps(whole))
            self.check_one_line("profile.json" + said, "run", FLOWS, "--firmware", path)
            self.check_one_line("profile.json" + said, "run", self.scenario(firmware=str(path)))
            done = lparsim("check", path)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
        self.check_one_line("allowed are phyp, qemu and", "run", FLOWS, "--firmware", "bios")
        self.check_one_line(": /firmware: found", "run", self.scenario(firmware="bios"))

    def test_a_folder_with_nothing_in_it(self):
        empty = self.folder / "empty"
        empty.mkdir()
        self.check_one_line("no scenario found", "run", empty)
        self.check_one_line("no JSON file found", "check", empty)

    def test_bytes_that_are_no_json(self):
        text = self.scenario().read_bytes()
        path = self.folder / "bytes.json"
        for bad in (text + b"\0", text.replace(b'"test"', b'"t\0"'), text.replace(b'test', b"\xff"),
                    text + b"{}", text[:40], b"", b"[" * 100_000, text.decode().encode("utf-16")):
            path.write_bytes(bad)
            self.check_one_line("bytes.json: ", "run", path)

    def test_a_name_cannot_break_the_line(self):
        self.check_one_line("a\\x0ab\\x1b[2J", "run", self.scenario(machine="a\nb\x1b[2J"))

    def test_output_that_cannot_be_written(self):
        scenario = self.scenario()
        for option in ("--result", "--junit", "--log"):
            for path in (self.folder / "no/such", "/dev/full", self.folder, ""):
                done = lparsim("run", option, path, scenario)
                self.assertEqual(done.returncode, 2, f"{option} {path} {done.stderr}")
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["scenario.json"])
        for arguments in (["run", scenario], ["schema", "scenario"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=full, text=True,
                                      stderr=subprocess.PIPE, timeout=120, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(done.stderr, "lparsim: stdout: cannot write: No space left on device\n")

    def test_seeds_out_of_range(self):
        for seed in ("-1", "1e5", str(2**63), "x", ""):
            self.check_one_line("seed", "run", "--seed", seed, self.scenario())

    def test_regular_expressions_of_any_size(self):
        def matching(pattern, text="x"):
            step = {"in": "alpha", "run": "echo " + text, "expect": {"stdout": {"matches": pattern}}}
            return self.scenario(steps=[step])
        self.check_one_line("allowed are 1000", "run", matching("(" * 20_000 + ")" * 20_000))
        self.assertEqual(lparsim("run", matching("^(a|b)*", "a" * 60_000)).returncode, 0)
        for text in ("a" * 60_000, "a" * 200_000):
            done = lparsim("run", matching("^(a|b)*c", text))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertNotIn("ended by signal", done.stdout)

    def test_wrong_options_and_paths(self):
        for arguments in (["run"], ["run", self.folder / "none"], ["fly"],
                          ["schema", "cake"], ["run", "--jobs", "0", self.scenario()],
                          ["run", "--result", self.folder / "no/such", self.scenario()]):
            done = lparsim(*arguments)
            self.assertEqual(done.returncode, 2, f"{arguments} {done.stderr}")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


class Failing(ProgramTest):
    """Expectations can fail: each of these passes only because the scenario is judged."""

    CASES = [
        [{"hmc": "lssyscfg -r sys", "expect": {"exit": 7}}],
        [{"hmc": "lssyscfg -r sys", "expect": {"stdout": "no such system"}}],
        [{"in": "alpha", "run": "no_such_program"}],
        [{"expect": {"file": [{"partition": "alpha", "path": "/proc/nothing"}]}}],
        [{"expect": {"tree": [{"partition": "alpha", "node": "/cpus", "absent": True}]}}],
        [{"expect": {"ledger": {"free_lmbs": 16777215}}}],
        [{"expect": {"drc": [{"partition": "alpha", "drc": "0x1fffffff", "state": "L4"}]}}],
        [{"expect": {"events": [{"kind": "kernel_bug"}]}}],
    ]

    def test_a_failed_expectation_is_exit_status_1(self):
        for steps in self.CASES:
            with self.subTest(steps=steps):
                done = lparsim("run", self.scenario(steps=steps))
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertIn("0 passed, 1 failed", done.stdout)

    def test_a_violation_that_does_not_appear_fails(self):
        done = lparsim("run", self.scenario(expect_violations=[{"invariant": "CRASH"}]))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
