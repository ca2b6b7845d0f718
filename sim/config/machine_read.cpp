#include <fmt/format.h>

#include <algorithm>

#include "hmc/inventory/text.hpp"
#include "models/setting/setting.hpp"
#include "sim/config/firmware_facts.hpp"
#include "sim/config/json_reader.hpp"
#include "sim/config/machine.hpp"
#include "sim/config/machine_adapter.hpp"
#include "sim/config/machine_connectors.hpp"
#include "sim/config/machine_words.hpp"

namespace lparsim::config {

namespace {

constexpr std::int64_t kMostMb = std::int64_t{1} << 31;      // 2 PiB: LMB counts fit 32 bits
constexpr std::int32_t kMostProcs = 4096;
constexpr std::int32_t kMostUnits = kMostProcs * 100;
constexpr std::int64_t kMostId = 65535;
constexpr std::int64_t kMostVirtualSlots = 65535;

hmc::Facts read_facts(ObjectReader& from, std::string_view key) {
  hmc::Facts facts;
  if (auto object = from.optional_object(key)) {
    for (const auto& [name, node] : object->members()) facts[name] = node.string();
  }
  return facts;
}

// Three numbers: minimum, present amount, maximum.
template <class T, class Read>
hmc::Range<T> read_range(const Node& node, Read&& read) {
  const auto items = node.array();
  if (items.size() != 3) {
    node.fail(fmt::format("found {} numbers, allowed are three: minimum, amount, maximum",
                          items.size()));
    return {};
  }
  return {read(items[0]), read(items[1]), read(items[2])};
}

hmc::Range<std::int32_t> read_counts(const Node& node) {
  return read_range<std::int32_t>(
      node, [](const Node& item) { return item.integer<std::int32_t>(0, kMostProcs); });
}
hmc::Range<ProcUnits> read_units(const Node& node) {
  return read_range<ProcUnits>(
      node, [](const Node& item) { return ProcUnits{item.hundredths(0, kMostUnits)}; });
}

std::int64_t read_mb(const Node& node, std::int64_t lmb_mb) {
  const auto mb = node.integer(0, kMostMb);
  if (mb % lmb_mb != 0) {
    node.fail(fmt::format("found {}, allowed is a multiple of lmb_mb ({})", mb, lmb_mb));
  }
  return mb;
}

hmc::ProcessorSetting read_processors(ObjectReader from) {
  hmc::ProcessorSetting setting;
  setting.mode = from.enumeration("mode", kProcModeWords);
  setting.procs = read_counts(from.required("procs"));
  if (setting.mode == hmc::ProcMode::dedicated) {
    setting.sharing = from.enumeration_or("sharing_mode", kDedicatedWords,
                                          hmc::SharingMode::keep_idle_procs);
  } else {
    setting.sharing = from.enumeration("sharing_mode", kSharedWords);
    setting.units = read_units(from.required("units"));
    setting.uncap_weight = from.integer_or<std::int32_t>("uncap_weight", 0, 255, 0);
    setting.pool_id = from.integer_or<std::int32_t>("pool_id", 0, 63, 0);
  }
  from.finish();
  return setting;
}

hmc::ResourceSetting read_setting(ObjectReader& from, std::int64_t lmb_mb) {
  hmc::ResourceSetting setting;
  setting.processors = read_processors(from.object("processors"));
  setting.memory.mb = read_range<std::int64_t>(
      from.required("memory_mb"), [&](const Node& item) { return read_mb(item, lmb_mb); });
  return setting;
}

void read_system_processors(ObjectReader from, firmware::PlatformConfig& platform) {
  firmware::ProcessorShape& shape = platform.processor;
  platform.installed_units = {from.required("installed_units").hundredths(0, kMostUnits)};
  const auto configurable = from.optional("configurable_units");
  platform.configurable_units =
      configurable ? ProcUnits{configurable->hundredths(0, kMostUnits)} : platform.installed_units;
  shape.chip = from.string_or("chip", shape.chip);
  if (const auto pvr = from.optional("pvr")) {
    shape.pvr = static_cast<std::uint32_t>(pvr->hexadecimal(8));
  }
  shape.threads = from.integer_or<std::uint8_t>("threads", 1, 8, shape.threads);
  shape.clock_hz = from.integer_or<std::uint32_t>("clock_hz", 1, 0xffffffff, shape.clock_hz);
  shape.timebase_hz =
      from.integer_or<std::uint32_t>("timebase_hz", 1, 0xffffffff, shape.timebase_hz);
  platform.cores_per_chip =
      from.integer_or<std::uint16_t>("cores_per_chip", 1, 1024, platform.cores_per_chip);
  if (shape.threads & (shape.threads - 1U)) from.fail("threads: allowed are 1, 2, 4 and 8");
  from.finish();
}

// Returns the LMB size in MB, which everything else is a multiple of.
std::int64_t read_system_memory(ObjectReader from, firmware::PlatformConfig& platform) {
  const auto lmb_node = from.required("lmb_mb");
  std::int64_t lmb_mb = lmb_node.integer(1, 65536);
  if ((lmb_mb & (lmb_mb - 1)) != 0 || lmb_mb < 16) {
    lmb_node.fail(fmt::format("found {}, allowed is a power of two from 16", lmb_mb));
    lmb_mb = 16;
  }
  const auto lmbs = [&](const Node& node) {
    return static_cast<std::uint32_t>(read_mb(node, lmb_mb) / lmb_mb);
  };
  platform.lmb_bytes = static_cast<std::uint64_t>(lmb_mb) << 20;
  platform.installed_lmbs = lmbs(from.required("installed_mb"));
  const auto configurable = from.optional("configurable_mb");
  platform.configurable_lmbs = configurable ? lmbs(*configurable) : platform.installed_lmbs;
  const auto own = from.optional("firmware_mb");
  platform.firmware_lmbs = own ? lmbs(*own) : 0;
  from.finish();
  return lmb_mb;
}

PartitionOs read_os(ObjectReader from) {
  PartitionOs os;
  os.kind = from.enumeration("kind", kOsWords);
  if (os.kind == PartitionOs::Kind::linux) {
    os.kernel = from.string_or("kernel", os.kernel);
    os.userland = from.string_or("userland", os.userland);
  }
  os.powered_on = from.boolean_or("powered_on", false);
  os.rmc = from.boolean_or("rmc", true);
  from.finish();
  return os;
}

hmc::ShownValues read_shown(ObjectReader& from) {
  hmc::ShownValues shown;
  auto values = from.optional_object("shown");
  if (!values) return shown;
  for (const auto& [name, node] : values->members()) {
    ObjectReader object = node.object();
    shown[name] = {object.optional_string("text"), object.optional_string("instead")};
    object.finish();
  }
  return shown;
}

hmc::Profile read_profile(ObjectReader from, PartitionId partition, std::int64_t lmb_mb) {
  hmc::Profile profile;
  profile.partition = partition;
  profile.name = from.string("name");
  profile.all_resources = from.boolean_or("all_resources", false);
  profile.setting = read_setting(from, lmb_mb);
  profile.io_slots = from.strings_or_none("io_slots");
  if (auto lists = from.optional_object("lists")) {
    for (const auto& [name, node] : lists->members()) profile.lists[name] = node.strings();
  }
  profile.facts = read_facts(from, "facts");
  profile.absent = from.strings_or_none("absent");
  profile.shown = read_shown(from);
  from.finish();
  return profile;
}

hmc::VirtualAdapter read_adapter(ObjectReader from, PartitionId partition) {
  hmc::VirtualAdapter adapter;
  adapter.partition = partition;
  from.enumeration("kind", kAdapterKindWords);
  adapter.kind = from.string("kind");
  adapter.slot = from.integer<std::uint16_t>("slot", 0, kMostVirtualSlots);
  adapter.facts = read_facts(from, "facts");
  adapter.absent = from.strings_or_none("absent");
  adapter.shown = read_shown(from);
  from.finish();
  return adapter;
}

class MachineReader {
 public:
  explicit MachineReader(ObjectReader root) : root_(std::move(root)) {}

