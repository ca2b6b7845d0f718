"""lparsim serve and hmc --connect: a machine that stays, its shell, its state, and ssh."""
import getpass
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import program
from program import MACHINE, PROGRAM

PROCS = "lshwres -r proc -m small --level lpar -F lpar_name,curr_procs"
MEMORY = "lshwres -r mem -m small --level lpar -F lpar_name,curr_mem"
PATIENCE_SECONDS = 60


class Console(program.ProgramTest):
    def setUp(self):
        super().setUp()
        short = tempfile.TemporaryDirectory(prefix="c")      # a socket's name may not be long
        self.addCleanup(short.cleanup)
        self.socket = pathlib.Path(short.name) / "s"
        self.state = self.folder / "state"

    def serve(self, *more, machine=MACHINE):
        running = subprocess.Popen([PROGRAM, "serve", machine, "--socket", self.socket, *more],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(running.communicate)
        self.addCleanup(running.kill)
        self.assertIn(": ready", running.stdout.readline(), "it did not start")
        return running

    def refused(self, *more, machine=MACHINE):
        done = program.lparsim("serve", machine, "--socket", self.socket, *more)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1),
                         done.stderr)
        return done.stderr

    def ask(self, *commands, **environment):
        return subprocess.run([PROGRAM, "hmc", "--connect", self.socket, *commands],
                              capture_output=True, text=True, timeout=PATIENCE_SECONDS,
                              env={**os.environ, **environment}, check=False)

    def answer(self, command):
        done = self.ask(command)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return done.stdout

    def views(self):
        return self.answer(PROCS), self.answer(MEMORY)


class Sessions(Console):
    def test_what_one_command_changes_the_next_one_sees(self):
        running = self.serve()
        self.assertIn("alpha,2\n", self.answer(PROCS))
        self.assertEqual(self.answer("chhwres -r proc -m small -o a -p alpha --procs 1"), "")
        self.assertIn("alpha,3\n", self.answer(PROCS))
        done = self.ask("chhwres -r proc -m small -o a -p alpha --procs 99")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("HSCL", done.stderr)
        done = self.ask("lssyscfg -r lpar -m none")           # lists tell their errors on stdout
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        two = self.ask("lssyscfg -r sys -F name", "lssyscfg -r sys -F bad", "lssyscfg -r sys -F name")
        self.assertEqual((two.returncode, two.stdout.count("small\n")), (1, 2))
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(PATIENCE_SECONDS), 0)
        self.assertEqual(list(self.socket.parent.iterdir()), [])

    def test_lines_for_a_shell(self):
        self.serve()
        cases = [
            ("lssyscfg -r lpar -m small -F name,state | grep Running | cut -d, -f1 | sort -r | head -1",
             "gamma\n"),
            ("for p in alpha beta; do lssyscfg -r lpar -m small --filter lpar_names=$p -F lpar_id; done",
             "1\n2\n"),
            ("LC_ALL=C LANG=en_US.UTF-8 lssyscfg -r sys -F name", "small\n"),
            ("echo $(lssyscfg -r sys -F name) '| a  b'", "small | a  b\n"),
            ("""lssyscfg -r lpar -m small --filter ""lpar_names=alpha"" -F 'name'""", "alpha\n"),
            ("lssyscfg -r sys -F none >/dev/null || echo no", "no\n"),
            ("lssyscfg -r lpar -m small -F name | wc -l", "5\n"),
            ("if lssyscfg -r lpar -m small -F name | grep -q '^beta$'; then echo yes; fi", "yes\n"),
        ]
        for line, wanted in cases:
            self.assertEqual(self.ask(line).stdout, wanted, line)
            self.assertEqual(self.ask(SSH_ORIGINAL_COMMAND=line).stdout, wanted, line)
        for line in ("ls /", "/bin/ls", "lshmcc -V", "PATH=/bin ls", "exec /bin/ls"):
            done = self.ask(line)
            self.assertIn(done.returncode, (1, 126, 127), line)
            self.assertEqual(done.stdout, "", line)
        self.assertNotEqual(self.ask(f"lssyscfg -r sys > {self.folder}/out").returncode, 0)
        self.assertFalse((self.folder / "out").exists())
        word = "quote ' \" blank  $HOME `id` \\"                # arrives as it was typed
        done = self.ask("true | lssyscfg -r lpar -m '" + word.replace("'", "'\\''") + "'")
        self.assertIn(word, done.stdout)
        typed = subprocess.run([PROGRAM, "hmc", "--connect", self.socket], capture_output=True,
                               text=True, input="lssyscfg -r sys -F name\nexit 7\n", check=False,
                               timeout=PATIENCE_SECONDS,
                               env={k: v for k, v in os.environ.items()
                                    if k != "SSH_ORIGINAL_COMMAND"})
        self.assertEqual((typed.returncode, typed.stdout), (7, "small\n"))

    def test_nobody_answers(self):
        done = self.ask("lssyscfg -r sys")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (125, "", 1))
        self.assertIn(str(self.socket), done.stderr)

    def test_what_is_no_client_harms_nobody(self):
        self.serve()
        seeded = random.Random(1)
        for size in (0, 1, 3, 4, 5, 4096, 200_000):
            with socket.socket(socket.AF_UNIX) as other:
                other.connect(str(self.socket))
                try:
                    other.sendall(seeded.randbytes(size))
                except BrokenPipeError:
                    pass
        with socket.socket(socket.AF_UNIX) as other:          # gone while its command runs
            other.connect(str(self.socket))
            line = b"chhwres -r proc -m small -o a -p alpha --procs 1"
            other.sendall(len(line).to_bytes(4, "big") + line)
        for garbage in ("\x01\xff\n", "'", "a" * 100_000, "lssyscfg -r lpar -m '\n'"):
            self.assertNotEqual(self.ask(garbage).returncode, 0)
        self.assertIn("alpha,3\n", self.answer(PROCS))

    def test_a_console_that_nobody_asks_costs_nothing(self):
        running = self.serve()
        self.answer(PROCS)

        def ticks():
            fields = pathlib.Path(f"/proc/{running.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])
        before = ticks()
        time.sleep(0.5)
        self.assertLess(ticks() - before, 20)                # of 50 that half a second has

    def test_real_time_takes_its_time(self):
        self.serve("--real-time")
        began = time.monotonic()
        for number in range(20):                             # simulated: some 10 ms each
            self.answer(f"chhwres -r proc -m small -o {'ar'[number % 2]} -p alpha --procs 1")
        self.assertGreater(time.monotonic() - began, 0.15)


class State(Console):
    def some_work(self):
        """Four operators at once."""
        def work(name, seed):
            seeded = random.Random(seed)
            for _ in range(6):
                what = seeded.choice(["proc {} --procs 1", "mem {} -q 256"])
                operation = seeded.choice(["-o a", "-o r"])
                self.ask("chhwres -m small -p " + name + " -r " + what.format(operation))
        operators = [threading.Thread(target=work, args=("alpha" if i % 2 else "beta", i))
                     for i in range(4)]
        for operator in operators:
            operator.start()
        for operator in operators:
            operator.join()

    def test_power_is_lost_and_the_state_is_there_again(self):
        running = self.serve("--state", self.state)
        self.some_work()
        before = self.views()
        for cut in (0, 1, 17):
            running.kill()
            running.wait()
            whole = self.state.read_bytes()
            self.state.write_bytes(whole + b'{"time_ns": 12345678901234567890'[:cut])
            running = self.serve("--state", self.state)
            self.assertEqual(self.views(), before)
        self.answer("lssyscfg -r sys")
        lines = self.state.read_text().splitlines()
        self.assertGreater(len(lines), 24)
        for line in lines:
            json.loads(line)

    def test_a_state_that_is_not_of_this_machine(self):
        running = self.serve("--state", self.state)
        self.some_work()
        self.assertIn("another console", self.refused("--state", self.folder / "other"))
        running.kill()
        running.wait()
        good = self.state.read_text().splitlines(keepends=True)
        self.assertIn("another machine or profile",
                      self.refused("--state", self.state, "--kernel", "fixed", "--firmware", "qemu"))
        changed = good[3].replace('"command":"', '"command":"lssyscfg -r sys #')
        cases = [(good[:3] + [changed] + good[4:], "another state"),
                 (good[:3] + good[4:], "another state"), (["{}\n"] + good[1:], "line 1"),
                 (good[:2] + ["{]\n"], "line 3"), (good[:2] + ['{"time_ns": "x"}\n'], "line 3"),
                 (["[1]\n"], "line 1")]
        for lines, part in cases:
            self.state.write_text("".join(lines))
            self.assertIn(part, self.refused("--state", self.state))
            self.assertEqual(self.state.read_text(), "".join(lines), "nothing is lost")
        self.state.write_text("")                            # it was cut off before its first line
        self.serve("--state", self.state)

    def test_bad_input(self):
        self.assertIn("none.json", self.refused(machine="none.json"))
        self.assertIn("nowhere", self.refused("--state", self.folder / "nowhere" / "state"))
        self.socket = self.folder / ("long" * 40)
        self.assertIn("allowed are 1 to 107", self.refused())
        self.socket = self.folder / "nowhere" / "socket"
        self.assertIn("nowhere", self.refused())
        self.socket = self.folder / "file"                   # what is no socket stays
        self.socket.write_text("mine")
        self.refused()
        self.assertEqual(self.socket.read_text(), "mine")
        done = program.lparsim("hmc", MACHINE)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)


