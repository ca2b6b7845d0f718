// One function per command: declares its options and, when it is chosen, runs it and sets the
// program's exit status. Results go to stdout, diagnostics to stderr.
#pragma once

#include <CLI/CLI.hpp>

#include "sim/base/result.hpp"
#include "sim/scenario/machine_setup.hpp"

namespace lparsim::cli {

void add_run(CLI::App& app, int& exit_status);
void add_check(CLI::App& app, int& exit_status);
void add_coverage(CLI::App& app, int& exit_status);
void add_schema(CLI::App& app, int& exit_status);
void add_import(CLI::App& app, int& exit_status);
void add_explain(CLI::App& app, int& exit_status);
void add_hmc(CLI::App& app, int& exit_status);
void add_serve(CLI::App& app, int& exit_status);
void add_explore(CLI::App& app, int& exit_status);
void add_exec(CLI::App& app, int& exit_status);
void add_dtb(CLI::App& app, int& exit_status);
void add_conform(CLI::App& app, int& exit_status);
void add_bench(CLI::App& app, int& exit_status);

// --firmware, --kernel, --userland, --hmc, --all-fixed: wherever a machine runs.
void add_profile_options(CLI::App& command, scenario::ProfileNames& names);

inline constexpr int kExpectationFailed = 1;
inline constexpr int kBadInput = 2;
inline constexpr int kOwnFailure = 125;     // of hmc, whose other statuses are the HMC's

// Prints "lparsim: <line>" on stderr.
void complain(const Error& error);

}  // namespace lparsim::cli
