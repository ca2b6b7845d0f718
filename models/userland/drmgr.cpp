// drmgr of powerpc-utils 1.3.10: what the HMC's resource manager starts in a Linux partition
// (drmgr.md).
#include "models/userland/drmgr.hpp"

#include <fmt/format.h>

#include <array>

#include "models/userland/slot_files.hpp"

namespace lparsim::userland {
namespace {

struct Command {
  ConnectorType type;
  std::string_view usage;
  int (*run)(Session&);
  std::string_view no_action;   // said when neither -a nor -r is given
  bool (*valid)(Session&) = nullptr;   // instead of the check for -a and -r
};
constexpr std::array<Command, 10> kCommands{{
    {ConnectorType::none,
     "{-c {port | slot | phb | pci | mem | cpu | acc} | -m}\n"
     "For more information on the specific options for the various\n"
     "connector types, run drmgr -c <type> -h",
     nullptr, ""},
    {ConnectorType::cpu,
     "-c cpu {-a | -r} {-q <quantity> -p {variable_weight | ent_capacity} "
     "[-s drc_name | drc_index]",
     change_cpus, "The '-r' or '-a' option must be specified for CPU operations.\n"},
    {ConnectorType::mem,
     "-c mem {-a | -r} {-q <quantity> -p {variable_weight | ent_capacity} | "
     "{-q <quantity> | -s [<drc_name> | <drc_index>]}}",
     change_memory, "The '-r' or '-a' option must be specified for memory operations\n"},
    {ConnectorType::slot, "-c slot {-a | -r | -Q} -s <drc_name | drc_index>", change_slot, "",
     valid_slot},
    {ConnectorType::phb, "-c phb [-Q | -r | -a] -s <drc_name | drc_index>", change_phb, "",
     valid_phb},
    {ConnectorType::pci, "-c pci -s <drc_name | drc_index> {-i | -a [-I] | -r [-I] | -R [-I]}",
     change_pci, "", valid_pci},
    {ConnectorType::pmig, "-m -p {check | pre} -s <stream_id>", migrate_partition, "",
     valid_migration},
    {ConnectorType::phib, "-m -p {check | pre} -s <stream_id> -n <self-arp secs>",
     migrate_partition, "", valid_migration},
    {ConnectorType::port, "-c port {-a | -r | -Q} -s drc_name", change_port, "", valid_port},
    {ConnectorType::acc, "-c acc -t <accelType> -q <QoS_credit_count>", change_accelerator, "",
     valid_accelerator},
}};

const Command& command_of(const Request& request) {
  const bool ethernet_port = request.drc_name && request.drc_name->starts_with("HEA");
  const ConnectorType type = request.action == Action::migrate ? ConnectorType::pmig
                             : ethernet_port                   ? ConnectorType::port
                                                               : request.type;
  for (const Command& command : kCommands) {
    if (command.type == type) return command;
  }
  return kCommands[0];
}

bool valid_options(Session& session, const Command& command) {
  Request& request = session.request;
  if (command.type == ConnectorType::none && request.type == ConnectorType::none) {
    session.say(kError, "A connector type (-c) must be specified\n");
    return false;
  }
  if (command.valid != nullptr) return command.valid(session);
  if (request.count == 0) request.count = 1;
  if (request.action != Action::add && request.action != Action::remove) {
    session.say(kError, command.no_action);
    return false;
  }
  take_index(request);
  return true;
}

void log_invocation(Session& session, const std::vector<std::string>& argv) {
  std::string line = "drmgr: ";
  for (std::size_t i = 1; i < argv.size(); ++i) line += argv[i] + " ";
  session.say(kDebug, line + "\n");
}

// Between the log's frame lines.
int run_framed(Session& session, const std::vector<std::string>& argv) {
  if (session.request.capabilities) {
    print_capabilities(session);
    return 0;
  }
  if (!session.request.prrn_file.empty()) {
    const int status = handle_reassignment(session);
    if (status != 0) session.say(kError, "Failed to handle PRRN event\n");
    session.files.remove(session.request.prrn_file);
    return status;
  }
  const Command& command = command_of(session.request);
  if (session.request.usage) {
    session.process.err(fmt::format("Usage: drmgr [-w minutes] [-d detail_level] "
                                    "[-C | --capabilities] [-h | --help]\n{}\n",
                                    command.usage));
    return 0;
  }
  if (!valid_options(session, command) || !valid_chrp(session)) return -1;
  session.start_timeout();
  log_invocation(session, argv);
  return command.run(session);
}

}  // namespace

int drmgr(Process& process, const std::vector<std::string>& argv) {
  if (!supported_platform(process, argv.at(0))) return 1;
  Session session(process);
  parse_drmgr_options(argv, session);
  if (!session.lock()) return 255;
  session.open_log();
  // The log's frame stays open, as in the real program.
  if (const int status = load_slot_module(session); status != 0) return status & 0xff;
  const int rc = run_framed(session, argv);
  session.close_log();
  return rc & 0xff;
}

}  // namespace lparsim::userland
