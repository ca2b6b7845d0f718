#!/usr/bin/env python3
"""Inverts behaviour in the firmware and sees whether the tests that claim the rule notice.

mutate.py [RULE ...]         builds all mutants of mutants.json and runs them (of these rules only);
                             exit status 1: a rule's tests did not see its behaviour inverted
mutate.py --check            only looks whether the code still has what mutants.json names
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
import matrix  # noqa: E402

ROOT = HERE.parents[1]
WORK = ROOT / "build/mutants"            # a copy of the sources, its build, records of the tests
COPIED = ("bench", "cmake", "docs", "firmware", "hmc", "models", "packaging", "scenarios", "sim",
          "tests", "CMakeLists.txt", "CMakePresets.json", "lparsim", "LICENSE", "README.md")
# All mutants go into one build; the environment says which of them is on.
SWITCH = """#include <cstdlib>
static bool lparsim_mutant(int number) {
  static const char* const chosen = std::getenv("LPARSIM_MUTANT");
  return chosen != nullptr && std::atoi(chosen) == number;
}
"""
LONGEST_RUN_S = 300


def load():
    return json.loads((HERE / "mutants.json").read_text())["mutants"]


def place(text, mutant):
    """Where the code to be changed stands: (begin, end). ValueError: not in exactly one place."""
    anchor = mutant.get("after", "")
    if anchor and text.count(anchor) != 1:
        raise ValueError(f"'{anchor}' occurs {text.count(anchor)} times in {mutant['file']}")
    begin = text.find(anchor) + len(anchor)
    found = text.count(mutant["code"], begin)
    if found == 0 or (found > 1 and not anchor):
        raise ValueError(f"'{mutant['code']}' occurs {found} times in {mutant['file']}")
    begin = text.index(mutant["code"], begin)
    return begin, begin + len(mutant["code"])


def replacement(code, numbered):
    """An expression gives way to another; a statement (mutant null) is left out."""
    for number, mutant in numbered:
        if mutant["mutant"] is None:
            code = f"if (!lparsim_mutant({number})) {code}"
        else:
            code = f"(lparsim_mutant({number}) ? ({mutant['mutant']}) : ({code}))"
    return code


def mutated(text, numbered):
    """The source with all its mutants in it, the last place first so that the others stay."""
    places = {}
    for number, mutant in numbered:
        places.setdefault(place(text, mutant), []).append((number, mutant))
    end = len(text)
    for begin, stop in sorted(places, reverse=True):
        if stop > end:
            raise ValueError(f"mutants overlap at '{text[begin:stop]}'")
        text = text[:begin] + replacement(text[begin:stop], places[begin, stop]) + text[stop:]
        end = begin
    return SWITCH + text


def by_file(mutants):
    files = {}
    for number, mutant in enumerate(mutants, 1):
        files.setdefault(mutant["file"], []).append((number, mutant))
    return files


def write_changed(path, content):
    """Leaves what is already so alone: the build looks at the times."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def copy_sources(mutants):
    changed = {ROOT / name: mutated((ROOT / name).read_text(), numbered).encode()
               for name, numbered in by_file(mutants).items()}
    for top in COPIED:
        paths = [ROOT / top] if (ROOT / top).is_file() else (ROOT / top).rglob("*")
        for path in paths:
            if path.is_file():
                copy = WORK / "source" / path.relative_to(ROOT)
                write_changed(copy, changed.get(path) or path.read_bytes())
                shutil.copymode(path, copy)


def build():
    options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_CXX_FLAGS=-O1 -w"]
    if shutil.which("ccache"):
        options.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    subprocess.run(["cmake", "-S", WORK / "source", "-B", WORK / "build", *options], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", WORK / "build", "-j2", "test_firmware"], check=True)
    return next((WORK / "build").rglob("test_firmware"))


def run(program, tests, mutant=None):
    """(whether all passed, what was printed)."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("LPARSIM_MUTANT", "LPARSIM_RULES_DIR")}
    if mutant is None:
        environment["LPARSIM_RULES_DIR"] = str(WORK / "rules")
    else:
        environment["LPARSIM_MUTANT"] = str(mutant)
    try:
        done = subprocess.run([program, f"--gtest_filter={':'.join(tests)}", "--gtest_brief=1"],
                              capture_output=True, text=True, errors="replace", env=environment,
                              timeout=LONGEST_RUN_S, check=False)
        return done.returncode == 0, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        return False, "did not end"


def listed(program):
    """name of a record -> name of its test"""
    names, suite = {}, ""
    listing = subprocess.run([program, "--gtest_list_tests"], capture_output=True, text=True,
                             check=True).stdout
    for line in listing.splitlines():
        word = line.split("#")[0].strip()
        if not line.startswith(" "):
            suite = word
        else:
            names[(suite + word).replace("/", ".")] = suite + word
    return names


def claims(program):
    """rule -> names of the tests that claim it, as they do with no mutant on."""
    shutil.rmtree(WORK / "rules", ignore_errors=True)
    (WORK / "rules").mkdir()
    passed, text = run(program, ["*"])
    if not passed:
        sys.exit("tests fail without a mutant:\n" + text[-2000:])
    tests, names = {}, listed(program)
    for record in (WORK / "rules").iterdir():
        for rule in map(matrix.short, record.read_text().splitlines()[1:]):
            tests.setdefault(rule, []).append(names[record.name])
    return tests


def verdict(passed, text, rule):
    """How the tests that claim the rule took its behaviour inverted."""
    if passed:
        return "SURVIVED"
    told = (f"LoPAR requirement {rule}:", f"LoPAR requirement {rule}{matrix.UNNUMBERED}:")
    return "seen" if any(line in text for line in told) else "seen by another assertion"


def try_all(mutants, wanted):
    program = build()
    tests = claims(program)
    survived = 0
    for number, mutant in enumerate(mutants, 1):
        for rule in mutant["rules"]:
            if wanted and rule not in wanted:
                continue
            claiming = sorted(tests.get(rule, []))
            told = verdict(*run(program, claiming, number), rule) if claiming else "NOT CLAIMED"
            survived += told.isupper()
            change = "left out" if mutant["mutant"] is None else mutant["mutant"]
            print(f"{told:26} {rule:18} {mutant['file']}: {mutant['code']} -> {change}", flush=True)
    print(f"{survived} survived")
    return 1 if survived else 0


def main(arguments):
    mutants = load()
    try:
        for name, numbered in by_file(mutants).items():
            mutated((ROOT / name).read_text(), numbered)
    except (OSError, ValueError) as error:
        print(f"mutants.json: {error}")
        return 1
    if arguments == ["--check"]:
        return 0
    copy_sources(mutants)
    return try_all(mutants, set(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
