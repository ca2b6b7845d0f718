"""A crash of the simulation is a result, wherever the scenario runs."""
import os
import pathlib
import signal
import subprocess
import time
import unittest

import program

FLOW = str(program.TOP / "scenarios" / "flows" / "cpu_add.json")
# Longer than any test takes; the crash comes first.
LONG = ["run", FLOW, "--episodes", "1000000"]
PATIENCE_SECONDS = 30


def wait_for(found):
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        got = found()
        if got:
            return got
        time.sleep(0.01)
    raise AssertionError("it did not come in time")


def catches(pid, number):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return int(line.split()[1], 16) >> (number - 1) & 1
    return 0


def children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


class Crash(unittest.TestCase):
    def start(self, *more, **environment):
        running = subprocess.Popen([program.PROGRAM, *LONG, *more], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, **environment})
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        return running

    def crash_the_child(self, running, number):
        child = int(wait_for(lambda: children(running.pid))[0])
        os.kill(child, number)
        out, err = running.communicate(timeout=PATIENCE_SECONDS)
        self.assertIn(f"the simulator itself ended by signal {number}", out)
        self.assertEqual(err, "")
        self.assertEqual(running.returncode, 1)

    def test_one_scenario_has_no_process_of_its_own_until_it_crashes(self):
        for number in (signal.SIGSEGV, signal.SIGABRT):
            running = self.start()
            wait_for(lambda: catches(running.pid, number))
            self.assertEqual(children(running.pid), [])
            os.kill(running.pid, number)
            self.crash_the_child(running, number)

    def test_isolation_by_hand(self):
        self.crash_the_child(self.start(LPARSIM_ISOLATE="1"), signal.SIGBUS)

    def test_the_wish_for_isolation_wins_over_an_older_setting(self):
        running = self.start(LPARSIM_ISOLATE="0")
        wait_for(lambda: catches(running.pid, signal.SIGSEGV))
        os.kill(running.pid, signal.SIGSEGV)
        self.crash_the_child(running, signal.SIGSEGV)


if __name__ == "__main__":
    unittest.main()
