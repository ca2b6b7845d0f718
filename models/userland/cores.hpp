// The cores of a partition as ppc64_cpu counts them: as many as the tree has, core N with the
// threads N*T to N*T+T-1, whatever their hardware numbers are.
#pragma once

#include <string>

#include "models/userland/process.hpp"

namespace lparsim::userland {

inline constexpr int kMixedSmt = -1;   // cores differ

class Cores {
 public:
  explicit Cores(Process& process) : process_(process) {}

  // False: the tree has no CPUs to count.
  bool read();

  bool is_online(int thread) const;
  // The hardware number, -1: none.
  long physical_id(int thread) const;
  int online_threads(int core) const;
  // The number of threads that all cores have that have any; kMixedSmt: there is no such number.
  int smt() const;
  // [blocks] The first `wanted` threads online, the others offline; ends at the first failure.
  bool set(int core, int wanted);
  // [blocks] Of a core of which `wanted` threads run, the last one first. What the last write says
  // counts.
  bool take_offline(int core, int wanted);

  int threads = 0, count = 0;

 private:
  bool write(int thread, bool online);

  Process& process_;
};

}  // namespace lparsim::userland
