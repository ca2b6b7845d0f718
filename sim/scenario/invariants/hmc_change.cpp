#include "sim/scenario/invariants/hmc_change.hpp"

#include <charconv>
#include <map>
#include <sstream>
#include <vector>

namespace lparsim::scenario {
namespace {

using Words = std::map<std::string, std::string, std::less<>>;

// Options and their values. A value may be quoted; our scenarios never escape a quote.
Words words_of(const std::string& command) {
  Words words;
  std::istringstream stream(command);
  std::string token, option;
  stream >> words[""];
  while (stream >> token) {
    if (token.size() > 1 && token.front() == '"' && token.back() == '"') {
      token = token.substr(1, token.size() - 2);
    }
    if (token.starts_with('-')) {
      option = token;
      words.try_emplace(option);
    } else {
      words[option] = token;
    }
  }
  return words;
}

std::string word(const Words& words, std::string_view option) {
  const auto found = words.find(option);
  return found == words.end() ? std::string() : found->second;
}

std::int64_t number_at(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// "... the completed amount is N" (HSCL294E/F), "Amount of memory removed: N MB" (HSCL2931/2); a
// failure that states no part did nothing at all.
std::int64_t stated_part(const Operation& operation) {
  const std::string text = operation.out + operation.err;
  for (const std::string_view before :
       {"the completed amount is ", "Amount of memory added: ", "Amount of memory removed: "}) {
    const auto at = text.find(before);
    if (at == std::string::npos) continue;
    return number_at(std::string_view(text).substr(at + before.size()));
  }
  return 0;
}

}  // namespace

std::optional<std::vector<Claim>> claims_of(const Operation& operation) {
  const Words words = words_of(operation.command);
  if (word(words, "") != "chhwres") return std::vector<Claim>{};
  const std::string kind = word(words, "-r");
  if (kind != "proc" && kind != "mem") return std::vector<Claim>{};
  const std::string verb = word(words, "-o");
  const bool failed = operation.exit_status != 0;
  const bool by_name = words.contains("-p") && !words.contains("--id") && !words.contains("--tid");
  if (words.contains("--force") || !by_name || (verb == "m" && failed) || verb == "s") {
    return std::nullopt;
  }
  const bool memory = kind == "mem";
  const std::string asked = memory ? word(words, "-q") : word(words, "--procs");
  const std::int64_t amount = failed ? stated_part(operation) : number_at(asked);
  const Resource resource = memory ? Resource::memory_mb : Resource::processors;
  std::vector<Claim> claims{
      {word(words, "-p"), resource, verb == "a" ? amount : -amount, failed}};
  if (verb == "m") claims.push_back({word(words, "-t"), resource, amount, failed});
  return claims;
}

std::optional<MoveClaim> move_claim_of(const Operation& operation) {
  const Words words = words_of(operation.command);
  if (word(words, "") != "migrlpar" || word(words, "-o") != "m" || !words.contains("-p")) {
    return std::nullopt;
  }
  const std::string text = operation.out + operation.err;
  const bool arrived = operation.exit_status == 0 ||
                       text.find("is on the managed system") != std::string::npos;
  return MoveClaim{word(words, "-p"), arrived ? word(words, "-t") : std::string()};
}

}  // namespace lparsim::scenario
