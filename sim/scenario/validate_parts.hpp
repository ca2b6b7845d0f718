// Turns the parts of a raw scenario into runtime values; keeps the first error.
#pragma once

#include <optional>
#include <string>

#include "models/world.hpp"
#include "sim/base/result.hpp"
#include "sim/scenario/raw_scenario.hpp"
#include "sim/scenario/scenario.hpp"

namespace lparsim::scenario {

class Validation {
 public:
  explicit Validation(const models::WorldConfig& machine) : machine_(machine) {}

  // After an error they return an empty value; error() tells the first one.
  PartitionId partition(const std::string& name, const std::string& where);
  std::size_t system(const std::string& name, const std::string& where);
  PartitionId linux_partition(const std::string& name, const std::string& where);
  TextPattern pattern(const RawText& raw);
  FileExpectation file(const RawFile& raw);
  DrcExpectation drc(const RawDrc& raw);
  LedgerExpectation ledger(const RawLedger& raw);
  EventPattern event(const RawEvent& raw);
  void invariant(const std::string& name, const std::string& where);

  const std::optional<Error>& error() const { return error_; }

 private:
  void fail(const std::string& where, std::string message);

  const models::WorldConfig& machine_;
  std::optional<Error> error_;
};

}  // namespace lparsim::scenario
