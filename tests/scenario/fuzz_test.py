"""Damaged scenarios: exit status 0, 1 or 2, one line on stderr when it is 2, never a signal."""
import json
import os
import random
import unittest

from program import FLOWS, MACHINE, ProgramTest, lparsim

ROUNDS = int(os.environ.get("LPARSIM_FUZZ_ROUNDS", "60"))
VALUES = [None, True, -1, 0, 2**63, 2**64, 1.5, 1e308, "", "\u0000", "a\nb", "é", [], {}, [[]],
          {"x": 1}, "L1a", "alpha", "0x1"]


def places(value, path=()):
    """Every place inside a JSON value, the value itself left out."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield path + (key,)
        if isinstance(inner, (dict, list)):
            yield from places(inner, path + (key,))


def damage_value(chance, value):
    path = chance.choice(list(places(value)))
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    kind = chance.randrange(3)
    if kind == 0:
        parent[path[-1]] = chance.choice(VALUES)
    elif kind == 1:
        del parent[path[-1]]
    elif isinstance(parent, dict):
        parent[str(path[-1]) + "x"] = parent.pop(path[-1])
    else:
        parent.append(chance.choice(VALUES))
    return json.dumps(value).encode()


def damage_bytes(chance, text):
    data = bytearray(text)
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data[:chance.randint(1, len(data))] if chance.randrange(2) else data)


class Fuzz(ProgramTest):
    def check(self, path, seed):
        done = lparsim("run", path)
        self.assertIn(done.returncode, (0, 1, 2), f"seed {seed}\n{done.stderr}")
        self.assertNotIn("ended by signal", done.stdout, f"seed {seed}\n{done.stderr}")
        if done.returncode == 2:
            self.assertEqual(len(done.stderr.splitlines()), 1, f"seed {seed}\n{done.stderr}")

    def test_damaged_scenarios(self):
        flows = sorted(FLOWS.glob("*.json"))
        for seed in range(ROUNDS):
            chance = random.Random(seed)
            whole = json.loads(chance.choice(flows).read_text())
            whole["machine"] = str(MACHINE)
            path = self.folder / "damaged.json"
            if seed % 3 == 0:
                path.write_bytes(damage_bytes(chance, json.dumps(whole).encode()))
            else:
                path.write_bytes(damage_value(chance, whole))
            self.check(path, seed)

    def test_damaged_profiles(self):
        profiles = sorted((FLOWS / "../profiles").glob("*.json"))
        for seed in range(ROUNDS // 2):
            chance = random.Random(seed)
            profile = self.folder / "profile.json"
            whole = json.loads(chance.choice(profiles).read_text())
            profile.write_bytes(damage_value(chance, whole))
            self.check(self.scenario(firmware=str(profile)), seed)

    def test_damaged_machines(self):
        for seed in range(ROUNDS // 2):
            chance = random.Random(seed)
            machine = self.folder / "machine.json"
            machine.write_bytes(damage_value(chance, json.loads(MACHINE.read_text())))
            self.check(self.scenario(machine=str(machine)), seed)


if __name__ == "__main__":
    unittest.main()
