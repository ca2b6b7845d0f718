#include "sim/report/junit.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace lparsim::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Length of the well-formed UTF-8 sequence at the front (RFC 3629), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xC2 ? 0 : byte(0) < 0xE0 ? 2
                             : byte(0) < 0xF0 ? 3 : byte(0) < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  if (length < 3) return length;
  const std::uint8_t second = byte(1);
  const bool overlong = (byte(0) == 0xE0 && second < 0xA0) || (byte(0) == 0xF0 && second < 0x90);
  const bool surrogate = byte(0) == 0xED && second >= 0xA0;
  const bool too_large = byte(0) == 0xF4 && second >= 0x90;
  const bool not_a_character = text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF");
  return overlong || surrogate || too_large || not_a_character ? 0 : length;
}

std::string_view entity(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&apos;";
    case '\n': return "&#10;";
    case '\t': return "&#9;";
    case '\r': return "&#13;";
    default: return static_cast<unsigned char>(c) < 0x20 ? kReplacement : std::string_view();
  }
}

// The rest of what the summary says: everything below its first line.
std::string details(const ScenarioResult& result) {
  const std::string text = summary(result);
  return text.substr(text.find('\n') + 1);
}

std::string first_message(const ScenarioResult& result) {
  if (!result.failures.empty()) return result.failures.front().message;
  for (const auto& violation : result.violations) {
    if (!violation.expected) return violation.invariant + " violated: " + violation.text;
  }
  return "failed";
}

std::string test_case(const ScenarioResult& result) {
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                                xml_escaped(result.path), xml_escaped(result.name),
                                result.real_seconds);
  if (result.verdict == Verdict::passed) return out + "/>\n";
  if (result.verdict == Verdict::error) {
    return out + fmt::format(">\n      <error message=\"{}\"/>\n    </testcase>\n",
                             xml_escaped(result.error));
  }
  return out + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                           xml_escaped(first_message(result)), xml_escaped(details(result)));
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    const auto special = length == 1 ? entity(text.front()) : std::string_view();
    out += special.empty() ? text.substr(0, length) : special;
    text.remove_prefix(length);
  }
  return out;
}

std::string junit_xml(const std::vector<ScenarioResult>& results) {
  const Totals totals = count(results);
  double seconds = 0;
  for (const auto& result : results) seconds += result.real_seconds;
  const auto counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"",
                                  results.size(), totals.failed, totals.errors, seconds);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites {}>\n  <testsuite name=\"lparsim\" {}>\n", counts, counts);
  for (const auto& result : results) out += test_case(result);
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace lparsim::report
