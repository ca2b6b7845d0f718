#!/usr/bin/env python3
"""tidy.py must find what it is there to find: one bad tree with one fault of each kind."""
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import tidy  # noqa: E402

BAD = {
    "sim/long.cpp": "\n" * 501,
    "sim/wide.cpp": "x" * 101 + "\n",
    "sim/function.cpp": "int f() {\n" + "  ;\n" * 70 + "}\n",
    "hmc/shell.cpp": "#include <systemc>\n",
    "sim/json.hpp": "#include <nlohmann/json.hpp>\n",
    "tests/x/lost_test.cpp": "\n",
}

with tempfile.TemporaryDirectory() as folder:
    top = pathlib.Path(folder).resolve()
    for name, text in BAD.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    found = "\n".join(tidy.check_tree(top))
missed = [name for name in BAD if name not in found]
print(f"missed: {missed}" if missed else "every fault was found")
sys.exit(1 if missed else 0)
