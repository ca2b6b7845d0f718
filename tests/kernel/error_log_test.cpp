// The error log that rtas_errd reads: NVRAM, messages and the file, with the calls of the recorded
// session pci_phb_rtas_errd (kernel.md 5).
#include <cerrno>

#include "tests/kernel/kernel_rig.hpp"

namespace lparsim::kernel {
namespace {

constexpr const char* kFile = "/proc/ppc64/rtas/error_log";

Bytes from_hex(std::string_view text) {
  Bytes out;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
  }
  return out;
}

// The event of op pci_plug: a PCI device was added behind DRC 0x40000020.
Bytes recorded_event() {
  return from_hex(
      "063460e50000006c86008e00000000000000000049424d005048003000000000000000000000000000000000"
      "0000000048000003000000000000000000000000000000000000000055480018000000008000000000000000"
      "00000000000000004850001401000000050102004000002000000000");
}

Script check(std::int32_t status, Bytes event) {
  return {{"check-exception", {0x500, 0x1001, 0x10000000, 0, 0x6000, 2048}, {status}, {}, {},
           std::move(event)}};
}

Bytes header(std::uint8_t signature, std::uint8_t sum, std::uint16_t blocks, std::string name) {
  name.resize(12);
  CellWriter out;
  out.u8(signature).u8(sum).u16(blocks).bytes(Bytes(name.begin(), name.end()));
  return out.take();
}

class ErrorLogTest : public KernelRig {
 protected:
  // The NVRAM as SLOF leaves it: Linux makes its partition at 0x3800.
  void boot_recorded(std::string_view level = "6.1") {
    host_.expect(nvram_fetch(0, header(0x51, 0x54, 0x140, "ibm,CPU0log")) +
                 nvram_fetch(0x1400, header(0x51, 0x55, 0x140, "ibm,CPU1log")) +
                 nvram_fetch(0x2800, header(0x70, 0xfc, 0x100, "common")) +
                 nvram_fetch(0x3800, header(0x7f, 0xa5, 0xc80, "wwwwwwwwwwww")) +
                 nvram_store(0x3800, 16) + nvram_store(0x3fe0, 16) +
                 nvram_fetch(0x3810, Bytes(8, 0)));
    start(level, {.error_log = true, .nvram = 0x10000});
  }
  Script stored() {
    return nvram_store(0x3810, 8) + nvram_store(0x3818, 32) + nvram_store(0x3838, 32) +
           nvram_store(0x3858, 32) + nvram_store(0x3878, 20);
  }
  int read_error() {
    Bytes out;
    return kernel_->read(kFile, out);
  }
};

TEST_F(ErrorLogTest, APciEventGoesToNvramAndToTheFileAsRecorded) {
  boot_recorded();
  EXPECT_EQ(read_error(), -EAGAIN);                 // nothing yet, nothing to clear
  host_.expect(check(0, recorded_event()) + stored());
  kernel_->interrupt(0x1001);
  EXPECT_EQ(host_.messages,
            std::vector<std::string>{"RTAS: event: 1, Type: Hotplug Event (229), Severity: 1"});
  EXPECT_EQ(kernel_->view().unread_events, 1U);
  EXPECT_EQ(kernel_->view().queued_work, 0U);
  const std::string log = read(kFile);
  ASSERT_EQ(log.size(), 2052U);
  EXPECT_EQ(log.substr(0, 4), std::string("\1\0\0\0", 4));
  const Bytes event = recorded_event();
  EXPECT_EQ(log.substr(4, event.size()), std::string(event.begin(), event.end()));
  EXPECT_EQ(log.substr(4 + event.size()), std::string(2048 - event.size(), '\0'));
  // All read: one word says so, once.
  host_.expect(nvram_store(0x3810, 4));
  EXPECT_EQ(read_error(), -EAGAIN);
  EXPECT_EQ(read_error(), -EAGAIN);
}

TEST_F(ErrorLogTest, TheOldestOf65EventsIsLost) {
  boot_recorded("fixed");
  for (int i = 0; i < 65; ++i) {
    host_.expect(check(0, recorded_event()) + stored());
    kernel_->interrupt(0x1001);
  }
  EXPECT_EQ(kernel_->view().unread_events, 64U);
  EXPECT_EQ(read(kFile).substr(0, 4), std::string("\2\0\0\0", 4));
}

TEST_F(ErrorLogTest, AnEventThatNobodyReadComesAgainAfterARestart) {
  Bytes rest(1992);
  const Bytes event = recorded_event();
  std::copy(event.begin(), event.end(), rest.begin());
  host_.expect(nvram_fetch(0, header(0xa0, 0xb0, 126, "ibm,rtas-log")) +
               nvram_fetch(126 * 16, Bytes(16, 0)) +
               nvram_fetch(16, CellWriter().u32(2).u32(7).take()));
  for (std::uint32_t at = 0; at < rest.size(); at += 32) {
    const auto size = std::min<std::size_t>(32, rest.size() - at);
    host_.expect(nvram_fetch(24 + at, Bytes(rest.begin() + at, rest.begin() + at +
                                                                   static_cast<long>(size))));
  }
  start("6.1", {.error_log = true, .nvram = 0x10000});
  const std::string log = read(kFile);
  EXPECT_EQ(log.substr(0, 4), std::string("\7\0\0\0", 4));
  EXPECT_EQ(log.substr(4, event.size()), std::string(event.begin(), event.end()));
  host_.expect(nvram_store(16, 4));
  EXPECT_EQ(read_error(), -EAGAIN);
  host_.expect(check(0, recorded_event()) + nvram_store(16, 8) + nvram_store(24, 32) +
               nvram_store(56, 32) + nvram_store(88, 32) + nvram_store(120, 20));
  kernel_->interrupt(0x1001);
  EXPECT_TRUE(host_.logged("RTAS: event: 8,"));
}

TEST_F(ErrorLogTest, WithoutNvramTheFileStillHasIt) {
  start("fixed", {.error_log = true});
  host_.expect(check(0, recorded_event()));
  kernel_->interrupt(0x1001);
  EXPECT_EQ(read(kFile).size(), 2052U);
}

TEST_F(ErrorLogTest, AnNvramThatRefusesIsNotWrittenAnyMore) {
  boot_recorded();
  Script refused = nvram_store(0x3810, 8);
  refused.back().out = {-3, 0};
  host_.expect(check(0, recorded_event()) + refused);
  kernel_->interrupt(0x1001);
  EXPECT_EQ(read(kFile).size(), 2052U);
  EXPECT_EQ(read_error(), -EAGAIN);                 // nothing is marked there
}

TEST_F(ErrorLogTest, WithoutAScanRateThereIsNoFile) {
  start("6.1", {.nvram = 0x10000});
  FileStat stat;
  EXPECT_EQ(kernel_->stat(kFile, stat), -ENOENT);
  host_.expect(check(0, recorded_event()));
  kernel_->interrupt(0x1001);
  EXPECT_TRUE(host_.logged("RTAS: event: 1, Type: Hotplug Event (229), Severity: 1"));
  EXPECT_EQ(kernel_->view().unread_events, 0U);
}

TEST_F(ErrorLogTest, AScanEndsAtWhatIsNoHeader) {
  for (const Bytes& first : {Bytes(16, 0), header(0x51, 0x00, 0x140, "ibm,CPU0log"),
                             header(0x7f, 0xa5, 0, "wwwwwwwwwwww")}) {
    host_.expect(nvram_fetch(0, first));
    start("6.1", {.error_log = true, .nvram = 0x10000});
  }
  // Free, but too small.
  host_.expect(nvram_fetch(0, header(0x7f, 0x96, 125, "wwwwwwwwwwww")) +
               nvram_fetch(2000, Bytes(16, 0)));
  start("6.1", {.error_log = true, .nvram = 0x10000});
}

}  // namespace
}  // namespace lparsim::kernel
