#include "models/kernel/dlpar.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include "models/kernel/cpu_dlpar.hpp"
#include "models/kernel/dt_dlpar.hpp"
#include "models/kernel/memory_dlpar.hpp"
#include "models/kernel/pmem.hpp"

namespace lparsim::kernel {
namespace {

// Words between single blanks; a double blank gives an empty word. nullopt: no word left.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  std::optional<std::string_view> next() {
    if (!rest_) return std::nullopt;
    const std::size_t blank = rest_->find(' ');
    const std::string_view word = rest_->substr(0, blank);
    if (blank == std::string_view::npos) {
      rest_.reset();
    } else {
      rest_->remove_prefix(blank + 1);
    }
    return word;
  }

 private:
  std::optional<std::string_view> rest_;
};

struct Keyword {
  std::string_view word;
  std::uint8_t value;
};
constexpr std::array kResources{Keyword{"memory", 2}, Keyword{"cpu", 1}};
constexpr std::array kResourcesWithTree{Keyword{"memory", 2}, Keyword{"cpu", 1}, Keyword{"dt", 7}};
constexpr std::array kActions{Keyword{"add", 1}, Keyword{"remove", 2}};
constexpr std::array kIdTypes{Keyword{"indexed-count", 4}, Keyword{"index", 2},
                              Keyword{"count", 3}};

template <std::size_t N>
std::optional<std::uint8_t> keyword(Kernel& kernel, Words& words,
                                    const std::array<Keyword, N>& table, const char* message) {
  const auto word = words.next();
  if (!word) return std::nullopt;
  for (const Keyword& row : table) {
    if (same_word(*word, row.word)) return row.value;
  }
  kernel.log(kLogError, message);
  return std::nullopt;
}

bool number(Kernel& kernel, Words& words, std::string_view what, std::uint32_t& value) {
  const auto word = words.next();
  if (word && parse_u32(*word, value)) return true;
  kernel.log(kLogError, fmt::format("dlpar: {} {} specified.", word ? "Invalid" : "No", what));
  return false;
}

bool parse(Kernel& kernel, std::string_view text, DlparRequest& request) {
  Words words(text);
  constexpr const char* kNoResource = "dlpar: Invalid resource specified.";
  const auto resource = kernel.has(Switch::dt_requests)
                            ? keyword(kernel, words, kResourcesWithTree, kNoResource)
                            : keyword(kernel, words, kResources, kNoResource);
  if (!resource) return false;
  const auto action = keyword(kernel, words, kActions, "dlpar: Invalid action specified.");
  if (!action) return false;
  const auto id_type = keyword(kernel, words, kIdTypes, "dlpar: Invalid id_type specified.");
  if (!id_type) return false;
  request.resource = static_cast<Resource>(*resource);
  request.action = static_cast<Action>(*action);
  request.id_type = static_cast<IdType>(*id_type);
  const bool counts = request.id_type != IdType::index;
  if (counts && !number(kernel, words, "DRC count", request.count)) return false;
  const bool indexes = request.id_type != IdType::count;
  return !indexes || number(kernel, words, "DRC Index", request.index);
}

template <class Number>
int parse_number(std::string_view text, Number& value) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
  }
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, base);
  if (result.ptr != end || result.ec == std::errc::invalid_argument) return -EINVAL;
  return result.ec == std::errc() ? 0 : -ERANGE;
}

}  // namespace

bool same_word(std::string_view text, std::string_view word) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text == word;
}

bool parse_u32(std::string_view text, std::uint32_t& value) {
  return parse_number(text, value) == 0;
}

int parse_u64(std::string_view text, std::uint64_t& value) { return parse_number(text, value); }

int handle_request(Kernel& kernel, const DlparRequest& request) {
  switch (request.resource) {
    case Resource::cpu: return dlpar_cpu(kernel, request);
    case Resource::memory: return dlpar_memory(kernel, request);
    case Resource::device_tree: return dlpar_dt(kernel, request);
    case Resource::pmem: return dlpar_pmem(kernel, request);
    default: break;
  }
  kernel.log(kLogError, fmt::format("dlpar: no handler for resource {}",
                                    static_cast<int>(request.resource)));
  return -EINVAL;
}

std::int64_t dlpar_write(Kernel& kernel, std::string_view text) {
  if (kernel.host.allocation_fails("kernel.dlpar_buffer")) return -ENOMEM;
  const std::size_t written = text.size();
  text = text.substr(0, text.find('\0'));
  DlparRequest request;
  int result = -EINVAL;
  if (parse(kernel, text, request)) result = handle_request(kernel, request);
  if (result == 0) return static_cast<std::int64_t>(written);
  kernel.log(kLogError, fmt::format("dlpar: Could not handle DLPAR request \"{}\"", text));
  return result;
}

}  // namespace lparsim::kernel
