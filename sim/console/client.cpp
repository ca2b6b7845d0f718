#include "sim/console/client.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "hmc/hmc.hpp"
#include "sim/console/protocol.hpp"

namespace lparsim::console {
namespace {

constexpr int kOwnFailure = 125;

bool send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::write(socket, text.data(), text.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// The three texts of an answer. Its length has no bound but memory: it is our own server's.
Result<Answer> receive_answer(int socket, const std::string& name) {
  std::string received;
  std::vector<std::string> texts;
  std::array<char, 65536> buffer;
  while (texts.size() < 3) {
    auto text = take_text(received);
    if (!text) return failure(ErrorCode::io, name, text.error().message);
    if (*text) {
      texts.push_back(std::move(**text));
      continue;
    }
    const auto got = ::read(socket, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure(ErrorCode::io, name, "the console ended before it answered");
    received.append(buffer.data(), static_cast<std::size_t>(got));
  }
  Answer answer{kOwnFailure, std::move(texts[1]), std::move(texts[2])};
  std::from_chars(texts[0].data(), texts[0].data() + texts[0].size(), answer.exit_status);
  return answer;
}

}  // namespace

Result<int> send_command(const std::string& socket, const std::string& line) {
  if (line.size() > kLongestLine) return bad_input(socket, "the command line is too long");
  const auto descriptor = connect_to(socket);
  if (!descriptor) return tl::make_unexpected(descriptor.error());
  const bool sent = send_all(*descriptor, framed(line));
  auto answer = sent ? receive_answer(*descriptor, socket)
                     : Result<Answer>(failure(ErrorCode::io, socket, std::strerror(errno)));
  ::close(*descriptor);
  if (!answer) return tl::make_unexpected(answer.error());
  std::fwrite(answer->out.data(), 1, answer->out.size(), stdout);
  std::fflush(stdout);
  std::fwrite(answer->err.data(), 1, answer->err.size(), stderr);
  return answer->exit_status;
}

std::string line_of(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

std::optional<int> run_as_command(int argc, char** argv) {
  const char* socket = std::getenv(kSocketVariable);
  if (argc < 1 || socket == nullptr) return std::nullopt;
  const auto names = hmc::command_names();
  std::vector<std::string> words(argv, argv + argc);
  words.front() = std::filesystem::path(words.front()).filename();
  if (std::find(names.begin(), names.end(), words.front()) == names.end()) return std::nullopt;
  const auto status = send_command(socket, line_of(words));
  if (status) return *status;
  std::fprintf(stderr, "lparsim: %s\n", status.error().line().c_str());
  return kOwnFailure;
}

}  // namespace lparsim::console
