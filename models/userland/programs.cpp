#include <algorithm>
#include <array>

#include "models/userland/drmgr.hpp"
#include "models/userland/lsslot.hpp"
#include "models/userland/process.hpp"
#include "models/userland/tools.hpp"

namespace lparsim::userland {
namespace {

struct Row {
  std::string_view name;
  Program program;
};
constexpr std::array<Row, 13> kPrograms{{
    {"cat", cat},
    {"echo", echo},
    {"ls", ls},
    {"test", test},
    {"true", true_},
    {"false", false_},
    {"chcpu", chcpu},
    {"ppc64_cpu", ppc64_cpu},
    {"rtas_errd", rtas_errd},
    {"drmgr", drmgr},
    {"lsslot", lsslot},
    {"shutdown", shutdown},
    {"modprobe", modprobe},
}};

}  // namespace

Program find_program(std::string_view name) {
  const auto at = std::find_if(kPrograms.begin(), kPrograms.end(),
                               [&](const Row& row) { return row.name == name; });
  return at == kPrograms.end() ? nullptr : at->program;
}

}  // namespace lparsim::userland
