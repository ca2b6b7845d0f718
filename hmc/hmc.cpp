// Takes a command line apart, finds its command, and puts what it prints on the right stream.
#include "hmc/hmc.hpp"

#include <utility>

#include "hmc/cli/command.hpp"
#include "hmc/cli/words.hpp"
#include "hmc/inventory/records.hpp"
#include "hmc/messages/catalogue.hpp"
#include "hmc/operations/console.hpp"

namespace lparsim::hmc {
namespace {

CommandResult failed(int exit_status, const std::string& text, bool on_stdout) {
  CommandResult result{exit_status, {}, {}};
  (on_stdout ? result.out : result.err) = text + '\n';
  return result;
}

CommandOutput run_command(const CommandSpec& command, const std::vector<std::string>& words,
                          Console& console) {
  const auto options = parse_options(words, command.options);
  if (!options) return tl::make_unexpected(options.error());
  return command.run(console, *options);
}

}  // namespace

struct Hmc::State {
  Inventory inventory;
  ReportedDifferences reported;
};

struct Hmc::Impl {
  State state;
  HmcProfile profile;
  HypervisorPort& hypervisor;
  RmcPort& rmc;
  EventLog& log;
  InFlight in_flight{};

  CommandResult execute(const std::string& line) {
    const auto words = split_words(line);
    if (!words) return failed(1, words.error(), false);
    if (words->empty()) return {};
    const CommandSpec* command = find_command(words->front());
    if (command == nullptr) {
      const std::string text = message(MessageId::command_not_found, {{"command", words->front()}});
      return failed(127, text, false);
    }
    state.reported.settle(hypervisor);
    Console console{state.inventory, state.reported, hypervisor, rmc, in_flight};
    CommandOutput output = run_command(*command, *words, console);
    if (output) return {0, std::move(*output), {}};
    return failed(1, output.error(), command->lists || profile.change_errors_on_stdout);
  }
};

Hmc::Hmc(Inventory inventory, HmcProfile profile, HypervisorPort& hypervisor, RmcPort& rmc,
         Clock&, EventLog& log)
    : impl_(new Impl{{std::move(inventory), {}}, std::move(profile), hypervisor, rmc, log}) {}

Hmc::~Hmc() = default;

CommandResult Hmc::run(const std::string& command_line, std::uint32_t session) {
  EventLog& log = impl_->log;
  log.add(EventKind::hmc_command, kNoPartition, session, log.text(command_line));
  CommandResult result = impl_->execute(command_line);
  log.add(EventKind::hmc_reply, kNoPartition, session,
          static_cast<std::uint64_t>(result.exit_status), log.text(result.out),
          log.text(result.err));
  return result;
}

const Inventory& Hmc::inventory() const { return impl_->state.inventory; }

void Hmc::hand_over(PartitionId partition, Hmc& target) {
  move_records(impl_->state.inventory, partition, target.impl_->state.inventory);
  impl_->state.reported.hand_over(partition, target.impl_->state.reported);
}

bool Hmc::difference_was_reported(PartitionId partition) const {
  return impl_->state.reported.reported(partition);
}

std::shared_ptr<const Hmc::State> Hmc::snapshot() const {
  return std::make_shared<const State>(impl_->state);
}

void Hmc::restore(const std::shared_ptr<const State>& state) { impl_->state = *state; }

}  // namespace lparsim::hmc
