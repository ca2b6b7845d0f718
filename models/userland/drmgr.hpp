// The parts of drmgr that its main function joins. Each returns drmgr's rc: 0 or a number whose
// low 8 bits become the exit status (-1 gives 255).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/userland/session.hpp"

namespace lparsim::userland {

int drmgr(Process& process, const std::vector<std::string>& argv);

// Reads drmgr's command line (getopt rules). An unknown option is said and ends the reading, but
// what was read before it counts.
void parse_drmgr_options(const std::vector<std::string>& argv, Session& session);

// "Validating WHAT capability...", and whether there is this file.
bool capable(Session& session, std::string_view what, std::string_view path);
bool cpu_capable(Session& session);
bool memory_capable(Session& session);
bool migration_capable(Session& session);
bool hibernation_capable(Session& session);
// One line each on stderr, then the summary on stdout (drmgr -C).
void print_capabilities(Session& session);

int change_cpus(Session& session);
int change_memory(Session& session);
// -P FILE of rtas_errd: takes CPUs and LMBs of the file out and in again, whatever comes of it.
int handle_reassignment(Session& session);
// Whether -a, -r or -Q was given; if not, that is said for operations of `what`.
bool adds_removes_or_queries(Session& session, std::string_view what);
bool valid_slot(Session& session);
bool valid_phb(Session& session);
bool valid_pci(Session& session);
int change_slot(Session& session);
int change_phb(Session& session);
int change_pci(Session& session);
bool valid_port(Session& session);
bool valid_accelerator(Session& session);
int change_port(Session& session);
int change_accelerator(Session& session);
bool valid_migration(Session& session);
int migrate_partition(Session& session);
// -p ent_capacity|variable_weight: adds to or subtracts from the value in /proc/ppc64/lparcfg.
int change_entitlement(Session& session);

// nullopt: no such key, or no such file; said to the operator.
std::optional<unsigned long> lparcfg_value(Session& session, const std::string& key);

}  // namespace lparsim::userland