  Machine read() {
    expect_kind(root_, "machine", 1);
    hmc::Inventory& inventory = machine_.inventory;
    firmware::PlatformConfig& platform = machine_.platform;
    platform.name = inventory.system_name = root_.string("name");
    platform.type_model = inventory.type_model = root_.string("type_model");
    platform.serial = inventory.serial = root_.string("serial");
    root_.enumeration_or("hmc_level", kHmcLevelWords, 10);
    inventory.hmc_level = root_.string_or("hmc_level", "v10");
    machine_.firmware_profile = root_.string_or("firmware_profile", "phyp");
    read_system_processors(root_.object("processors"), platform);
    lmb_mb_ = read_system_memory(root_.object("memory"), platform);
    inventory.system_facts = read_facts(root_, "facts");
    inventory.system_shown = read_shown(root_);
    for (const Node& node : root_.optional_array("slots")) read_slot(node);
    for (const Node& node : root_.optional_array("resources")) {
      machine_.platform.resources.push_back(read_resource(node.object()));
      places.resources.push_back(node.pointer());
    }
    for (const Node& node : root_.array("partitions")) read_partitions(node);
    if (auto layouts = root_.optional_object("layouts")) read_layouts(*layouts);
    root_.finish();
    const auto by_id = [](const auto& a, const auto& b) { return a.id < b.id; };
    std::stable_sort(inventory.partitions.begin(), inventory.partitions.end(), by_id);
    return std::move(machine_);
  }

  MachinePlaces places;

