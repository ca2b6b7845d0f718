"""chhwres reaches Debian's drmgr through RMC, and what cannot be is refused in one line."""
import json
import pathlib
import tempfile
import unittest

import real


class Agent(unittest.TestCase):
    def play(self, steps, agents, *options):
        scenario = {"kind": "scenario", "version": 1, "name": "agent",
                    "machine": str(real.MACHINES / "small.json"), "agents": agents, "steps": steps}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "scenario.json"
            path.write_text(json.dumps(scenario))
            return real.lparsim("run", *options, path)

    def test_the_whole_road(self):
        done = self.play(
            [{"hmc": "chhwres -m small -r proc -o r -p alpha --procs 1"},
             {"hmc": "chhwres -m small -r mem -o r -p alpha -q 512"},
             {"expect": {"agree": ["alpha"], "ledger": {"partitions": [
                 {"partition": "alpha", "units": 1, "lmbs": 14}]}}},
             {"hmc": "chhwres -m small -r proc -o a -p alpha --procs 1"},
             {"hmc": "chhwres -m small -r mem -o a -p alpha -q 512"},
             {"expect": {"agree": ["alpha"]}},
             {"hmc": "chhwres -m small -r mem -o r -p alpha -q 3840", "expect": {
                 "exit": 1, "stderr": {"contains": "HSCL"}}},
             {"in": "alpha", "run": "lsslot -c cpu", "expect": {"stdout": {"contains": "CPU 9"}}}],
            [{"partition": "alpha", "sysroot": str(real.SYSROOT)}])
        self.assertIn("1 passed, 0 failed", done.stdout, done.stdout[:2000] + done.stderr)

    def test_two_partitions_at_once_and_twice_the_same(self):
        branch = [{"hmc": "chhwres -m small -r mem -o a -p %s -q 256"}]
        steps = [{"parallel": [{"name": name, "steps": [{"hmc": branch[0]["hmc"] % name}]}
                               for name in ("alpha", "beta")]}, {"expect": {"agree": ["alpha",
                                                                                      "beta"]}}]
        agents = [{"partition": name, "sysroot": str(real.SYSROOT)} for name in ("alpha", "beta")]
        hashes = set()
        for _ in range(3):
            with tempfile.TemporaryDirectory() as folder:
                result = pathlib.Path(folder) / "result.json"
                done = self.play(steps, agents, "--result", result)
                self.assertIn("1 passed, 0 failed", done.stdout, done.stdout + done.stderr)
                hashes.add(json.loads(result.read_text())["scenarios"][0]["log_hash"])
        self.assertEqual(len(hashes), 1, "the same run leaves the same log")

    def test_what_cannot_be(self):
        for agent, part in (({"partition": "nobody"}, "/agents/0/partition"),
                            ({"partition": "delta"}, "partition with Linux"),
                            ({"sysroot": "/nowhere"}, "/agents/0/sysroot"),
                            ({"more": 1}, "/agents/0")):
            whole = {"partition": "alpha", "sysroot": str(real.SYSROOT), **agent}
            done = self.play([{"wait": "rest"}], [whole])
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(part, done.stderr)


if __name__ == "__main__":
    real.main(unittest, sysroot=True)
