// `import hmc DIR`: a machine from captured HMC output. DIR holds one file per command, the command
// after "$ " in the first line. The machine holds facts and the captured order of rows and
// attributes, never a captured line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/config/machine.hpp"

namespace lparsim::config {

struct ImportReport {
  Machine machine;
  std::vector<std::string> notes;   // files that were skipped, values that had to be assumed
};

// Errors: a line that does not follow the grammar; lines that contradict each other (more assigned
// than installed, an owner that does not exist, names that do not fit ids): both are named.
Result<ImportReport> import_hmc(const std::string& directory);

// The same from texts: name of the file and its content.
Result<ImportReport> import_hmc_texts(
    const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace lparsim::config
