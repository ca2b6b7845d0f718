"""Programs of this machine inside a simulated partition: files, errno, time, exit status."""
import json
import re
import tempfile
import time
import unittest

import real
from real import MACHINES, lparsim

MACHINE = MACHINES / "small.json"


def run(*words, partition="alpha", options=(), **more):
    return lparsim("exec", *options, MACHINE, partition, "--", *words, **more)


def shell(script, **more):
    return run("sh", "-c", script, **more)


class Files(unittest.TestCase):
    def test_they_are_the_partitions(self):
        done = shell("cat /sys/devices/system/cpu/online; tr -d '\\0' < /proc/device-tree/model")
        self.assertEqual(done.stdout, "0-15\nIBM,9105-22A")

    def test_sizes_modes_and_kinds_are_exact(self):
        done = shell("stat -c '%n %s %a %F' /proc/device-tree/device_type /sys/kernel/dlpar "
                     "/proc/ppc64 /sys/devices/system/cpu /sys/devices/system/cpu/probe")
        self.assertEqual(done.stdout.splitlines(), [
            "/proc/device-tree/device_type 5 444 regular file",
            "/sys/kernel/dlpar 4096 644 regular file", "/proc/ppc64 7 777 symbolic link",
            "/sys/devices/system/cpu 0 555 directory",
            "/sys/devices/system/cpu/probe 4096 200 regular file"])

    def test_properties_are_binary_and_big_endian(self):
        done = shell("od -An -tx1 /proc/device-tree/cpus/PowerPC,POWER10@8/ibm,my-drc-index")
        self.assertEqual(done.stdout.split(), ["10", "00", "00", "08"])

    def test_a_write_is_a_request_and_its_errno_comes_back(self):
        done = shell("echo cpu remove index 0x10000008 > /sys/kernel/dlpar && "
                     "cat /sys/devices/system/cpu/online")
        self.assertEqual(done.stdout, "0-7\n", done.stderr)

    def test_errno_is_the_kernels(self):
        for text, file, errno in (("x", "/sys/kernel/dlpar", 22),
                                  ("cpu remove index 0x99", "/sys/kernel/dlpar", 19),
                                  ("1", "/sys/devices/system/cpu/online", 13),
                                  ("1", "/proc/new", 2), ("1", "/sys/new", 13)):
            done = run("python3", "-c", "import os, sys\n"
                       "try:\n"
                       "  os.write(os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT), "
                       "sys.argv[1].encode())\n"
                       "except OSError as error:\n"
                       "  print(error.errno)", text, file)
            self.assertEqual(done.stdout, f"{errno}\n", (text, file, done.stderr))

    def test_a_loop_lists_everything(self):
        done = shell("find /proc/device-tree /sys/devices/system/cpu -type f | wc -l")
        self.assertGreater(int(done.stdout), 200, done.stderr)

    def test_several_processes_at_once(self):
        done = shell("for i in 1 2 3 4; do cat /proc/device-tree/cpus/*/reg | wc -c & done; wait")
        self.assertEqual(done.stdout.split(), ["24"] * 4, done.stderr)

    def test_the_process_finds_itself(self):
        done = shell("grep -c . /proc/self/status")
        self.assertGreater(int(done.stdout), 10, done.stderr)

    def test_logs_and_locks_are_not_this_machines(self):
        shell("echo here > /var/log/lparsim-test; echo here > /var/lock/lparsim-test")
        self.assertEqual(shell("ls /var/log /var/lock").stdout,
                         "/var/lock:\n\n/var/log:\n", "not even of the run before")


class Time(unittest.TestCase):
    def test_a_sleep_takes_simulated_time(self):
        began = time.monotonic()
        done = run("python3", "-c", "import ctypes; c = ctypes.CDLL(None); a = c.time(None); "
                   "c.sleep(3600); print(c.time(None) - a)")
        self.assertEqual(done.stdout, "3600\n", done.stderr)
        self.assertLess(time.monotonic() - began, 60)


class Ends(unittest.TestCase):
    def test_exit_status_is_the_programs(self):
        self.assertEqual(shell("exit 7").returncode, 7)
        self.assertEqual(shell("kill -9 $$").returncode, 137)
        self.assertEqual(run("no-such-program").returncode, 127)

    def test_our_own_failures_are_125_and_one_line(self):
        for words, part in ((["nobody"], "no such partition"), (["delta"], "does not run Linux"),
                            (["epsilon"], "does not run Linux")):
            done = run("true", partition=words[0])
            self.assertEqual(done.returncode, 125)
            self.assertRegex(done.stderr, rf"^lparsim: .*{re.escape(part)}.*\n$")
        done = lparsim("exec", "none.json", "alpha", "--", "true")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (125, 1), done.stderr)
        done = run("lsslot", options=["--sysroot", "/nowhere"])
        self.assertEqual((done.returncode, done.stderr.count("\n")), (125, 1), done.stderr)

    def test_a_partition_that_ends_takes_the_program_along(self):
        """On this level a node below a parent that is not there is a bad access."""
        level = {"kind": "kernel", "version": 1, "name": "crashing", "base": "fixed",
                 "switches": {"ofdt_unknown_parent": True}}
        with tempfile.TemporaryDirectory() as folder:
            path = real.pathlib.Path(folder) / "kernel.json"
            path.write_text(json.dumps(level))
            done = shell("printf 'add_node /none/x a 1 b' > /proc/ppc64/ofdt; echo still here",
                         options=["--kernel", path])
        self.assertEqual((done.returncode, done.stdout), (137, ""), done.stderr)


if __name__ == "__main__":
    real.main(unittest, sysroot=False)
