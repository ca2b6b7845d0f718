"""What the tests of a build folder checked: the files that EXPECT_RULE left (tests/support)."""
import json
import pathlib
import subprocess


class Records:
    """rules: id -> names of the tests that passed and checked it. missing, failed: names of tests
    that have not run since they were built, and of those that did not pass."""

    def __init__(self, rules, missing, failed):
        self.rules = rules
        self.missing = missing
        self.failed = failed


def listed_tests(build, ctest):
    """(name, executable, record file) of every test that can leave a record."""
    listing = subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"],
                             capture_output=True, text=True, check=True).stdout
    for test in json.loads(listing)["tests"]:
        command = test.get("command", [])
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        folder = [value.split("set:", 1)[1]
                  for value in properties.get("ENVIRONMENT_MODIFICATION", [])
                  if value.startswith("LPARSIM_RULES_DIR=set:")]
        names = [word.split("=", 1)[1] for word in command if word.startswith("--gtest_filter=")]
        if folder and names and not properties.get("DISABLED"):
            record = pathlib.Path(folder[0]) / names[0].replace("/", ".")
            yield test["name"], pathlib.Path(command[0]), record


def ran_since_built(executable, record):
    return record.exists() and record.stat().st_mtime_ns >= executable.stat().st_mtime_ns


def read(build, ctest="ctest"):
    """Records of tests that no longer exist, or were built anew since, do not count."""
    rules, missing, failed = {}, [], []
    for name, executable, record in listed_tests(build, ctest):
        if not ran_since_built(executable, record):
            missing.append(name)
            continue
        outcome, *checked = record.read_text().splitlines() or ["failed"]
        if outcome == "failed":
            failed.append(name)
        for rule in checked:
            rules.setdefault(rule, []).append(name)
    return Records({rule: sorted(tests) for rule, tests in rules.items()}, missing, failed)