@unittest.skipUnless(shutil.which("sshd", path="/usr/sbin:/usr/bin") and shutil.which("ssh"),
                     "openssh-server and openssh-client are not installed")
class Ssh(Console):
    def test_sshd_with_a_forced_command_is_the_hmc(self):
        self.serve()
        folder = self.socket.parent
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name],
                           check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (folder / "config").write_text(f"""
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
ForceCommand {PROGRAM} hmc --connect {self.socket}
""")
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        sshd = subprocess.Popen([shutil.which("sshd", path="/usr/sbin:/usr/bin"), "-D", "-e", "-f",
                                 folder / "config"], stderr=subprocess.PIPE, text=True)
        self.addCleanup(sshd.communicate)
        self.addCleanup(sshd.kill)
        self.assertIn("listening", sshd.stderr.readline())

        def ssh(command):
            return subprocess.run(
                ["ssh", "-F", "none", "-p", str(port), "-i", folder / "user", "-o", "BatchMode=yes",
                 "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder}/known",
                 "-o", "LogLevel=ERROR", f"{getpass.getuser()}@127.0.0.1", command],
                capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        done = ssh("lssyscfg -r lpar -m small -F name,state --filter 'lpar_names=alpha'")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "alpha,Running\n", ""))
        self.assertEqual(ssh("chhwres -r proc -m small -o a -p alpha --procs 1").returncode, 0)
        self.assertEqual(ssh(PROCS + " | grep alpha").stdout, "alpha,3\n")
        done = ssh("chhwres -r proc -m small -o a -p nobody --procs 1")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("HSCL", done.stderr)


if __name__ == "__main__":
    unittest.main()
