// Where shipped data lies: beside the sources while developing, below share/lparsim once installed.
// Found relative to the executable, so that the program works from any directory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/base/result.hpp"

namespace lparsim::cli {

std::string program_path();   // of the running program

// The path of a shipped file, "schema/scenario.schema.json"; not_found names where it was sought.
Result<std::string> shipped_file(const std::string& relative);

// Every JSON file below the paths, in order of name and each once; a path that does not exist is
// an error. A file that is named itself is taken whatever its ending.
Result<std::vector<std::string>> json_files(const std::vector<std::string>& paths);

// "scenario", "machine", ...: the word under "kind" of a JSON file; a JSON Schema, which has
// "$schema" instead, is a "schema".
Result<std::string> kind_of_file(const std::string& path);

// The scenarios among them: machines and schemas are passed over in folders, a file that is named
// must be one. What cannot be read is kept, so that whoever uses it tells of it.
Result<std::vector<std::string>> scenarios_below(const std::vector<std::string>& paths);

// The benchmark program that was built or installed together with this one.
Result<std::string> bench_program();

}  // namespace lparsim::cli
