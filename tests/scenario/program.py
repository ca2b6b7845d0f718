"""What the tests of the built program share: program and repository come from the environment."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["LPARSIM_PROGRAM"]
TOP = pathlib.Path(os.environ["LPARSIM_TOP"])
FLOWS = TOP / "scenarios/flows"
MACHINE = TOP / "scenarios/machines/small.json"


def lparsim(*arguments, cwd=None, timeout=120):
    environment = dict(os.environ, SYSTEMC_DISABLE_COPYRIGHT_MESSAGE="1")
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          errors="replace", timeout=timeout, cwd=cwd, env=environment, check=False)


class ProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def scenario(self, **fields):
        """Writes a scenario of one step and gives its path; a field None is left out."""
        whole = {"kind": "scenario", "version": 1, "name": "test", "machine": str(MACHINE),
                 "steps": [{"wait": "rest"}], **fields}
        path = self.folder / "scenario.json"
        path.write_text(json.dumps({k: v for k, v in whole.items() if v is not None}))
        return path

    def run_result(self, *arguments):
        """The scenarios of the result file of one run."""
        path = self.folder / "result.json"
        done = lparsim("run", "--result", path, *arguments)
        self.assertTrue(path.exists(), done.stderr)
        return done, json.loads(path.read_text())["scenarios"]
