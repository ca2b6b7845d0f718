"""lparsim explain: from what the operator read down to firmware's answer."""
import unittest

import program
from program import FLOWS

ADD = "chhwres -m small -r proc -o a -p alpha --procs 1"


class Explain(program.ProgramTest):
    def explain(self, *arguments, **fields):
        done = program.lparsim("explain", *arguments, self.scenario(**fields))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_each_link_of_the_chain(self):
        chain = self.explain(
            steps=[{"hmc": ADD}],
            faults=[{"site": "rtas.set-indicator", "partition": "alpha", "nth": 2,
                     "outcome": "hardware_error"}]).splitlines()
        self.assertEqual(chain[0], ADD)
        self.assertTrue(chain[1].startswith("  exit status 1: HSCL294E"), chain[1])
        self.assertEqual(chain[2], '  <- OS return code 1 of "drmgr -c cpu -a -q 1 -w 5 -d 0"')
        self.assertEqual(chain[3], '  <- write of "cpu add index 0x10000010" to /sys/kernel/dlpar: '
                                   '-22 (EINVAL)')
        self.assertEqual(chain[5], "      <- RTAS set-indicator 0x2329 0x10000010: -1 (hardware "
                                   "error), a fault of the scenario (hardware_error)")
        self.assertIn("    <- kernel: pseries-hotplug-cpu: Failed to acquire DRC, rc: -5, drc index: "
                      "10000010", chain)
        self.assertIn("      <- RTAS set-indicator 0x232b 0x10000018: -3 (parameter error)", chain)

    def test_busy_is_no_failure_and_what_ends_well_needs_none(self):
        busy = [{"site": "rtas.set-indicator", "partition": "alpha", "outcome": "busy"}]
        self.assertEqual(self.explain(steps=[{"hmc": ADD}], faults=busy), "no command failed\n")

    def test_only_the_partition_that_was_asked_counts(self):
        other = ADD.replace("alpha", "beta")
        text = self.explain(
            steps=[{"parallel": [{"steps": [{"hmc": ADD}]}, {"steps": [{"hmc": other}]}]}],
            faults=[{"site": "kernel.connector_buffer", "partition": "beta",
                     "outcome": "enomem", "times": 0}])
        self.assertTrue(text.startswith(other), text)
        self.assertEqual(text.count("exit status"), 1)
        self.assertNotIn("0x1000001", text)                    # alpha's

    def test_the_hmc_alone_and_an_answer_that_never_came(self):
        text = self.explain(steps=[{"hmc": ADD.replace(" 1", " 4000")}])
        self.assertEqual(len(text.splitlines()), 2, text)
        done = program.lparsim("explain", FLOWS / "runs_into_its_time.json")
        self.assertIn('  <- no answer in time to "drmgr', done.stdout)
        done = program.lparsim("explain", FLOWS / "rmc_request_lost.json")
        self.assertIn("lost on the way", done.stdout)

    def test_the_kernel_level_shows_in_it(self):
        faults = [{"site": "rtas.set-indicator", "partition": "alpha", "nth": 2,
                   "outcome": "hardware_error"}]
        text = self.explain("--kernel", "fixed", steps=[{"hmc": ADD}], faults=faults)
        self.assertIn("-5 (EIO)", text)                        # 6.1 says EINVAL

    def test_bad_input(self):
        done = program.lparsim("explain", "none.json")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))


if __name__ == "__main__":
    unittest.main()
