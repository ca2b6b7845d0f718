#include "firmware/hcall/sharing.hpp"

#include <algorithm>
#include <vector>

#include "firmware/hcall/mappings.hpp"
#include "firmware/hcall/status.hpp"

namespace lparsim::firmware {
namespace {

// A guest may grant, accept and rescind for ever; only so many old addresses are told apart from
// those that never were.
constexpr std::size_t kMostRescinded = 1024;

bool overlaps(std::uint64_t begin, std::uint64_t end, std::uint64_t other, std::uint64_t bytes) {
  return other < end && other + bytes > begin;
}

void remember(PartitionState& grantee, const Grant& grant) {
  auto& list = grantee.hcalls.rescinded;
  const bool mapped = grant.state != GrantState::granted;
  list.push_back({grant.cookie, grant.at, mapped ? grant.bytes : 0});
  if (list.size() > kMostRescinded) list.pop_front();
}

}  // namespace

const Grant* accepted_range(const Core& core, PartitionId partition, SharedKind kind,
                            std::uint64_t address, std::uint64_t bytes) {
  for (const Grant& grant : core.state.hcalls.grants) {
    if (grant.grantee != partition || grant.kind != kind ||
        grant.state != GrantState::accepted || address < grant.at) {
      continue;
    }
    const std::uint64_t offset = address - grant.at;
    if (offset < grant.bytes && bytes <= grant.bytes - offset) return &grant;
  }
  return nullptr;
}

std::optional<SharedPlace> behind(const Core& core, const Grant& grant, std::uint64_t address) {
  const std::size_t partition = core.find(grant.root);
  if (partition == Core::kNowhere) return std::nullopt;
  return SharedPlace{partition, grant.root_address + (address - grant.at)};
}

std::int64_t bad_address(const Core& core, std::size_t partition, std::uint64_t address,
                         std::uint64_t bytes) {
  const auto& list = core.at(partition).hcalls.rescinded;
  const bool gone = bytes <= ~std::uint64_t{0} - address &&
                    std::any_of(list.begin(), list.end(), [&](const RescindedRange& range) {
                      return overlaps(address, address + bytes, range.address, range.bytes);
                    });
  return gone ? kHRescinded : kHParameter;
}

bool shared_out(const Core& core, PartitionId owner, SharedKind kind, std::uint64_t begin,
                std::uint64_t end) {
  const auto& grants = core.state.hcalls.grants;
  return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
    return grant.root == owner && grant.kind == kind && grant.state != GrantState::granted &&
           overlaps(begin, end, grant.root_address, grant.bytes);
  });
}

void rescind(Core& core, std::uint64_t cookie) {
  auto& grants = core.state.hcalls.grants;
  const auto found = std::find_if(grants.begin(), grants.end(),
                                  [&](const Grant& grant) { return grant.cookie == cookie; });
  if (found == grants.end()) return;
  const Grant grant = *found;
  grants.erase(found);
  const std::size_t grantee = core.find(grant.grantee);
  if (grantee != Core::kNowhere && core.at(grantee).power == PowerState::on) {
    if (grant.state != GrantState::granted) {
      drop_mappings_in(core, grantee, grant.at, grant.at + grant.bytes);
    }
    remember(core.at(grantee), grant);
  }
  std::vector<std::uint64_t> further;
  for (const Grant& other : grants) {
    if (other.parent == cookie) further.push_back(other.cookie);
  }
  for (const std::uint64_t next : further) rescind(core, next);
}

void take_back(Core& core, PartitionId owner, SharedKind kind, std::uint64_t begin,
               std::uint64_t end) {
  std::vector<std::uint64_t> cookies;
  for (const Grant& grant : core.state.hcalls.grants) {
    if (grant.owner == owner && grant.parent == 0 && grant.kind == kind &&
        overlaps(begin, end, grant.address, grant.bytes)) {
      cookies.push_back(grant.cookie);
    }
  }
  for (const std::uint64_t cookie : cookies) rescind(core, cookie);
}

void end_sharing(Core& core, std::size_t partition) {
  const PartitionId id = core.at(partition).config.id;
  const TimePoint then = core.services.clock.now() + kRecoveryDelay;
  for (Grant& grant : core.state.hcalls.grants) {
    if (grant.grantee == id) grant.state = GrantState::granted;
    if (grant.owner == id && !grant.recovered_at) grant.recovered_at = then;
  }
}

void recover_shared(Core& core) {
  std::vector<std::uint64_t> due;
  for (const Grant& grant : core.state.hcalls.grants) {
    if (grant.recovered_at && *grant.recovered_at <= core.services.clock.now()) {
      due.push_back(grant.cookie);
    }
  }
  for (const std::uint64_t cookie : due) rescind(core, cookie);
}

}  // namespace lparsim::firmware
