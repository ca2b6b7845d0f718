// Every text that the HMC prints as an error, as one table (hmc.md 0.3 and 0.6). A row tells how
// well its text is known; codes that nobody has seen are HSCLSIMnn, outside IBM's range.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lparsim::hmc {

enum class MessageId {
  invalid_attribute, missing_parameter, invalid_parameter, no_results, invalid_format,
  command_not_found, shell_syntax, unmatched_quote,
  no_such_system, no_such_partition, no_such_partition_id, no_such_profile,
  no_rmc, ratio, add_procs_failed, remove_procs_failed, add_mem_failed, remove_mem_failed,
  os_return_code, os_timeout, os_connection_lost, procs_advice,
  not_not_activated, no_resources_to_activate, already_off, no_os_shutdown,
  wrong_proc_kind, not_lmb_multiple, too_many_decimals, above_maximum, below_minimum,
  units_exceed_procs, not_available, wrong_state, refused, same_partition, weight_needs_uncapped,
  weight_range, weight_failed, move_kinds_differ, not_modelled,
  migration_no_rmc, migration_refused, migration_os_failed, migrated_with_error,
  migration_stopped, migration_timeout, migration_failed, no_migration_to_stop,
};

struct MessageRow {
  MessageId id{};
  std::string_view code;   // "" = printed without one
  std::string_view mark;   // C captured, S read in a client, K general knowledge, own
  std::string_view text;   // {field} is put in
};

std::span<const MessageRow> catalogue();

using MessageFields = std::initializer_list<std::pair<std::string_view, std::string>>;

// The text with its code in front and without a newline at the end. A field that the template
// has and the caller does not give is a bug of ours.
std::string message(MessageId id, MessageFields fields = {});

// docs/hmc-messages.md; a test keeps the file equal.
std::string catalogue_markdown();

}  // namespace lparsim::hmc
