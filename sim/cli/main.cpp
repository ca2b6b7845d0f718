// The program. Its own main() goes before the one in libsystemc and keeps the banner away, which
// would otherwise be the first lines on stderr of every run.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <systemc>

#include "sim/cli/commands.hpp"
#include "sim/console/client.hpp"

namespace lparsim::cli {

void complain(const Error& error) {
  std::fflush(stdout);
  std::string line;   // one line, whatever names files and words have
  for (const char c : error.line()) {
    const bool control = static_cast<unsigned char>(c) < ' ' || c == 0x7f;
    line += control ? fmt::format("\\x{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  fmt::print(stderr, "lparsim: {}\n", line);
}

void add_profile_options(CLI::App& command, scenario::ProfileNames& names) {
  command.add_option_function<std::string>(
      "--firmware",
      [&names](const std::string& name) {
        names.firmware = scenario::ProfileName{name, "", "--firmware"};
      },
      "Firmware profile: phyp, qemu, or a file (lparsim schema profile)");
  command.add_option_function<std::string>(
      "--kernel",
      [&names](const std::string& name) {
        names.kernel = scenario::ProfileName{name, "", "--kernel"};
      },
      "Kernel level of all Linux partitions: 2.6.33, 4.12, 6.1, 6.12, fixed, or a file (lparsim "
      "schema kernel)");
  command.add_option("--userland", names.userland,
                     "powerpc-utils of all Linux partitions: 1.3.10, 1.3.13, fixed");
  command.add_option("--hmc", names.hmc, "HMC level: v7, v8, v10, fixed");
  command.add_flag_callback(
      "--all-fixed",
      [&names] {
        names.kernel = scenario::ProfileName{"fixed", "", "--all-fixed"};
        names.userland = "fixed";
        names.hmc = "fixed";
      },
      "No known defect wherever a fixed profile exists: kernel, userland and HMC");
}

namespace {

constexpr auto kCommands = {add_run,     add_check, add_schema,   add_import,
                            add_hmc,     add_serve, add_exec,     add_explore,
                            add_explain, add_dtb,   add_coverage, add_conform,
                            add_bench};

int run(int argc, char** argv) {
  CLI::App app("Full-system simulator of a POWER managed system and its HMC", "lparsim");
  int exit_status = 0;
  app.require_subcommand(1);
  app.set_version_flag("--version", LPARSIM_VERSION);
  for (const auto add : kCommands) add(app, exit_status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);   // --help, --version
    fmt::print(stderr, "lparsim: {} (see lparsim --help)\n", error.what());
    return kBadInput;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    complain({ErrorCode::io, "cannot write: " + std::string(std::strerror(errno)), "stdout"});
    return kBadInput;
  }
  return exit_status;
}

}  // namespace
}  // namespace lparsim::cli

int sc_main(int argc, char** argv) { return lparsim::cli::run(argc, argv); }

int main(int argc, char** argv) {
  if (const auto status = lparsim::console::run_as_command(argc, argv)) return *status;
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  return sc_core::sc_elab_and_sim(argc, argv);
}
