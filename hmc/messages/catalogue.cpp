#include "hmc/messages/catalogue.hpp"

#include <algorithm>
#include <array>

#include "sim/base/assert.hpp"

namespace lparsim::hmc {
namespace {

using enum MessageId;

constexpr std::array kCatalogue = std::to_array<MessageRow>({
    // hmc.md 0.3: without a code. Two blanks after a full stop where the captures have them.
    {invalid_attribute, "", "C",
     "An invalid attribute was entered.  The invalid attribute is {attribute}.  Please correct "
     "your entry and retry the command."},
    {missing_parameter, "", "C",
     "The command entered is either missing a required parameter or a parameter value is invalid. "
     "The parameters that are missing or have an invalid value are {parameters}. Please check "
     "your entry and retry the command."},
    {invalid_parameter, "", "C",
     "An invalid parameter was entered.  The parameters {parameters} are not valid.  Please check "
     "your entry and retry the command."},
    {no_results, "", "C", "No results were found."},
    {invalid_format, "", "S",
     "The format of the configuration data is invalid.  The data is {data}."},
    {command_not_found, "", "C", "/bin/bash: {command}: command not found"},
    {shell_syntax, "", "own",
     "lparsim: the shell of the HMC is not modelled: {token} cannot be used in a command line"},
    {unmatched_quote, "", "own", "lparsim: a quote is not closed in the command line"},

    // Names.
    {no_such_system, "HSCL8018", "S",
     "The managed system named {system} was not found.  Please check your entry and retry the "
     "command."},
    {no_such_partition, "HSCL8012", "C",
     "The partition named {partition} was not found.  Please check your entry and retry the "
     "command."},
    {no_such_partition_id, "HSCL8011", "S", "The partition ID \"{id}\" was not found."},
    {no_such_profile, "HSCL800F", "C",
     "The partition profile named \"{profile}\" was not found."},

    // Dynamic partitioning.
    {no_rmc, "HSCL2957", "K",
     "Either there is currently no RMC connection between the management console and the partition "
     "{partition} or the partition does not support dynamic partitioning operations.  Verify the "
     "network setup on the management console and the partition and ensure that any firewall "
     "authentication between the management console and the partition has occurred.  Run the "
     "management console diagrmc command to identify problems that might be causing no RMC "
     "connection."},
    {ratio, "HSCL1566", "C",
     "The operation failed because the ratio of assigned processing units to assigned virtual "
     "processors for partition {id} would have been less than the minimum ratio supported by the "
     "operating system on the partition."},
    {add_procs_failed, "HSCL294E", "K",
     "The dynamic addition of processing resources failed: The operation to add processing has "
     "failed on partition {partition}. The requested amount of processing to be added is "
     "{requested} and the completed amount is {completed}.\n"
     "The OS standard output is:\n\n{out}\nThe OS standard error is:\n\n{err}\n\n\n\n"
     "{ending}{advice}"},
    {remove_procs_failed, "HSCL294F", "C",
     "The dynamic removal of processing resources failed: The operation to remove processing has "
     "failed on partition {partition}. The requested amount of processing to be removed is "
     "{requested} and the completed amount is {completed}.\n"
     "The OS standard output is:\n\n{out}\nThe OS standard error is:\n\n{err}\n\n\n\n"
     "{ending}{advice}"},
    {add_mem_failed, "HSCL2931", "K",
     "The dynamic addition of memory resources failed:\n"
     "  The operating system prevented all of the requested memory from being added.\n"
     "  Amount of memory added: {completed} MB of {requested} MB.\n"
     "  The detailed output of the OS operation follows:\n{err}\n{ending}"},
    {remove_mem_failed, "HSCL2932", "C",
     "The dynamic removal of memory resources failed:\n"
     "  The operating system prevented all of the requested memory from being removed.\n"
     "  Amount of memory removed: {completed} MB of {requested} MB.\n"
     "  The detailed output of the OS operation follows:\n{err}\n{ending}"},
    // Endings of the four above; hmc.md gap 5: what -w prints was never seen.
    {os_return_code, "", "C", "The OS return code is {rc}."},
    {os_timeout, "", "own",
     "The operating system did not complete the operation within {minutes} minutes."},
    {os_connection_lost, "", "own", "The RMC connection to the partition was lost."},
    {procs_advice, "", "C",
     "Please issue the lshwres command to list the processing resources of the partition and to "
     "determine whether or not its pending and runtime processing values match. If they do not "
     "match, problems with future processing-related operations on the managed system may occur, "
     "and it is recommended that the rsthwres command to restore processing resources be issued "
     "on the partition to synchronize its pending processing value with its runtime processing "
     "value."},

    // Partition states.
    {not_not_activated, "HSCL05EA", "C",
     "The partition must be in the Not Activated state to perform this operation."},
    {no_resources_to_activate, "HSCL3680", "S",
     "Partition {partition} cannot be activated because there are insufficient resources in its "
     "current configuration."},
    {already_off, "HSCL1558", "K",
     "The power off operation is not available in the current state of partition {partition}."},
    {no_os_shutdown, "HSCL0DB4", "K",
     "The operating system of partition {partition} cannot be shut down because there is no "
     "operating system or no RMC connection."},

    // Own texts: IBM has a code for each of these that was found nowhere (hmc.md 0.6, gap).
    {wrong_proc_kind, "HSCLSIM01", "own",
     "Partition {partition} uses {kind} processors: {parameter} does not apply to it."},
    {not_lmb_multiple, "HSCLSIM02", "own",
     "The memory amount {requested} MB is not a multiple of the memory region size {lmb} MB."},
    {too_many_decimals, "HSCLSIM03", "own",
     "The processing units {requested} have more than two decimals."},
    {above_maximum, "HSCLSIM04", "own",
     "The {resource} of partition {partition} would become {requested}, above its maximum "
     "{limit}; it has {current}."},
    {below_minimum, "HSCLSIM05", "own",
     "The {resource} of partition {partition} would become {requested}, below its minimum "
     "{limit}; it has {current}."},
    {units_exceed_procs, "HSCLSIM06", "own",
     "The processing units of partition {partition} would become {requested}, more than its "
     "{procs} virtual processors can use."},
    {not_available, "HSCLSIM07", "own",
     "The managed system does not have enough {resource} for partition {partition}: {requested} "
     "are asked for and {limit} are possible."},
    {wrong_state, "HSCLSIM08", "own",
     "Partition {partition} is in the state {state}, in which this operation is not possible."},
    {refused, "HSCLSIM09", "own",
     "The managed system refused the change of the {resource} of partition {partition}."},
    {same_partition, "HSCLSIM10", "own",
     "The source and the target of the move are the same partition {partition}."},
    {weight_needs_uncapped, "HSCLSIM11", "own",
     "Partition {partition} is not an uncapped shared processor partition: it has no weight."},
    {weight_range, "HSCLSIM12", "own",
     "The uncapped weight {requested} is outside the range 0 to 255."},
    {weight_failed, "HSCLSIM13", "own",
     "The uncapped weight of partition {partition} was to become {requested} and is {completed}.\n"
     "The OS standard output is:\n\n{out}\nThe OS standard error is:\n\n{err}\n\n\n\n"
     "{ending}{advice}"},
    {move_kinds_differ, "HSCLSIM14", "own",
     "Processing resources cannot be moved between a dedicated and a shared processor partition."},
    {not_modelled, "HSCLSIM15", "own", "The simulator does not model {what}."},

    // Migration.
    {migration_no_rmc, "HSCLA246", "C",
     "The management console cannot communicate with partition {partition}.  Either the network "
     "connection is not available or the partition does not have a level of software that is "
     "capable of supporting this operation.  Verify the correct network and setup of the "
     "partition, and try the operation again."},
    {migration_refused, "HSCLSIM16", "own",
     "Partition {partition} cannot be migrated to the managed system {target}: {why}."},
    {migration_os_failed, "HSCLSIM17", "own",
     "The migration of partition {partition} failed: its operating system did not suspend.  The "
     "partition goes on where it was.\n"
     "The OS standard output is:\n\n{out}\nThe OS standard error is:\n\n{err}\n\n\n\n"
     "The OS return code is {rc}."},
    {migrated_with_error, "HSCLSIM18", "own",
     "Partition {partition} is on the managed system {target}, but its operating system reported "
     "an error.\n"
     "The OS standard output is:\n\n{out}\nThe OS standard error is:\n\n{err}\n\n\n\n"
     "The OS return code is {rc}."},
    {migration_stopped, "HSCLSIM19", "own",
     "The migration of partition {partition} was stopped.  The partition goes on where it was."},
    {migration_timeout, "HSCLSIM20", "own",
     "The operating system of partition {partition} did not answer within {minutes} minutes: the "
     "migration was given up, and the partition goes on where it was."},
    {migration_failed, "HSCLSIM21", "own",
     "The migration of partition {partition} to the managed system {target} failed: {why}.  The "
     "partition goes on where it was."},
    {no_migration_to_stop, "HSCLSIM22", "own",
     "There is no migration of partition {partition} that can be stopped."},
});

const MessageRow& row_of(MessageId id) {
  const auto it = std::find_if(kCatalogue.begin(), kCatalogue.end(),
                               [&](const MessageRow& row) { return row.id == id; });
  LPARSIM_ASSERT(it != kCatalogue.end());
  return *it;
}

std::string field(MessageFields fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  assertion_failed("a field of a message was not given", __FILE__, __LINE__);
}

// A table cell holds one line and no bare bar.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += "<br>";
    else if (c == '|') out += "\\|";
    else out += c;
  }
  return out;
}

}  // namespace

std::span<const MessageRow> catalogue() { return kCatalogue; }

std::string message(MessageId id, MessageFields fields) {
  const MessageRow& row = row_of(id);
  std::string out(row.code);
  if (!out.empty()) out += ' ';
  std::string_view rest = row.text;
  while (true) {
    const auto open = rest.find('{');
    out += rest.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = rest.find('}', open);
    out += field(fields, rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
}

std::string catalogue_markdown() {
  std::string out =
      "# Messages of the HMC\n\n"
      "Generated from `hmc/messages/catalogue.cpp`; a test keeps this file equal to the table.\n"
      "Marks: C seen on a real HMC, S read in the source of a client, K general knowledge, own: a\n"
      "text of the simulator. Codes that were found nowhere are `HSCLSIMnn`.\n\n"
      "| code | mark | text |\n|---|---|---|\n";
  for (const MessageRow& row : kCatalogue) {
    const std::string code = row.code.empty() ? "" : "`" + std::string(row.code) + "`";
    out += "| " + code + " | " + std::string(row.mark) + " | " + cell(row.text) + " |\n";
  }
  return out;
}

}  // namespace lparsim::hmc
