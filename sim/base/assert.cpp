#include "sim/base/assert.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace lparsim {
namespace {
std::function<std::string()>& crash_report() {
  static std::function<std::string()> report;
  return report;
}
void (*assertion_hook)() = nullptr;
}  // namespace

void set_assertion_hook(void (*hook)()) { assertion_hook = hook; }

void set_crash_report(std::function<std::string()> report) { crash_report() = std::move(report); }

void assertion_failed(const char* expression, const char* file, int line) {
  if (assertion_hook != nullptr) assertion_hook();
  std::fprintf(stderr, "lparsim: internal error: %s (%s:%d)\n", expression, file, line);
  if (auto report = std::exchange(crash_report(), nullptr)) {
    std::fprintf(stderr, "%s\n", report().c_str());
  }
  std::abort();
}

}  // namespace lparsim
