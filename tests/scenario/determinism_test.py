"""The same scenario leaves the same event log: in two processes, and as a second episode."""
import json
import unittest
import xml.etree.ElementTree

from program import FLOWS, ProgramTest, lparsim


class Determinism(ProgramTest):
    def test_two_processes(self):
        _, first = self.run_result("--jobs", "2", FLOWS)
        _, second = self.run_result("--jobs", "1", FLOWS)
        hashes = {one["name"]: one["log_hash"] for one in first}
        self.assertEqual(hashes, {one["name"]: one["log_hash"] for one in second})
        self.assertEqual(len(hashes), len(list(FLOWS.glob("*.json"))))
        self.assertEqual(len(set(hashes.values())), len(hashes), "different flows, equal logs")

    def test_second_episode(self):
        done, results = self.run_result("--episodes", "2", FLOWS)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual({one["episodes"] for one in results}, {2})

    def test_the_log_has_every_event(self):
        log = self.folder / "log"
        done, results = self.run_result("--log", log, FLOWS / "cpu_add.json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        self.assertEqual(len(lines) - 1, results[0]["events"])
        self.assertEqual([line["t"] for line in lines[1:]], sorted(l["t"] for l in lines[1:]))

    def test_junit_is_xml(self):
        report = self.folder / "junit.xml"
        done = lparsim("run", "--junit", report, FLOWS / "cpu_add.json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
        self.assertEqual(suite.get("tests"), "1")


if __name__ == "__main__":
    unittest.main()
