"""What the tests with real programs share: whether they can run here, and where POWER Linux lies.

LPARSIM_SYSROOT names the folder that packaging/ppc64el-sysroot.sh made. Where something is missing a
test is skipped with the reason (exit status 77 for ctest); LPARSIM_EXEC=required makes it fail."""
import functools
import os
import pathlib
import sys

import program

TOP = pathlib.Path(os.environ["LPARSIM_TOP"])
SYSROOT = pathlib.Path(os.environ["LPARSIM_SYSROOT"])
MACHINES = TOP / "scenarios/machines"
SKIPPED = 77
lparsim = functools.partial(program.lparsim, timeout=300)


def missing(sysroot):
    """One line that says why real programs cannot run here; None when they can."""
    more = ["--sysroot", str(SYSROOT)] if sysroot else []
    name = "lsslot" if sysroot else "true"
    words = ["-c", "cpu"] if sysroot else []
    done = lparsim("exec", MACHINES / "small.json", "alpha", *more, "--", name, *words)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["?"])[-1]


def main(unittest, sysroot):
    """Runs the tests of the calling module, or says why not."""
    why = missing(sysroot)
    if why is not None:
        print(f"SKIPPED: {why}")
        sys.exit(1 if os.environ.get("LPARSIM_EXEC") == "required" else SKIPPED)
    unittest.main()
