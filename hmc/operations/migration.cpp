#include "hmc/operations/migration.hpp"

#include <algorithm>
#include <chrono>

#include "hmc/messages/catalogue.hpp"

namespace lparsim::hmc {
namespace {

using Result = MigrationEnd::Result;

// `partition` and `target` are put in everywhere, the rest where a row's text asks for it.
struct Row {
  Result result{};
  MessageId message{};
};
constexpr std::array kMessages{
    Row{Result::moved_with_error, MessageId::migrated_with_error},
    Row{Result::refused, MessageId::migration_refused},
    Row{Result::no_rmc, MessageId::migration_no_rmc},
    Row{Result::os_failed, MessageId::migration_os_failed},
    Row{Result::stopped, MessageId::migration_stopped},
    Row{Result::timed_out, MessageId::migration_timeout},
    Row{Result::failed, MessageId::migration_failed},
};

MigrationOutput output_of(const MigrationEnd& end, const MigrationRequest& request) {
  const auto* const row = std::find_if(kMessages.begin(), kMessages.end(),
                                       [&](const Row& r) { return r.result == end.result; });
  if (row == kMessages.end()) return std::string();
  return tl::make_unexpected(message(row->message,
                                     {{"partition", request.partition.shown},
                                      {"target", request.target},
                                      {"why", end.why},
                                      {"minutes", std::to_string(request.wait_minutes)},
                                      {"out", end.os.out},
                                      {"err", end.os.err},
                                      {"rc", std::to_string(end.os.exit_status)}}));
}

// A change of the partition that another session is still telling its operating system about.
bool is_being_changed(const Console& console, PartitionId id) {
  return std::any_of(console.in_flight.begin(), console.in_flight.end(),
                     [&](const auto& change) { return change.first == id; });
}

}  // namespace

MigrationOutput validate_migration(Console& console, const MigrationRequest& request) {
  const PartitionId id = request.partition.id;
  if (is_being_changed(console, id)) {
    return output_of({Result::refused, "its resources are being changed", {}}, request);
  }
  return output_of(console.hypervisor.validate_migration(id, request.target), request);
}

MigrationOutput migrate(Console& console, const MigrationRequest& request) {
  if (auto fit = validate_migration(console, request); !fit) return fit;
  std::optional<Duration> deadline;
  if (request.wait_minutes != 0) deadline = std::chrono::minutes(request.wait_minutes);
  return output_of(console.hypervisor.migrate(request.partition.id, request.target, deadline),
                   request);
}

MigrationOutput stop_migration(Console& console, const NamedPartition& partition) {
  if (console.hypervisor.stop_migration(partition.id)) return std::string();
  return tl::make_unexpected(
      message(MessageId::no_migration_to_stop, {{"partition", partition.shown}}));
}

}  // namespace lparsim::hmc
