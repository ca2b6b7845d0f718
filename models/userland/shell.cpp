#include "models/userland/shell.hpp"

#include <fmt/format.h>

#include "models/userland/files.hpp"

namespace lparsim::userland {
namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}
  CommandLine split();

 private:
  bool done() const { return at_ >= line_.size(); }
  void end_word();
  void redirect();
  bool quoted(char quote);

  std::string_view line_;
  std::size_t at_ = 0;
  CommandLine result_;
  std::string word_;
  bool in_word_ = false;
  bool wants_file_ = false;
};

void Splitter::end_word() {
  if (!in_word_) return;
  if (wants_file_) {
    result_.redirect = word_;
  } else {
    result_.words.push_back(word_);
  }
  wants_file_ = in_word_ = false;
  word_.clear();
}

void Splitter::redirect() {
  end_word();
  result_.append = at_ < line_.size() && line_[at_] == '>';
  if (result_.append) ++at_;
  if (wants_file_) result_.error = "syntax error: unexpected redirection";
  wants_file_ = true;
}

// Behind the opening quote; false when there is no closing one.
bool Splitter::quoted(char quote) {
  in_word_ = true;
  while (!done()) {
    const char c = line_[at_++];
    if (c == quote) return true;
    const bool escaped = quote == '"' && c == '\\' && !done() &&
                         (line_[at_] == '"' || line_[at_] == '\\');
    word_ += escaped ? line_[at_++] : c;
  }
  return false;
}

CommandLine Splitter::split() {
  while (!done() && result_.error.empty()) {
    const char c = line_[at_++];
    if (c == ' ' || c == '\t' || c == '\n') {
      end_word();
    } else if (c == '\'' || c == '"') {
      if (!quoted(c)) result_.error = "syntax error: unterminated quoted string";
    } else if (c == '>') {
      redirect();
    } else {
      word_ += c == '\\' && !done() ? line_[at_++] : c;
      in_word_ = true;
    }
  }
  end_word();
  if (wants_file_ && result_.error.empty()) result_.error = "syntax error: unexpected newline";
  return result_;
}

// The process of a command whose stdout goes elsewhere.
class Redirected final : public Process {
 public:
  explicit Redirected(Process& under) : under_(under) {}
  std::uint32_t pid() const override { return under_.pid(); }
  PartitionFiles& files() override { return under_.files(); }
  int rtas(std::uint8_t block[76]) override { return under_.rtas(block); }
  int shut_down(bool restart) override { return under_.shut_down(restart); }
  int load_module(std::string_view name) override { return under_.load_module(name); }
  std::uint8_t* rmo(std::uint64_t at, std::uint64_t size) override { return under_.rmo(at, size); }
  TimePoint now() const override { return under_.now(); }
  void sleep(Duration how_long) override { under_.sleep(how_long); }
  void out(std::string_view text) override { text_ += text; }
  void err(std::string_view text) override { under_.err(text); }
  int read_character() override { return under_.read_character(); }
  const Version& version() const override { return under_.version(); }

  const std::string& text() const { return text_; }

 private:
  Process& under_;
  std::string text_;
};

// Opening happens before the command runs; kernel files ignore O_TRUNC and cannot be created.
bool openable(Process& process, const std::string& path) {
  FileStat stat;
  const int status = process.files().stat(path, stat);
  const bool kernel = path.starts_with("/proc/") || path.starts_with("/sys/");
  const bool directory = status == 0 && stat.type == FileType::directory;
  if (directory || (kernel && status != 0)) {
    process.err(fmt::format("sh: can't create {}: {}\n", path,
                            directory ? "Is a directory" : errno_text(status)));
    return false;
  }
  return true;
}

int store(Process& process, const CommandLine& line, const std::string& text) {
  PartitionFiles& files = process.files();
  const bool kernel = line.redirect.starts_with("/proc/") || line.redirect.starts_with("/sys/");
  if (text.empty() && kernel) return 0;  // no write at all happens
  const std::int64_t status = line.append && !kernel ? append_text(files, line.redirect, text)
                                                     : write_text(files, line.redirect, text);
  if (status >= 0) return 0;
  // echo is the shell's own command; others speak for themselves.
  const std::string& name = line.words.front();
  process.err(fmt::format("{}: write error: {}\n", name == "echo" ? "sh" : name,
                          errno_text(status)));
  return 1;
}

std::string program_name(const std::string& word) {
  const std::size_t slash = word.rfind('/');
  return slash == std::string::npos ? word : word.substr(slash + 1);
}

}  // namespace

CommandLine split_command_line(std::string_view line) { return Splitter(line).split(); }

int run_shell(Process& process, std::string_view command_line) {
  const CommandLine line = split_command_line(command_line);
  if (!line.error.empty()) {
    process.err("sh: " + line.error + "\n");
    return 2;
  }
  if (!line.redirect.empty() && !openable(process, line.redirect)) return 1;
  if (line.words.empty()) return 0;
  const Program program = find_program(program_name(line.words.front()));
  if (program == nullptr) {
    process.err(fmt::format("sh: {}: not found\n", line.words.front()));
    return 127;
  }
  if (line.redirect.empty()) return program(process, line.words);
  Redirected redirected(process);
  const int status = program(redirected, line.words);
  const int stored = store(process, line, redirected.text());
  return status != 0 ? status : stored;
}

}  // namespace lparsim::userland
