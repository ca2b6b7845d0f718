#include "tests/kernel/kernel_rig.hpp"

#include <algorithm>

#include "sim/base/actors.hpp"
#include "tests/kernel/rig_tree.hpp"

namespace lparsim::kernel {

Script operator+(Script a, const Script& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Script sense(std::uint32_t drc, std::int32_t state, std::int32_t status) {
  return {{"get-sensor-state", {9003, drc}, {status, state}, {}, {}, {}}};
}
Script allocate(std::uint32_t drc, std::uint32_t value, std::int32_t status) {
  return {{"set-indicator", {9003, drc, value}, {status}, {}, {}, {}}};
}
Script isolate(std::uint32_t drc, std::uint32_t value, std::int32_t status) {
  return {{"set-indicator", {9001, drc, value}, {status}, {}, {}, {}}};
}
Script acquire(std::uint32_t drc) { return sense(drc, 2) + allocate(drc, 1) + isolate(drc, 1); }
Script release(std::uint32_t drc) { return sense(drc, 1) + isolate(drc, 0) + allocate(drc, 0); }

Script connector(std::int32_t status, std::string name, Bytes value) {
  const std::vector<std::uint32_t> in{static_cast<std::uint32_t>(kConnectorWorkArea), 0};
  return {{"ibm,configure-connector", in, {status}, std::move(name), std::move(value), {}}};
}

Script cpu_connector(std::uint32_t drc, const std::vector<std::uint32_t>& servers,
                     bool with_cache) {
  CellWriter threads;
  for (const std::uint32_t server : servers) threads.u32(server);
  Script out = connector(2, "PowerPC,POWER9@" + std::to_string(servers.front()));
  out = out + connector(3, "device_type", CellWriter().str("cpu").take());
  out = out + connector(3, "ibm,ppc-interrupt-server#s", threads.take());
  out = out + connector(3, "ibm,my-drc-index", CellWriter().u32(drc).take());
  if (with_cache) {
    const std::uint32_t handle = 0x2000 + servers.front();
    out = out + connector(3, "l2-cache", CellWriter().u32(handle).take());
    out = out + connector(1, "l2-cache@" + std::to_string(handle));
    out = out + connector(3, "ibm,phandle", CellWriter().u32(handle).take());
  }
  return out + connector(0);
}

Script lmb_connector() {
  return connector(2, "memory@0") +
         connector(3, "ibm,associativity", CellWriter().u32(1).u32(0).take()) + connector(0);
}

Script power_level(std::uint32_t domain, std::int32_t status) {
  return {{"get-power-level", {domain}, {status, 100}, {}, {}, {}}};
}

Script nvram_fetch(std::uint32_t at, Bytes value) {
  const auto size = static_cast<std::uint32_t>(value.size());
  const std::vector<std::uint32_t> in{at, static_cast<std::uint32_t>(kNvramBuffer), size};
  return {{"nvram-fetch", in, {0, static_cast<std::int32_t>(size)}, {}, std::move(value), {}}};
}

Script nvram_store(std::uint32_t at, std::uint32_t size) {
  const std::vector<std::uint32_t> in{at, static_cast<std::uint32_t>(kNvramBuffer), size};
  return {{"nvram-store", in, {0, static_cast<std::int32_t>(size)}, {}, {}, {}}};
}

Script start_cpu(std::uint32_t server) {
  constexpr auto kEntry = static_cast<std::uint32_t>(kSecondaryEntry);
  return {{"query-cpu-stopped-state", {server}, {0, 0}, {}, {}, {}},
          {"start-cpu", {server, kEntry, server}, {0}, {}, {}, {}}};
}

Script stop_cpu(std::uint32_t server, int polls) {
  Script out{{"stop-self", {}, {0}, {}, {}, {}}};
  for (int i = polls; i > 0; --i) {
    out.push_back({"query-cpu-stopped-state", {server}, {0, i == 1 ? 0 : 2}, {}, {}, {}});
  }
  return out;
}

void ScriptedHost::rtas(std::uint32_t, std::uint64_t address) {
  std::uint8_t* block = memory_.data() + address;
  const std::string call = rig_service(load_be32(block));
  const std::size_t nargs = load_be32(block + 4);
  std::vector<std::uint32_t> in;
  for (std::size_t i = 0; i < nargs; ++i) in.push_back(load_be32(block + 12 + 4 * i));
  if (at_ == script_.size()) {
    ADD_FAILURE() << "call after the end of the script: " << call << ::testing::PrintToString(in);
    store_be32(block + 12 + 4 * nargs, static_cast<std::uint32_t>(-3));
    return;
  }
  const Step& step = script_[at_++];
  EXPECT_EQ(step.call, call) << "call " << at_;
  EXPECT_EQ(step.in, in) << "call " << at_ << " " << call;
  EXPECT_EQ(step.out.size(), load_be32(block + 8)) << "call " << at_ << " " << call;
  answer(step, block, nargs);
  if (call == "stop-self" && step.out[0] == 0) throw ActorEnded{};
  if (call == "start-cpu" && step.out[0] == 0 && call_in) kernel->cpu_enter(in[0], in[1], in[2]);
}

void ScriptedHost::answer(const Step& step, std::uint8_t* block, std::size_t nargs) {
  for (std::size_t i = 0; i < step.out.size(); ++i) {
    store_be32(block + 12 + 4 * nargs + 4 * i, static_cast<std::uint32_t>(step.out[i]));
  }
  if (step.call == "ibm,configure-connector" && !step.name.empty()) {
    constexpr std::size_t kName = 20;
    std::uint8_t* area = memory_.data() + kConnectorWorkArea;
    // A value goes to the further page when the kernel gave one.
    const std::size_t after_name = kName + step.name.size() + 1;
    const std::size_t value_at = step.in[1] == 0 ? after_name : step.in[1] - step.in[0];
    store_be32(area + 8, kName);
    store_be32(area + 12, static_cast<std::uint32_t>(step.value.size()));
    store_be32(area + 16, static_cast<std::uint32_t>(value_at));
    std::copy(step.name.begin(), step.name.end(), area + kName);
    area[after_name - 1] = 0;
    std::copy(step.value.begin(), step.value.end(), area + value_at);
  }
  if (step.call.starts_with("ibm,update-")) {
    std::uint8_t* area = memory_.data() + kConnectorWorkArea;
    areas.emplace_back(area, area + 4096);
    std::copy(step.value.begin(), step.value.end(), area);
  }
  std::copy(step.event.begin(), step.event.end(), memory_.data() + kEventBuffer);
  if (step.call == "nvram-fetch") {
    std::copy(step.value.begin(), step.value.end(), memory_.data() + kNvramBuffer);
  }
}

std::int64_t ScriptedHost::hcall(std::uint32_t server, std::uint64_t opcode, std::uint64_t r[9]) {
  if (at_ < script_.size() && script_[at_].call.starts_with("hcall ")) {
    const Step& step = script_[at_++];
    EXPECT_EQ(step.call, "hcall " + std::to_string(opcode)) << "call " << at_;
    EXPECT_EQ(step.registers, std::vector<std::uint64_t>(r, r + step.registers.size()))
        << "call " << at_;
    hcall_servers.push_back(server);
    if (step.out.size() > 1) r[0] = static_cast<std::uint64_t>(step.out[1]);
    return step.out[0];
  }
  std::vector<std::uint64_t> call{opcode};
  call.insert(call.end(), r, r + 9);
  hcalls.push_back(call);
  const auto& out = hcall_outputs[opcode];
  std::copy(out.begin(), out.end(), r);
  return hcall_status;
}

std::uint8_t* ScriptedHost::rmo(std::uint64_t address, std::uint64_t size) {
  const bool inside = address <= memory_.size() && size <= memory_.size() - address;
  return inside ? memory_.data() + address : nullptr;
}

std::uint64_t ScriptedHost::now_ns() {
  return static_cast<std::uint64_t>(clock_.now().time_since_epoch().count());
}
void ScriptedHost::sleep_ns(std::uint64_t nanoseconds) {
  clock_.advance(Duration(static_cast<std::int64_t>(nanoseconds)));
}
bool ScriptedHost::block(std::uint64_t key, std::uint64_t timeout_ns) {
  if (timeout_ns == 0) {
    ADD_FAILURE() << "would wait for ever for " << key;
    throw ActorEnded{};
  }
  sleep_ns(timeout_ns);   // nobody else is there to wake us
  return false;
}

void ScriptedHost::lock(std::uint32_t id) {
  EXPECT_TRUE(held.insert(id).second) << "lock " << id << " is taken twice";
}
void ScriptedHost::unlock(std::uint32_t id) { EXPECT_EQ(held.erase(id), 1U) << "lock " << id; }

void ScriptedHost::spawn(const char*, void (*entry)(void*), void* argument) {
  try {
    entry(argument);
  } catch (const ActorEnded&) {
  }
}

bool ScriptedHost::allocation_fails(const char* site) { return no_memory.count(site) != 0; }

std::uint32_t ScriptedHost::fault_point(const char* site, std::uint64_t argument,
                                        const char* const* outcomes, std::uint32_t count) {
  EXPECT_EQ(count, 2U);
  EXPECT_STREQ(outcomes[0], "normal");
  EXPECT_STREQ(outcomes[1], "refused");
  return refuse[site].count(argument) != 0 ? 1 : 0;
}

void ScriptedHost::log(int, const char* text, std::size_t length) {
  messages.emplace_back(text, length);
}
void ScriptedHost::bug(const char* text) {
  messages.emplace_back(text);
  throw BugHit{};
}
void ScriptedHost::tree_changed(const char* path, const char* property, int change) {
  tree_events.push_back(std::string(1, "+-="[change]) + path + (*property ? ":" : "") + property);
}

bool ScriptedHost::logged(std::string_view text) const {
  return std::any_of(messages.begin(), messages.end(), [&](const std::string& line) {
    return line.find(text) != std::string::npos;
  });
}

KernelLevel alone(Switch s, bool there) {
  KernelLevel level = *find_level("fixed");
  if (there) level.switches ^= bit(s);
  return level;
}

void KernelRig::start(std::string_view level, const TreeOptions& options) {
  const KernelLevel* found = find_level(level);
  ASSERT_NE(found, nullptr);
  start(*found, options);
}

void KernelRig::start(const KernelLevel& level, const TreeOptions& options) {
  kernel_.reset();                     // it refers to the level that it was made with
  level_ = level;
  const Switches turned = level.switches ^ find_level("fixed")->switches;
  if (turned.none()) started_fixed_ = true;
  for (const SwitchInfo& row : switches()) {
    if (turned == bit(row.id)) started_alone_.insert(row.id);
  }
  kernel_ = make_linux(host_, level_);
  host_.kernel = kernel_.get();
  const Bytes flat = flat_tree(options);
  std::copy(flat.begin(), flat.end(), host_.rmo(0x100000, flat.size()));
  for (std::uint32_t i = 1; i < options.cores * options.threads; ++i) host_.expect(start_cpu(i));
  ASSERT_EQ(kernel_->boot(0x100000, flat.size()), 0);
  ASSERT_EQ(host_.left(), 0U);
  host_.tree_events.clear();
  host_.messages.clear();
}

// Of a test with a Boolean parameter, instance 0 is `fixed` and instance 1 has the switch.
void KernelRig::TearDown() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string name = std::string(test->test_suite_name()) + "." + test->name();
  const std::size_t instance = name.find('/');
  for (const SwitchShown& row : switches_shown()) {
    if (row.test != name.substr(0, instance)) continue;
    if (!name.ends_with("/1")) {
      EXPECT_TRUE(started_fixed_) << "the other side of the switch";
    }
    if (!name.ends_with("/0")) {
      EXPECT_TRUE(started_alone_.contains(row.id)) << static_cast<int>(row.id);
    }
  }
}

KernelRig::~KernelRig() {
  EXPECT_EQ(host_.left(), 0U) << "calls of the script that were not made";
  EXPECT_TRUE(host_.held.empty()) << "a lock is still held";
}

std::int64_t KernelRig::write(std::string_view path, std::string_view text) {
  const Bytes data(text.begin(), text.end());
  return kernel_->write(path, data);
}

std::string KernelRig::read(std::string_view path) {
  Bytes out;
  EXPECT_EQ(kernel_->read(path, out), 0) << path;
  return {out.begin(), out.end()};
}

std::uint32_t KernelRig::lmb_flags(std::uint32_t drc) const {
  for (const LmbView& lmb : kernel_->view().lmbs) {
    if (lmb.drc_index == drc) return lmb.flags;
  }
  ADD_FAILURE() << "no LMB " << drc;
  return 0;
}

}  // namespace lparsim::kernel
