"""A machine imported from captured HMC output prints the captured bytes, from the running world:
at rest, after each add with its matching remove, and with one change only its fields differ."""
import json
import os
import pathlib
import unittest

from program import TOP, ProgramTest, lparsim

OWN = TOP / "tests/data/hmc-own"
SHARED = pathlib.Path(os.environ.get("LPARSIM_SHARED", TOP.parent / "shared"))
TRANSCRIPTS = SHARED / "reference/hmc-transcripts.json"


def listing(text):
    """The command of a capture and what it printed."""
    command, _, output = text.partition("\n")
    return command.removeprefix("$ "), output.strip("\n")


class RoundTrip(ProgramTest):
    def prepare(self, captures):
        """Imports the captures (text by file name) and keeps those that are listings."""
        folder = self.folder / "captures"
        folder.mkdir()
        for name, text in captures.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.machine = self.folder / "machine.json"
        done = lparsim("import", "hmc", folder, "-o", self.machine)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.listings = [listing(text) for text in captures.values()]
        self.listings = [(c, out) for c, out in self.listings if not out.startswith("HSCL")]

    def assert_prints_the_captures(self, *changes):
        for command, captured in self.listings:
            done = lparsim("hmc", self.machine, *changes, command)
            self.assertEqual((done.returncode, done.stderr), (0, ""), changes)
            self.assertEqual(done.stdout.strip("\n"), captured, command)

    def round_trip(self, system, partition, amounts):
        self.assert_prints_the_captures()
        pairs = [
            f"chhwres -m {system} -o {op} -p {partition} {amount}"
            for amount in amounts for op in ("a", "r")
        ]
        self.assert_prints_the_captures(*pairs)

    def own_captures(self):
        return {file.name: file.read_text(encoding="utf-8") for file in sorted(OWN.glob("*.txt"))}

    def test_own_machine(self):
        self.prepare(self.own_captures())
        self.round_trip("orchard", "apple", ["-r proc --procs 1", "-r mem -q 512"])

    def test_one_change_alters_only_its_fields(self):
        self.prepare(self.own_captures())
        change = "chhwres -m orchard -r mem -o a -p apple -q 512"
        changed = set()
        for command, captured in self.listings:
            now = lparsim("hmc", self.machine, change, command).stdout.strip("\n")
            for before, after in zip(captured.split(","), now.split(","), strict=True):
                if before != after:
                    changed.add(after.partition("=")[0])
        self.assertEqual(changed, {"curr_mem", "pend_mem", "run_mem", "curr_avail_sys_mem",
                                   "pend_avail_sys_mem"})

    @unittest.skipUnless(TRANSCRIPTS.exists(), "no captures beside the repository")
    def test_captured_system(self):
        records = json.loads(TRANSCRIPTS.read_text(encoding="utf-8"))[:12]
        self.prepare({f"{r['id']}.txt": f"$ {r['command']}\n{r['output']}" for r in records})
        self.round_trip("9131-52A-6535CCG", "nim1",
                        ["-r mem -q 256", "-r proc --procunits 0.1", "-r proc --procs 1"])


if __name__ == "__main__":
    unittest.main()
