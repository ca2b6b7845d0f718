// Inside sim/config: a machine that is being put together from captures.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/capture.hpp"
#include "sim/config/machine.hpp"

namespace lparsim::config {

struct Draft {
  std::vector<Capture> captures;
  Machine machine;
  std::vector<std::string> notes;
  std::optional<Error> error;                       // the first one

  std::map<PartitionId, std::string> named_at;      // where a partition's name was seen first
  std::map<std::pair<PartitionId, std::uint16_t>, std::string> slot_at;   // virtual slots
  std::map<PartitionId, std::map<hmc::Listing, const CapturedRow*>> rows;  // rows of partitions
  std::vector<CapturedRow> unlisted;                // partitions that only a filter names
  const CapturedRow* sys = nullptr;
  const CapturedRow* proc_sys = nullptr;
  const CapturedRow* mem_sys = nullptr;

  void fail(const std::string& where, std::string message);
  void note(std::string text) { notes.push_back(std::move(text)); }
  const Capture* capture(hmc::Listing listing) const;
  const CapturedRow* row(PartitionId partition, hmc::Listing listing) const;
  hmc::PartitionRecord* partition(PartitionId id);

  // Values of a row; `otherwise` when the attribute is missing or prints null or unavailable.
  // What is no number is an error.
  std::int64_t number(const CapturedRow* row, std::string_view name, std::int64_t otherwise);
  std::int32_t up_to(const CapturedRow* row, std::string_view name, std::int32_t most);
  ProcUnits units(const CapturedRow* row, std::string_view name, ProcUnits otherwise);
  std::string text(const CapturedRow* row, std::string_view name, std::string otherwise) const;
  // A whole number of LMBs in MB.
  std::int64_t memory(const CapturedRow* row, std::string_view name, std::int64_t otherwise);
  // Facts of a row: all attributes that no model knows. Two rows of one object have to agree.
  void add_facts(hmc::Listing listing, const CapturedRow& row, hmc::Facts& facts);
  // The setting of a row; prefixes as in curr_min_mem and desired_mem.
  hmc::ResourceSetting setting(const CapturedRow* procs, const CapturedRow* memory_row,
                               std::string_view min, std::string_view amount,
                               std::string_view max, std::string_view other);
};

// The steps of an import in their order; each stops nothing, the first error counts.
void merge_captures(Draft& draft);      // one capture per listing, rows that name their object
void import_system(Draft& draft);       // name, type, LMB size, processors, memory
void import_partitions(Draft& draft);   // ids, names, states, amounts
void import_profiles(Draft& draft);
void import_slots(Draft& draft);
void import_adapters(Draft& draft);
void import_layouts(Draft& draft);
void check_import(Draft& draft);        // contradictions, with both lines
void import_shown(Draft& draft);        // what the finished machine would print otherwise

// The key of a row as in Layout::rows; "" for rows of the system.
std::string captured_key(hmc::Listing listing, const CapturedRow& row);

// Attributes that the listing has, this row lacks, and that would be printed otherwise.
void add_absent(const Capture& capture, const CapturedRow& row, std::string_view env,
                hmc::Absent& absent);

// What a type-model is made of (chip, threads); POWER10 when it is not known.
firmware::ProcessorShape processor_of(std::string_view type_model, bool& known);

}  // namespace lparsim::config
