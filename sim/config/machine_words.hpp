// Inside sim/config: the words of machine files, shared by reader and writer.
#pragma once

#include <array>

#include "firmware/platform/platform_config.hpp"
#include "hmc/ports.hpp"
#include "sim/config/json_reader.hpp"
#include "sim/config/machine.hpp"

namespace lparsim::config {

inline constexpr std::array<Word<hmc::ProcMode>, 2> kProcModeWords{{
    {"dedicated", hmc::ProcMode::dedicated},
    {"shared", hmc::ProcMode::shared},
}};
inline constexpr std::array<Word<hmc::SharingMode>, 4> kDedicatedWords{{
    {"keep_idle_procs", hmc::SharingMode::keep_idle_procs},
    {"share_idle_procs", hmc::SharingMode::share_idle_procs},
    {"share_idle_procs_active", hmc::SharingMode::share_idle_procs_active},
    {"share_idle_procs_always", hmc::SharingMode::share_idle_procs_always},
}};
inline constexpr std::array<Word<hmc::SharingMode>, 2> kSharedWords{{
    {"cap", hmc::SharingMode::cap},
    {"uncap", hmc::SharingMode::uncap},
}};
inline constexpr std::array<Word<firmware::OsType>, 3> kEnvWords{{
    {"aixlinux", firmware::OsType::aixlinux},
    {"vioserver", firmware::OsType::vioserver},
    {"os400", firmware::OsType::os400},
}};
inline constexpr std::array<Word<PartitionOs::Kind>, 2> kOsWords{{
    {"linux", PartitionOs::Kind::linux},
    {"generic", PartitionOs::Kind::generic},
}};
inline constexpr std::array<Word<int>, 4> kHmcLevelWords{{
    {"v7", 7}, {"v8", 8}, {"v10", 10}, {"fixed", 10},
}};
inline constexpr std::array<Word<int>, 4> kAdapterKindWords{{
    {"serial", 0}, {"eth", 1}, {"scsi", 2}, {"fc", 3},
}};

template <class E, std::size_t N>
std::string_view spelled(const std::array<Word<E>, N>& words, E value) {
  for (const Word<E>& word : words) {
    if (word.value == value) return word.word;
  }
  return words.front().word;
}

}  // namespace lparsim::config
