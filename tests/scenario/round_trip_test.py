"""A machine imported from captured HMC output prints the captured bytes, from the running world:
at rest, after each add with its matching remove, and with one change only its fields differ."""
import json
import os
import pathlib
import tempfile
import unittest

from program import TOP, ProgramTest, lparsim

DATA = TOP / "tests/data"
OWN = DATA / "hmc-own"
SHARED = pathlib.Path(os.environ.get("LPARSIM_SHARED", TOP.parent / "shared"))
TRANSCRIPTS = SHARED / "reference/hmc-transcripts.json"


def listing(text):
    """The command of a capture and what it printed."""
    command, _, output = text.partition("\n")
    return command.removeprefix("$ "), output.strip("\n")


def is_modelled(command):
    """Listings that the simulator has; others are named at import and skipped."""
    others = ("sriov", "vnic", "mempool", "-r frame")
    return command.startswith(("lssyscfg", "lshwres")) and not any(o in command for o in others)


class RoundTrip(ProgramTest):
    def prepare(self, captures):
        """Imports the captures (text by file name) and keeps those that are listings."""
        folder = self.folder / "captures"
        folder.mkdir()
        for name, text in captures.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        self.machine = self.folder / "machine.json"
        done = lparsim("import", "hmc", folder, "-o", self.machine)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.listings = [listing(text) for text in captures.values()]
        self.listings = [(c.rstrip("\r"), out.replace("\r", "").strip("\n"))
                         for c, out in self.listings if not out.startswith("HSCL")]

    def assert_prints_the_captures(self, *changes):
        for command, captured in self.listings:
            done = lparsim("hmc", self.machine, *changes, command)
            self.assertEqual((done.returncode, done.stderr), (0, ""), changes)
            self.assertEqual(done.stdout.strip("\n"), captured, command)

    def print_all(self, *changes):
        return {command: lparsim("hmc", self.machine, *changes, command).stdout.strip("\n")
                for command, _ in self.listings}

    def round_trip(self, system, partition, amounts):
        self.assert_prints_the_captures()
        pairs = [
            f"chhwres -m {system} -o {op} -p {partition} {amount}"
            for amount in amounts for op in ("a", "r")
        ]
        self.assert_prints_the_captures(*pairs)

    def own_captures(self, name="hmc-own"):
        return {file.name: file.read_text(encoding="utf-8")
                for file in sorted((DATA / name).glob("*.txt"))}

    def test_own_machine(self):
        self.prepare(self.own_captures())
        self.round_trip("orchard", "apple", ["-r proc --procs 1", "-r mem -q 512"])

    def test_chosen_fields(self):
        self.prepare(self.own_captures("hmc-parts"))
        self.round_trip("quarry", "flint", [])

    def test_odd_machine(self):
        self.prepare(self.own_captures("hmc-odd"))
        self.listings = [(c, out) for c, out in self.listings if "vnic" not in c]
        self.assert_prints_the_captures()
        before = self.print_all()
        system = "-m 9117-MMB*10A1B2C"
        pair = [f"chhwres {system} -r mem -o {op} -p heron -q 256" for op in ("a", "r")]
        self.assertEqual(self.print_all(*pair), before)

    def test_a_listing_that_the_console_refuses(self):
        folder = self.own_captures("hmc-odd")
        refused = folder["serial.txt"]
        self.prepare(folder)
        done = lparsim("hmc", self.machine, listing(refused)[0])
        self.assertEqual((done.returncode, (done.stdout + done.stderr).strip("\n")),
                         (1, listing(refused)[1]))

    def test_what_is_free_moves_where_no_listing_tells_who_has_the_rest(self):
        listings = "lshwres -r mem -m pier --level sys", "lshwres -r proc -m pier --level sys"
        self.prepare({
            "lpar.txt": "$ lssyscfg -r lpar -m pier\n"
                        "name=gull,lpar_id=4,lpar_env=aixlinux,state=Running,rmc_state=active\n",
            "mem.txt": f"$ {listings[0]}\nconfigurable_sys_mem=65536,curr_avail_sys_mem=30720,"
                       "installed_sys_mem=65536,sys_firmware_mem=1536,mem_region_size=256\n",
            "proc.txt": f"$ {listings[1]}\nconfigurable_sys_proc_units=8.0,"
                        "curr_avail_sys_proc_units=3.35,installed_sys_proc_units=10.0\n"})
        self.round_trip("pier", "gull", ["-r mem -q 512", "-r proc --procs 1"])
        for number, change, before, after in ((0, "-r mem -q 512", "30720", "30208"),
                                              (1, "-r proc --procs 2", "=3.35", "=1.35")):
            done = lparsim("hmc", self.machine, f"chhwres -m pier -o a -p gull {change}",
                           listings[number])
            captured = dict(self.listings)[listings[number]]
            self.assertEqual(done.stdout.strip("\n"), captured.replace(before, after))

    def test_a_machine_without_partitions(self):
        self.prepare({"sys.txt": "$ lssyscfg -r sys\nname=cellar,type_model=9105-22A,"
                                 "serial_num=7812349,state=No Connection,mood=null\n"})
        self.assert_prints_the_captures()

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
    def test_each_capture_alone(self):
        """Every generation, every form: whole listings, -F, --filter, without companions."""
        records = json.loads(TRANSCRIPTS.read_text(encoding="utf-8"))
        compared = 0
        for record in records:
            command = record["command"].replace("<system>", "sys1")
            command = command.replace(" (system state Power Off)", "")
            if not is_modelled(command) or "cut" in record.get("note", ""):
                continue
            with self.subTest(record["id"]), tempfile.TemporaryDirectory() as name:
                machine = pathlib.Path(name) / "machine.json"
                folder = pathlib.Path(name) / "captures"
                folder.mkdir()
                text = f"$ {command}\n{record['output']}"
                (folder / "one.txt").write_text(text, encoding="utf-8")
                done = lparsim("import", "hmc", folder, "-o", machine)
                if done.returncode == 2:   # a message about what was typed tells nothing
                    self.assertIn("no capture names a system or a partition", done.stderr)
                    continue
                self.assertEqual(done.returncode, 0, done.stderr)
                printed = lparsim("hmc", machine, command)
                found = (printed.stdout + printed.stderr).strip("\n")
                self.assertEqual(found, record["output"].strip("\n"), command)
                compared += 1
        self.assertGreater(compared, 40)

    @unittest.skipUnless(TRANSCRIPTS.exists(), "no captures beside the repository")
    def test_captured_system(self):
        records = json.loads(TRANSCRIPTS.read_text(encoding="utf-8"))[:12]
        self.prepare({f"{r['id']}.txt": f"$ {r['command']}\n{r['output']}" for r in records})
        self.round_trip("9131-52A-6535CCG", "nim1",
                        ["-r mem -q 256", "-r proc --procunits 0.1", "-r proc --procs 1"])


if __name__ == "__main__":
    unittest.main()
