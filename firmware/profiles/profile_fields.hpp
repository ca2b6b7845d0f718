// The fields of a firmware profile that a file may set, one row each: reader, schema, documentation
// and tests go by these rows. Another field: a member in profile.hpp and a row in
// profile_fields.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/profiles/profile.hpp"

namespace lparsim::firmware {

// What a number may be. Durations are nanoseconds.
struct NumberLimits {
  enum class Kind : std::uint8_t { boolean, range, values, words };
  Kind kind = Kind::boolean;
  std::int64_t min = 0, max = 1;                 // range
  std::span<const std::int64_t> values;          // those that are allowed, no other
  std::span<const std::string_view> words;       // of an enumeration, by its value

  bool allows(std::int64_t value) const;
};

struct NumberField {
  std::string_view group;                        // member of FirmwareProfile; "": its own
  std::string_view name;
  NumberLimits limits;
  std::string_view about;
  std::int64_t (*get)(const FirmwareProfile&);
  void (*set)(FirmwareProfile&, std::int64_t);
};

struct TextField {
  std::string_view group, name;
  std::string_view about;
  std::string& (*of)(FirmwareProfile&);
};

struct TextListField {
  std::string_view group, name;
  std::string_view about;
  std::vector<std::string>& (*of)(FirmwareProfile&);
};

struct NumberListField {
  std::string_view group, name;
  std::int64_t min, max;
  std::string_view about;
  std::vector<std::uint32_t>& (*of)(FirmwareProfile&);
};

std::span<const NumberField> number_fields();
std::span<const TextField> text_fields();
std::span<const TextListField> text_list_fields();
std::span<const NumberListField> number_list_fields();
inline constexpr std::int64_t kLongestLatency_ns = 3'600'000'000'000;   // an hour

// What contradicts itself in the profile, and at which JSON pointer; nothing when all is sound.
struct ProfileProblem {
  std::string pointer, text;
};
std::optional<ProfileProblem> contradiction(const FirmwareProfile& profile);

}  // namespace lparsim::firmware
