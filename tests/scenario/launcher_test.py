"""The launcher builds each target once, when it is first needed; a cmake of ours stands in."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(os.environ["LPARSIM_TOP"])
FOLDERS = ["sim", "models", "firmware", "hmc", "bench", "cmake", "packaging"]
FILES = ["CMakeLists.txt", "CMakePresets.json", "packaging/debian-packages.txt"]
# "Builds" a target: a script that says its name and its arguments, in the target's own place.
CMAKE = """#!/bin/bash
echo "$*" >>"$LPARSIM_BUILDS"
if [[ $1 == --preset ]]; then mkdir -p build/$2; : >build/$2/build.ninja; exit 0; fi
[[ -e $LPARSIM_BUILDS.broken ]] && exit 1
for target in "${@:5}"; do
  case $target in
    lparsim) program=build/release/sim/cli/lparsim ;;
    lparsim_bench) program=build/release/bench/lparsim_bench ;;
    *) exit 1 ;;
  esac
  mkdir -p "$(dirname $program)"
  printf '#!/bin/bash\\necho %s "$@"\\n' $target >$program
  chmod +x $program
done
"""


class Launcher(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name) / "clone"
        for name in FOLDERS:
            (self.top / name).mkdir(parents=True)
        for name in FILES:
            (self.top / name).touch()
        shutil.copy(TOP / "lparsim", self.top / "lparsim")
        tools = pathlib.Path(folder.name) / "tools"
        tools.mkdir()
        (tools / "cmake").write_text(CMAKE)
        (tools / "cmake").chmod(0o755)
        self.builds = pathlib.Path(folder.name) / "builds"
        self.environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}",
                                LPARSIM_BUILDS=str(self.builds), LPARSIM_NO_INSTALL="1")

    def start(self, *arguments):
        return subprocess.run([self.top / "lparsim", *arguments], capture_output=True, text=True,
                              timeout=60, env=self.environment, check=False)

    def built(self):
        """Targets in the order in which they were built."""
        lines = self.builds.read_text().splitlines() if self.builds.exists() else []
        return [line.split("--target ")[1] for line in lines if "--target" in line]

    def bench_program(self):
        return self.top / "build/release/bench/lparsim_bench"

    def test_the_program_is_built_once_and_gets_the_arguments(self):
        for _ in range(2):
            done = self.start("run", "a b")
            self.assertEqual((done.returncode, done.stdout), (0, "lparsim run a b\n"), done.stderr)
        self.assertEqual(self.built(), ["lparsim"])

    def test_bench_after_run_builds_the_benchmark(self):
        self.start("run", "x")
        self.assertFalse(self.bench_program().exists())
        for _ in range(2):
            self.assertEqual(self.start("bench").returncode, 0)
            self.assertTrue(self.bench_program().exists())
        self.assertEqual(self.built(), ["lparsim", "lparsim_bench"])

    def test_a_changed_source_builds_each_again_when_it_is_needed(self):
        self.start("bench")
        os.utime(self.top / "build/.release-stamp-lparsim", (1, 1))
        os.utime(self.top / "build/.release-stamp-lparsim_bench", (1, 1))
        self.start("run", "x")
        self.assertEqual(self.built(), ["lparsim", "lparsim_bench", "lparsim"])
        self.start("bench")
        self.assertEqual(self.built()[3:], ["lparsim_bench"])

    def test_a_failed_build_is_exit_status_2_and_is_tried_again(self):
        broken = pathlib.Path(f"{self.builds}.broken")
        broken.touch()
        done = self.start("run", "x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the build failed", done.stderr)
        broken.unlink()
        self.assertEqual(self.start("run", "x").stdout, "lparsim run x\n")


if __name__ == "__main__":
    unittest.main()