 private:
  void read_slot(const Node& node) {
    ObjectReader from = node.object();
    firmware::SlotConfig slot;
    slot.drc = DrcIndex{static_cast<std::uint32_t>(from.required("drc").hexadecimal(8))};
    slot.location = from.string("location");
    slot.owner = PartitionId{from.integer_or<std::uint16_t>("owner", 0, kMostId, 0)};
    if (auto adapter = from.optional_object("adapter")) slot.adapter = read_adapter(*adapter);
    if (auto hot_plug = from.optional_object("hot_plug")) slot.hot_plug = read_hot_plug(*hot_plug);
    hmc::IoSlot io_slot{slot.drc, read_facts(from, "facts"), from.strings_or_none("absent"),
                        read_shown(from)};
    io_slot.facts.emplace("drc_name", slot.location);
    from.finish();
    machine_.platform.slots.push_back(std::move(slot));
    machine_.inventory.slots.push_back(std::move(io_slot));
    places.slots.push_back(node.pointer());
  }

  // "count": n describes n partitions with ids from lpar_id on; {id} in the name is the id.
  void read_partitions(const Node& node) {
    ObjectReader from = node.object();
    const auto first = from.integer("lpar_id", 1, kMostId);
    const auto count = from.integer_or("count", 1, kMostId - first + 1, std::int64_t{1});
    const std::string name = from.string("name");
    if (count > 1 && name.find("{id}") == std::string::npos) {
      from.required("name").fail("with \"count\" the name must hold {id}");
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const PartitionId id{static_cast<std::uint16_t>(first + i)};
      std::string own_name = name;
      if (const auto at = name.find("{id}"); at != std::string::npos) {
        own_name.replace(at, 4, std::to_string(id.value));
      }
      read_partition(from, id, own_name);
      places.partitions.push_back(node.pointer());
    }
    from.finish();
  }

  void read_partition(ObjectReader& from, PartitionId id, const std::string& name) {
    firmware::PartitionConfig config;
    hmc::PartitionRecord record;
    config.id = record.id = id;
    config.name = record.name = name;
    config.os = from.enumeration_or("env", kEnvWords, firmware::OsType::aixlinux);
    record.env = spelled(kEnvWords, config.os);
    config.configured = record.resource_config = from.boolean_or("resource_config", true);
    models::apply_setting(read_setting(from, lmb_mb_), machine_.platform.lmb_bytes, config);
    config.max_virtual_slots =
        from.integer_or<std::uint16_t>("max_virtual_slots", 2, kMostVirtualSlots, 10);
    record.max_virtual_slots = config.max_virtual_slots;
    record.default_profile = from.string_or("default_profile", "");
    record.curr_profile = from.string_or("curr_profile", "");
    record.facts = read_facts(from, "facts");
    record.absent = from.strings_or_none("absent");
    record.shown = read_shown(from);
    config.performance_collection = may_collect_performance(record);
    for (const Node& node : from.optional_array("virtual_adapters")) {
      hmc::VirtualAdapter adapter = read_adapter(node.object(), id);
      config.virtual_slots.push_back(virtual_slot_of(adapter));
      machine_.inventory.adapters.push_back(std::move(adapter));
    }
    for (const Node& node : from.optional_array("profiles")) {
      machine_.inventory.profiles.push_back(read_profile(node.object(), id, lmb_mb_));
    }
    machine_.os[id] = read_os(from.object("os"));
    machine_.platform.partitions.push_back(std::move(config));
    machine_.inventory.partitions.push_back(std::move(record));
  }

  void read_layouts(ObjectReader from) {
    for (const auto& [name, node] : from.members()) {
      ObjectReader object = node.object();
      hmc::Layout& layout = machine_.inventory.layouts[name];
      layout.attributes = object.strings_or_none("attributes");
      layout.rows = object.strings_or_none("rows");
      layout.refusal = object.string_or("refusal", "");
      layout.fields = object.strings_or_none("fields");
      layout.more = object.strings_or_none("more");
      if (object.has("quoted")) layout.quoted = object.strings_or_none("quoted");
      object.finish();
    }
  }

  ObjectReader root_;
  Machine machine_;
  std::int64_t lmb_mb_ = 16;
};

Result<Machine> read_document(const Document& document) {
  MachineReader reader(document.root());
  Machine machine = reader.read();
  if (auto form = document.check(); !form) return tl::make_unexpected(form.error());
  reader.places.file = document.file();
  if (auto sense = validate(machine, reader.places); !sense) {
    return tl::make_unexpected(sense.error());
  }
  return machine;
}

}  // namespace

Result<Machine> read_machine(const std::string& path) {
  return read_json_file(path).and_then(read_document);
}

Result<Machine> parse_machine(std::string_view text, const std::string& file) {
  return parse_json(text, file).and_then(read_document);
}

}  // namespace lparsim::config
