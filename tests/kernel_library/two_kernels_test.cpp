// Two kernels in one process do not see each other: whatever one does while the other is in the
// middle of a firmware call, each ends as if it had been alone.
#include "tests/kernel/kernel_rig.hpp"
#include "tests/kernel_library/surface.hpp"

namespace lparsim::kernel {
namespace {

// Lets somebody else run inside each firmware call.
class InterruptedHost final : public ScriptedHost {
 public:
  void rtas(std::uint32_t server, std::uint64_t address) override {
    if (meanwhile) meanwhile();
    ScriptedHost::rtas(server, address);
  }
  std::function<void()> meanwhile;
};

struct Request {
  std::string path, text;
  Script script;
};

std::vector<Request> work(std::uint32_t core, std::uint32_t lmb) {
  const std::uint32_t drc = 0x10000000 + core;
  const auto index = [](std::uint32_t number) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", number);
    return std::string(text);
  };
  const std::string dlpar = "/sys/kernel/dlpar";
  return {
      {dlpar, "cpu add index " + index(drc),
       acquire(drc) + cpu_connector(drc, {core}, true) + start_cpu(core)},
      {dlpar, "memory add index " + index(lmb), acquire(lmb) + lmb_connector()},
      {"/sys/devices/system/cpu/cpu1/online", "0", stop_cpu(core)},
      {dlpar, "cpu remove index " + index(drc), release(drc)},
      {dlpar, "memory remove index " + index(lmb), release(lmb)},
      {dlpar, "memory add index " + index(lmb), acquire(lmb) + lmb_connector()},
  };
}

// A kernel with its firmware and the work that it has still to do.
struct Machine {
  Machine(std::string_view level, const TreeOptions& options, std::vector<Request> requests)
      : todo(std::move(requests)), kernel(make_linux(host, *find_level(level))) {
    host.kernel = kernel.get();
    const Bytes flat = flat_tree(options);
    std::copy(flat.begin(), flat.end(), host.rmo(0x100000, flat.size()));
    EXPECT_EQ(kernel->boot(0x100000, flat.size()), 0);
  }
  ~Machine() { EXPECT_EQ(host.left(), 0U); }

  void step() {
    if (next == todo.size()) return;
    const Request& request = todo[next++];
    host.expect(request.script);
    const Bytes data(request.text.begin(), request.text.end());
    results.push_back(kernel->write(request.path, data));
  }
  void finish() {
    while (next < todo.size()) step();
  }

  InterruptedHost host;
  std::vector<Request> todo;
  std::size_t next = 0;
  std::vector<std::int64_t> results;
  std::unique_ptr<GuestKernel> kernel;
};

class TwoKernels : public ::testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  static Machine first() { return {GetParam().first, {.phandles = true}, work(1, 0x80000004)}; }
  static Machine second() { return {GetParam().second, {.v1 = true}, work(1, 0x80000006)}; }

  static void expect_same(Machine& alone, Machine& together) {
    EXPECT_EQ(alone.results, together.results);
    EXPECT_EQ(surface(*alone.kernel), surface(*together.kernel));
    EXPECT_EQ(alone.host.messages, together.host.messages);
    EXPECT_EQ(alone.host.tree_events, together.host.tree_events);
    EXPECT_EQ(alone.kernel->view().allocations, together.kernel->view().allocations);
  }
};

TEST_P(TwoKernels, EachEndsAsIfAlone) {
  Machine alone_a = first(), alone_b = second();
  alone_a.finish();
  alone_b.finish();
  EXPECT_GT(alone_a.results.front(), 0);

  Machine a = first(), b = second();
  a.host.meanwhile = [&] { b.step(); };
  a.finish();
  EXPECT_EQ(b.next, b.todo.size()) << "the other one was to work in the middle";
  expect_same(alone_a, a);
  expect_same(alone_b, b);
}

TEST_P(TwoKernels, OneIsRestoredWhileTheOtherIsInTheMiddle) {
  Machine alone = second();
  alone.finish();

  Machine a = first(), b = second();
  const auto start = a.kernel->snapshot();
  const auto before = surface(*a.kernel);
  a.finish();
  EXPECT_NE(surface(*a.kernel), before);
  b.host.meanwhile = [&] { a.kernel->restore(*start); };
  b.finish();
  EXPECT_EQ(surface(*a.kernel), before);
  expect_same(alone, b);
}

// A kernel that hit a bug, or that is gone, takes nothing along.
TEST_P(TwoKernels, OneMayEndInTheMiddle) {
  Machine alone = second();
  alone.finish();

  auto a = std::make_unique<Machine>(GetParam().first, TreeOptions{}, std::vector<Request>{});
  Machine b = second();
  b.host.meanwhile = [&] { a.reset(); };
  b.finish();
  expect_same(alone, b);
}

INSTANTIATE_TEST_SUITE_P(, TwoKernels,
                         ::testing::Values(std::pair{"6.1", "6.1"}, std::pair{"4.12", "6.12"},
                                           std::pair{"fixed", "6.1"},
                                           std::pair{"6.12", "fixed"}));

}  // namespace
}  // namespace lparsim::kernel
