// A command line of a user in the partition: words with quotes, `> FILE` and `>> FILE`, no
// variables, globs, pipes or control structures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/userland/process.hpp"

namespace lparsim::userland {

struct CommandLine {
  std::vector<std::string> words;
  std::string redirect;          // file of the last `>`; empty: none
  bool append = false;
  std::string error;             // what a shell says about a line it cannot read; empty: fine
};

// '...' keeps everything, "..." keeps all but \" and \\, a backslash keeps the next character.
CommandLine split_command_line(std::string_view line);

// [blocks] Runs one command line and returns its exit status: 127 when there is no such program,
// 2 for a line that cannot be read, 0 for an empty one. The output of a redirected command reaches
// the file in one write, as with a real `echo`; a refused write is the command's error (status 1).
int run_shell(Process& process, std::string_view command_line);

}  // namespace lparsim::userland
