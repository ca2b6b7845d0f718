// H_GRANT_LOGICAL, H_RESCIND_LOGICAL, H_ACCEPT_LOGICAL, H_RETURN_LOGICAL (LoPAR 17.2.1.5.1 to .4).
// Checks in the order of the text.
#include <algorithm>
#include <optional>

#include "firmware/device_tree/numbering.hpp"
#include "firmware/drc/drc_space.hpp"
#include "firmware/hcall/adapters.hpp"
#include "firmware/hcall/guest_access.hpp"
#include "firmware/hcall/hcalls.hpp"
#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/sharing.hpp"

namespace lparsim::firmware {
namespace {

// What the client end of an adapter is prepared for.
constexpr std::ptrdiff_t kMostGrants = 256;
// Where accepted I/O space begins: above that of every PHB.
constexpr std::uint64_t kSharedIo = 0x800'0000'0000ULL;
constexpr std::uint8_t kReservedRestriction = 1;

constexpr std::uint64_t field(std::uint64_t flags, int first_bit, int bits) {
  return flags >> (64 - first_bit - bits) & ((std::uint64_t{1} << bits) - 1);
}

std::optional<SharedKind> kind_of(std::uint64_t flags) {
  switch (field(flags, 20, 4)) {
    case 1: return SharedKind::memory;
    case 2: return SharedKind::io;
    default: return std::nullopt;
  }
}

// The resource that begins before or at an address: how far it goes from there, and by which grant
// the partition has it.
struct Resource {
  std::uint64_t bytes = 0;
  const Grant* by = nullptr;
};

std::optional<Resource> own_resource(const HcallFrame& frame, SharedKind kind,
                                     std::uint64_t address) {
  const Core& core = frame.core;
  const PartitionId id = frame.state().config.id;
  if (const Grant* grant = accepted_range(core, id, kind, address, 1)) {
    return Resource{grant->at + grant->bytes - address, grant};
  }
  if (kind == SharedKind::memory) {
    if (!memory_usable(core, frame.partition, address, 1)) return std::nullopt;
    return Resource{core.platform.lmb_bytes - address % core.platform.lmb_bytes};
  }
  if (!io_space(core, frame.state(), address, 1)) return std::nullopt;
  return Resource{kPhbIoBytes - address % kPhbIoBytes};
}

// The partition that may connect to the adapter: by configuration, or as it is connected now.
std::optional<PartitionId> grantee_of(const HcallFrame& frame, AdapterPlace place) {
  if (const auto partner = connected_partner(frame.core, place)) {
    return end_of(frame.core, *partner).partition;
  }
  const auto partners = possible_partners(frame.core, place);
  if (partners.size() != 1) return std::nullopt;
  return end_of(frame.core, partners.front()).partition;
}

std::int64_t check_restrictions(const Grant* by, std::uint8_t inhibited) {
  if (by == nullptr) return kHSuccess;
  const std::uint8_t wanted = kNoRead | kNoWrite;
  const bool more_than_it_has = (by->inhibited & wanted & ~inhibited) != 0;
  return (by->inhibited & kNoRegrant) != 0 || more_than_it_has ? kHPermission : kHSuccess;
}

std::int64_t h_grant_logical(HcallFrame& frame) {
  Core& core = frame.core;
  const auto kind = kind_of(frame.r[0]);
  const auto inhibited = static_cast<std::uint8_t>(field(frame.r[0], 16, 4));
  const std::uint64_t high = frame.r[1], address = frame.r[2], bytes = frame.r[3];
  if (!kind || (inhibited & kReservedRestriction) != 0) return kHParameter;
  const auto resource = own_resource(frame, *kind, address);
  if (high != 0 || address % kPageBytes != 0) return kHParameter;
  if (!resource) return bad_address(core, frame.partition, address, 1);
  if (const auto status = check_restrictions(resource->by, inhibited)) return status;
  if (bytes == 0 || bytes % kPageBytes != 0 || bytes > resource->bytes) return kHParameter;
  const auto place = find_adapter(core, frame.partition, frame.r[4]);
  const auto grantee = place ? grantee_of(frame, *place) : std::nullopt;
  if (!grantee) return kHParameter;
  auto& grants = core.state.hcalls.grants;
  const PartitionId owner = frame.state().config.id;
  const auto outstanding = std::count_if(grants.begin(), grants.end(), [&](const Grant& grant) {
    return grant.owner == owner && grant.slot == place->slot;
  });
  if (outstanding >= kMostGrants) return kHNoMem;
  Grant grant;
  grant.cookie = ++core.state.hcalls.cookies;
  grant.owner = grant.root = owner;
  grant.grantee = *grantee;
  grant.slot = place->slot;
  grant.kind = *kind;
  grant.address = grant.root_address = address;
  grant.bytes = bytes;
  grant.inhibited = inhibited;
  if (const Grant* by = resource->by) {
    grant.parent = by->cookie;
    grant.root = by->root;
    grant.root_address = by->root_address + (address - by->at);
  }
  grants.push_back(grant);
  frame.r[0] = grant.cookie;
  return kHSuccess;
}

Grant* find_grant(Core& core, std::uint64_t cookie) {
  auto& grants = core.state.hcalls.grants;
  const auto found = std::find_if(grants.begin(), grants.end(),
                                  [&](const Grant& grant) { return grant.cookie == cookie; });
  return found == grants.end() ? nullptr : &*found;
}

Grant* granted_to(HcallFrame& frame, std::uint64_t cookie) {
  Grant* grant = find_grant(frame.core, cookie);
  return grant != nullptr && grant->grantee == frame.state().config.id ? grant : nullptr;
}

bool still_mapped(const HcallFrame& frame, const Grant& grant) {
  const std::size_t grantee = frame.core.find(grant.grantee);
  return mapped_in(frame.core, grantee, grant.at, grant.at + grant.bytes);
}

// A partition that restarted does not know the cookies of its life before.
std::int64_t h_rescind_logical(HcallFrame& frame) {
  const Grant* grant = find_grant(frame.core, frame.r[1]);
  if (grant == nullptr || grant->owner != frame.state().config.id || grant->recovered_at) {
    return kHParameter;
  }
  const std::uint64_t subfunction = field(frame.r[0], 16, 8);
  if (subfunction > 1) return kHParameter;
  if (subfunction == 0) {
    if (grant->state == GrantState::accepted) return kHResource;
    if (grant->state == GrantState::returning && still_mapped(frame, *grant)) return kHPartial;
  }
  rescind(frame.core, grant->cookie);
  return kHSuccess;
}

std::uint64_t aligned_up(std::uint64_t address) {
  return (address + kPageBytes - 1) & ~(kPageBytes - 1);
}

// Lowest place in the partition's map for so many bytes. What was taken away by force stays free
// of other things, so that its address goes on to be told apart.
std::uint64_t lowest_place(const HcallFrame& frame, SharedKind kind, std::uint64_t bytes) {
  const PartitionState& p = frame.state();
  std::uint64_t at = kind == SharedKind::io
                         ? kSharedIo
                         : std::uint64_t{p.lmbs.size()} << frame.core.lmb_shift;
  const auto move_past = [&](std::uint64_t begin, std::uint64_t size) {
    if (size == 0 || at >= begin + size || begin >= at + bytes) return false;
    at = aligned_up(begin + size);
    return true;
  };
  for (bool moved = true; moved;) {
    moved = false;
    for (const Grant& grant : frame.core.state.hcalls.grants) {
      const bool there = grant.grantee == p.config.id && grant.kind == kind &&
                         grant.state != GrantState::granted;
      if (there && move_past(grant.at, grant.bytes)) moved = true;
    }
    for (const RescindedRange& range : p.hcalls.rescinded) {
      if (move_past(range.address, range.bytes)) moved = true;
    }
  }
  return at;
}

std::int64_t h_accept_logical(HcallFrame& frame) {
  const std::uint64_t cookie = frame.r[0];
  Grant* grant = granted_to(frame, cookie);
  if (grant == nullptr) {
    const auto& gone = frame.state().hcalls.rescinded;
    const bool was = std::any_of(gone.begin(), gone.end(), [&](const RescindedRange& range) {
      return range.cookie == cookie;
    });
    return was ? kHRescinded : kHParameter;
  }
  // One cookie stands for one place in the map.
  if (grant->state != GrantState::granted) return kHParameter;
  grant->at = lowest_place(frame, grant->kind, grant->bytes);
  grant->state = GrantState::accepted;
  frame.r[0] = grant->at;
  return kHSuccess;
}

// What was granted on has to come back first; the map of what goes is the hypervisor's at once.
std::int64_t h_return_logical(HcallFrame& frame) {
  Grant* grant = granted_to(frame, frame.r[0]);
  if (grant == nullptr || grant->state == GrantState::granted) return kHParameter;
  const auto& grants = frame.core.state.hcalls.grants;
  const bool granted_on = std::any_of(grants.begin(), grants.end(), [&](const Grant& other) {
    return other.parent == grant->cookie;
  });
  if (granted_on) return kHResource;
  grant->state = GrantState::returning;
  if (still_mapped(frame, *grant)) return kHResource;
  grant->state = GrantState::granted;
  return kHSuccess;
}

constexpr auto& kGrant = kHcallOutcomes<kHParameter, kHPermission, kHRescinded, kHNoMem>;
constexpr auto& kRescind = kHcallOutcomes<kHParameter, kHResource, kHPartial>;
constexpr auto& kAccept = kHcallOutcomes<kHParameter, kHRescinded>;
constexpr auto& kReturn = kHcallOutcomes<kHParameter, kHBusy, kHResource>;
// The set's name is table 14-2's; R1-17.2.1.5-1 calls it hcall-logical-resource.
constexpr std::array kRows{
    HcallRow{"hcall.H_GRANT_LOGICAL", 0x1c4, "hcall-slr", h_grant_logical, kGrant},
    HcallRow{"hcall.H_RESCIND_LOGICAL", 0x1c8, "hcall-slr", h_rescind_logical, kRescind},
    HcallRow{"hcall.H_ACCEPT_LOGICAL", 0x1cc, "hcall-slr", h_accept_logical, kAccept},
    HcallRow{"hcall.H_RETURN_LOGICAL", 0x1d0, "hcall-slr", h_return_logical, kReturn},
};

}  // namespace

std::span<const HcallRow> sharing_rows() { return kRows; }

}  // namespace lparsim::firmware
