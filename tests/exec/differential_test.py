"""Our drmgr and lsslot against Debian's, unmodified, in the same simulated partitions: exit status,
stdout, stderr, and all that happened on the way, in its order: RTAS calls with arguments and answers,
connector states, kernel messages, CPUs, memory, device tree.

A command that differs is a defect of ours, or stands in known_differences.json with the reason; one
that stands there and does not differ is a failure too."""
import concurrent.futures
import json
import os
import pathlib
import tempfile
import unittest

import real

HERE = pathlib.Path(__file__).parent
SEEN = {"rtas_entry", "rtas_reply", "drc_state", "kernel_message", "cpu_online", "cpu_offline",
        "memory_online", "memory_offline", "tree_add", "tree_remove", "tree_update", "assign",
        "partition_state"}
# Which powerpc-utils LPARSIM_SYSROOT holds.
USERLAND = os.environ.get("LPARSIM_USERLAND", "1.3.10")
# Which argument is where the program put its work area.
WORK_AREA = {"ibm,configure-connector": "arg0", "ibm,get-system-parameter": "arg1",
             "ibm,set-system-parameter": "arg1"}


def kernel_of(name):
    """A kernel level, or a file of scenarios/kernels by its name."""
    path = real.TOP / "scenarios/kernels" / (name + ".json")
    return str(path) if path.exists() else name


def play(shape, commands, real_ones):
    """What each command did: {"command", "exit", "stdout", "stderr", "events"}."""
    scenario = {"kind": "scenario", "version": 1, "name": "differential",
                "machine": str(real.MACHINES / (shape["machine"] + ".json")),
                "firmware": shape["firmware"], "kernel": kernel_of(shape["kernel"]),
                "userland": USERLAND,
                "steps": [{"in": shape["partition"], "run": line} for line in commands]}
    if real_ones:
        scenario["agents"] = [{"partition": shape["partition"], "sysroot": str(real.SYSROOT)}]
    with tempfile.TemporaryDirectory() as folder:
        path, log = pathlib.Path(folder) / "scenario.json", pathlib.Path(folder) / "log"
        path.write_text(json.dumps(scenario))
        done = real.lparsim("run", "--log", log, path)
        if not log.exists():
            raise AssertionError(done.stdout + done.stderr)
        return list(by_command(log.read_text().splitlines()))


def by_command(lines):
    present = None
    for line in lines:
        event = json.loads(line)
        kind = event.get("kind")
        if kind == "process_start":
            present = {"command": event["command"], "events": []}
        elif kind == "process_exit":
            present.update({k: event[k] for k in ("exit", "stdout", "stderr")})
            yield present
            present = None
        elif present is not None and kind in SEEN:
            event.pop(WORK_AREA.get(event.get("call")), None)
            present["events"].append({k: v for k, v in event.items() if k not in ("t", "actor")})


def first_difference(ours, theirs):
    for part in ("exit", "stdout", "stderr"):
        if ours[part] != theirs[part]:
            return f"{part}: ours {ours[part]!r}, theirs {theirs[part]!r}"
    for number, (one, two) in enumerate(zip(ours["events"], theirs["events"])):
        if one != two:
            return f"event {number}: ours {one}, theirs {two}"
    if len(ours["events"]) != len(theirs["events"]):
        longer = max(ours, theirs, key=lambda side: len(side["events"]))["events"]
        at = min(len(ours["events"]), len(theirs["events"]))
        return f"event {at}: only one of us has {longer[at]}"
    return None


class Differential(unittest.TestCase):
    def test_ours_does_what_debians_does(self):
        groups = json.loads((HERE / "commands.json").read_text())
        known = json.loads((HERE / "known_differences.json").read_text())
        jobs = [(group["shape"], group["lines"]) for group in groups]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda job: [play(*job, side) for side in (False, True)], jobs))
        expected = {(entry.get("kernel", "any"), entry["command"]): entry["why"] for entry in known}
        differ, compared = {}, 0
        for (shape, _), (ours, theirs) in zip(jobs, results):
            self.assertEqual([o["command"] for o in ours], [t["command"] for t in theirs])
            for one, two in zip(ours, theirs):
                compared += 1
                found = first_difference(one, two)
                if found is None:
                    continue
                kernels = [k for k in (shape["kernel"], "any") if (k, one["command"]) in expected]
                key = (kernels[0] if kernels else shape["kernel"], one["command"])
                differ.setdefault(key, f"{shape}: {found}")
        print(f"{compared} commands on {len(jobs)} machines")
        for key, found in differ.items():
            with self.subTest(differs=key):
                self.assertIn(key, expected, found)
        for key in expected:
            with self.subTest(known=key):
                self.assertIn(key, differ, "it does not differ any more: take it off the list")
        self.assertGreaterEqual(len({line for group in groups for line in group["lines"]}), 60)


if __name__ == "__main__":
    real.main(unittest, sysroot=True)
