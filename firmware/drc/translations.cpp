#include "firmware/drc/translations.hpp"

#include <algorithm>

#include "firmware/hcall/mappings.hpp"

namespace lparsim::firmware {

bool has_translations(const Core& core, const PartitionState& p, DrcPlace place) {
  const bool noted =
      !p.mapped.empty() &&
      std::find(p.mapped.begin(), p.mapped.end(), drc_index(core, place)) != p.mapped.end();
  return noted || has_mappings(core, p, place);
}

void drop_translations(Core& core, std::size_t partition, DrcPlace place) {
  std::erase(core.at(partition).mapped, drc_index(core, place));
  drop_mappings(core, partition, place);
}

bool note_translation(Core& core, std::size_t partition, DrcIndex drc, bool mapped) {
  PartitionState& p = core.at(partition);
  std::erase(p.mapped, drc);
  if (!mapped) return true;
  const auto place = find_drc(core, p, drc);
  if (!place || !is_owned(state_of(p, *place))) return false;
  p.mapped.push_back(drc);
  return true;
}

}  // namespace lparsim::firmware
