// A program running in a simulated partition: userland::Process over the partition's kernel, files
// and memory. It belongs to one boot and lives on the stack of its actor.
#pragma once

#include <string>

#include "models/context.hpp"
#include "models/partition_host.hpp"
#include "models/userland/process.hpp"

namespace lparsim::models {

class ModelProcess final : public userland::Process {
 public:
  ModelProcess(Context context, PartitionHost& host, userland::PartitionFiles& files,
               std::uint32_t pid, const userland::Version& version)
      : context_(context), host_(host), files_(files), pid_(pid), version_(version) {}

  const std::string& standard_output() const { return out_; }
  const std::string& standard_error() const { return err_; }

  std::uint32_t pid() const override { return pid_; }
  userland::PartitionFiles& files() override { return files_; }
  int rtas(std::uint8_t block[76]) override { return host_.kernel->rtas_syscall(block); }
  int shut_down(bool restart) override { return host_.kernel->shut_down(restart); }
  int load_module(std::string_view name) override { return host_.kernel->load_module(name); }
  std::uint8_t* rmo(std::uint64_t real_address, std::uint64_t size) override {
    return host_.rmo(real_address, size);
  }
  int rmo_file() const override { return host_.rmo_file(); }
  TimePoint now() const override { return context_.clock.now(); }
  void sleep(Duration how_long) override { context_.actors.sleep(how_long); }
  void out(std::string_view text) override { out_ += text; }
  void err(std::string_view text) override { err_ += text; }
  const userland::Version& version() const override { return version_; }

 private:
  Context context_;
  PartitionHost& host_;
  userland::PartitionFiles& files_;
  std::uint32_t pid_;
  const userland::Version& version_;
  std::string out_, err_;
};

}  // namespace lparsim::models
