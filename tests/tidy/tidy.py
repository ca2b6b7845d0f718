#!/usr/bin/env python3
"""Style rules that a compiler does not check: sizes, include rules, every test in the build."""
import pathlib
import re
import sys

MOST_FILE_LINES = 500
MOST_FUNCTION_LINES = 70
MOST_COLUMNS = 100
SOURCES = ("sim", "models", "firmware", "hmc", "bench", "tests")
# A function of ours begins at column 0 (or inside a class body) and ends at a brace in column 0.
FUNCTION_END = re.compile(r"^}$")
FUNCTION_START = re.compile(r"^[A-Za-z_~\[].*\)\s*(const\s*)?(noexcept\s*)?(override\s*)?"
                            r"(:.*)?\{$|^.*\)\s*(const\s*)?\{$")
MAY_SYSTEMC = re.compile(r"^(models/[^/]+\.(hpp|cpp)|sim/.*|bench/.*|tests/(support|models)/.*)$")
MAY_JSON = re.compile(r"^(sim|tests)/.*\.cpp$|^sim/config/json_document\.hpp$")


def files(top):
    for folder in SOURCES:
        for path in sorted((top / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp", ".h", ".c"):
                yield path


def check_lines(name, lines):
    if len(lines) > MOST_FILE_LINES:
        yield f"{name}: {len(lines)} lines, allowed are {MOST_FILE_LINES}"
    for number, line in enumerate(lines, 1):
        if len(line) > MOST_COLUMNS:
            yield f"{name}:{number}: {len(line)} columns, allowed are {MOST_COLUMNS}"


def check_functions(name, lines):
    start = None
    for number, line in enumerate(lines, 1):
        if start is None and not line.startswith((" ", "namespace", "struct", "class", "enum")):
            if FUNCTION_START.match(line):
                start = number
        elif start is not None and FUNCTION_END.match(line):
            if number - start + 1 > MOST_FUNCTION_LINES:
                yield (f"{name}:{start}: a function of {number - start + 1} lines, "
                       f"allowed are {MOST_FUNCTION_LINES}")
            start = None


def check_includes(name, lines):
    for number, line in enumerate(lines, 1):
        if re.match(r'#include <(systemc(\.h)?|tlm.*)>', line) and not MAY_SYSTEMC.match(name):
            yield f"{name}:{number}: <systemc> is not allowed here"
        if "nlohmann/json.hpp" in line and line.startswith("#include"):
            if not MAY_JSON.match(name):
                yield f"{name}:{number}: json.hpp is not allowed here"


def check_tests_in_build(top):
    for path in sorted((top / "tests").rglob("*_test.cpp")):
        lists = [folder / "CMakeLists.txt" for folder in path.parents if top in folder.parents]
        if not any(path.name in lst.read_text() for lst in lists if lst.exists()):
            yield f"{path.relative_to(top)}: in no CMakeLists.txt, so it never runs"


def check_tree(top):
    for path in files(top):
        name = str(path.relative_to(top))
        lines = path.read_text(encoding="utf-8").splitlines()
        for check in (check_lines, check_functions, check_includes):
            yield from check(name, lines)
    yield from check_tests_in_build(top)


if __name__ == "__main__":
    found = list(check_tree(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(found) if found else "tidy")
    sys.exit(1 if found else 0)
