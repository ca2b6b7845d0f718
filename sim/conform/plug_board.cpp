#include "sim/conform/plug_board.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "firmware/device_tree/numbering.hpp"
#include "sim/conform/boot.hpp"

namespace lparsim::conform {
namespace {

using firmware::AssignStatus;
using firmware::DrcState;
using firmware::DrcType;

constexpr std::uint32_t kGib = 1024;            // MiB: where hot-plugged memory may start
constexpr int kAdd = 1, kRemove = 2;

// A core's id is the number of its first thread.
DrcIndex core_index(std::uint32_t id) {
  return DrcIndex{firmware::cpu_drc_index(0, 1).value + id};
}

Outcome refused(std::string text) {
  Outcome outcome;
  outcome.ok = false;
  outcome.err = std::move(text);
  return outcome;
}

}  // namespace

PlugBoard::PlugBoard(firmware::Hypervisor& hypervisor, const firmware::PlatformConfig& platform,
                     const Machine& machine)
    : hypervisor_(hypervisor),
      lmb_mib_(machine.lmb_size_mib),
      first_lmb_((machine.memory_mib + kGib - 1) / kGib * kGib / machine.lmb_size_mib),
      lmbs_(platform.installed_lmbs) {
  for (std::uint32_t core = 0; core < machine.cores; ++core) {
    const std::uint32_t id = core * machine.threads_per_core;
    devices_.push_back({fmt::format("core{}", id), DrcType::cpu, core_index(id)});
  }
}

Result<Outcome> PlugBoard::plug(const Step& step) {
  switch (step.verb) {
    case Verb::plug_core:
      return plug_device(
          {fmt::format("core{}", step.number), DrcType::cpu, core_index(step.number)});
    case Verb::unplug_core: return unplug_device(fmt::format("core{}", step.number));
    case Verb::plug_dimm:
      if (step.node.value_or(0) != 0) {
        return failure(ErrorCode::unsupported, step.pointer,
                       "memory cannot be plugged into another node than 0");
      }
      return plug_dimm(step);
    case Verb::unplug_dimm: return unplug_device(step.target);
    default:
      return failure(ErrorCode::unsupported, step.pointer,
                     "cards, host bridges and modules cannot be replayed yet");
  }
}

bool PlugBoard::send(const Device& device, int action) {
  if (device.type == DrcType::cpu) {
    return hypervisor_.hot_plug_event(kGuest, device.type, action, device.first);
  }
  return hypervisor_.hot_plug_event_count(kGuest, device.type, action, device.count,
                                          device.first);
}

Outcome PlugBoard::plug_device(Device device) {
  const auto answer = hypervisor_.assign_connectors(kGuest, device.first, device.count);
  if (answer.status != AssignStatus::done) {
    return refused(fmt::format("{} cannot be plugged", device.name));
  }
  send(device, kAdd);
  devices_.push_back(std::move(device));
  return {};
}

bool PlugBoard::is_free(std::uint32_t lmb) const {
  return std::none_of(devices_.begin(), devices_.end(), [&](const Device& device) {
    const std::uint32_t first = device.first.value - firmware::lmb_drc_index(0).value;
    return device.type == DrcType::mem && lmb >= first && lmb < first + device.count;
  });
}

// The lowest gap that holds it.
Outcome PlugBoard::plug_dimm(const Step& step) {
  const std::uint32_t count = step.number / lmb_mib_;
  std::uint32_t run = 0;
  for (std::uint32_t lmb = first_lmb_; count > 0 && lmb < lmbs_; ++lmb) {
    run = is_free(lmb) ? run + 1 : 0;
    if (run < count) continue;
    return plug_device(
        {step.target, DrcType::mem, firmware::lmb_drc_index(lmb + 1 - count), count});
  }
  return refused(fmt::format("no room for {}", step.target));
}

Outcome PlugBoard::unplug_device(const std::string& name) {
  const auto device = std::find_if(devices_.begin(), devices_.end(),
                                   [&](const Device& one) { return one.name == name; });
  if (device == devices_.end()) return refused(fmt::format("Device '{}' not found", name));
  if (device->wanted_back && device->type == DrcType::mem) {
    return refused(fmt::format("Memory unplug already in progress for device {}", name));
  }
  if (!device->wanted_back) {
    hypervisor_.unassign_connectors(kGuest, device->first, device->count);
    device->wanted_back = true;
  }
  send(*device, kRemove);
  return {};
}

bool PlugBoard::is_gone(const Device& device) const {
  for (std::uint32_t i = 0; i < device.count; ++i) {
    const auto drc = hypervisor_.drc(kGuest, DrcIndex{device.first.value + i});
    if (drc && drc->state != DrcState::unallocatable) return false;
  }
  return true;
}

bool PlugBoard::is_kept(const Device& device) const {
  for (std::uint32_t i = 0; i < device.count; ++i) {
    const DrcIndex index{device.first.value + i};
    const auto drc = hypervisor_.drc(kGuest, index);
    const bool here = drc && drc->state != DrcState::unallocatable;
    if (here && !hypervisor_.wanted_back(kGuest, index)) return true;
  }
  return false;
}

std::vector<HypervisorEvent> PlugBoard::take_events() {
  std::vector<HypervisorEvent> events;
  for (Device& device : devices_) {
    if (!device.wanted_back) continue;
    if (is_gone(device)) {
      events.push_back({"DEVICE_DELETED", device.name});
    } else if (is_kept(device)) {
      hypervisor_.keep_connectors(kGuest, device.first, device.count);
      device.wanted_back = false;
      events.push_back({"DEVICE_UNPLUG_GUEST_ERROR", device.name});
      if (device.type == DrcType::mem) events.push_back({"MEM_UNPLUG_ERROR", device.name});
    }
  }
  std::erase_if(devices_, [&](const Device& d) { return d.wanted_back && is_gone(d); });
  return events;
}

bool PlugBoard::is_pending() const {
  return std::any_of(devices_.begin(), devices_.end(),
                     [](const Device& device) { return device.wanted_back; });
}

}  // namespace lparsim::conform
