// What a Linux 6.1 guest insists on (DEVICE_TREE.md section 14): one test for a row and a profile,
// on the tree that firmware hands to a client with Linux's vectors.
#include "client_vectors.hpp"
#include "guest.hpp"

namespace lparsim::firmware {
namespace {

PlatformConfig machine() {
  PlatformConfig platform = test_platform();
  PartitionConfig& client = platform.partitions[0];
  client.max_virtual_slots = 20;
  client.virtual_slots = {{1, "serial"}, {2, "eth"}, {3, "scsi"}, {5, "fc"}};
  return platform;
}

const Property* at(const Node& root, std::string_view path, std::string_view property) {
  const Node* node = root.find(path);
  return node == nullptr ? nullptr : node->property(property);
}
bool has(const Node& root, std::string_view path, std::initializer_list<std::string_view> all) {
  return std::all_of(all.begin(), all.end(), [&](std::string_view property) {
    return at(root, path, property) != nullptr;
  });
}
std::string text(const Node& node, std::string_view property) {
  const Property* p = node.property(property);
  if (p == nullptr) return {};
  CellReader in(p->value);
  return std::string(in.str());
}
std::uint32_t cell(const Node& node, std::string_view property, std::size_t number = 0) {
  const Property* p = node.property(property);
  if (p == nullptr || p->value.size() < 4 * (number + 1)) return 0;
  return load_be32(p->value.data() + 4 * number);
}
// The strings of a list property.
std::vector<std::string> texts(const Node& node, std::string_view property) {
  std::vector<std::string> list;
  const Property* p = node.property(property);
  CellReader in(p == nullptr ? ByteView{} : ByteView{p->value.get()});
  while (in.left() > 0 && in.ok()) list.emplace_back(in.str());
  return list;
}
bool lists(const Node& node, std::string_view property, std::string_view wanted) {
  const auto all = texts(node, property);
  return std::find(all.begin(), all.end(), wanted) != all.end();
}
const Node& cpu(const Node& root) {
  const auto& all = root.find("/cpus")->children;
  return *std::find_if(all.begin(), all.end(),
                       [](const Node& n) { return text(n, "device_type") == "cpu"; });
}
const Node& adapter(const Node& root, std::string_view type) {
  static const Node kNone;
  for (const Node& node : root.find("/vdevice")->children) {
    if (text(node, "device_type") == type) return node;
  }
  return kNone;
}
const Node& phb(const Node& root) {
  const auto& all = root.children;
  return *std::find_if(all.begin(), all.end(),
                       [](const Node& n) { return n.name.starts_with("pci@"); });
}
bool four_lists_or_info(const Node& node) {
  const bool four = node.property("ibm,drc-indexes") != nullptr &&
                    node.property("ibm,drc-names") != nullptr &&
                    node.property("ibm,drc-types") != nullptr &&
                    node.property("ibm,drc-power-domains") != nullptr;
  return four || node.property("ibm,drc-info") != nullptr;
}
bool tokens(const Node& root, std::initializer_list<std::string_view> calls) {
  return has(root, "/rtas", calls);
}
std::uint8_t vector5(const Node& root, std::size_t byte) {
  const Property* p = at(root, "/chosen", "ibm,architecture-vec-5");
  // [0] is the length less one; byte 1 of the text is at [1].
  return p == nullptr || byte >= p->value.size() ? std::uint8_t{0} : p->value[byte];
}
bool hypertas(const Node& root, std::string_view set) {
  return lists(*root.find("/rtas"), "ibm,hypertas-functions", set);
}
bool any(const Node&) { return true; }
bool powervm(const Node& root) { return root.property("ibm,lpar-capable") != nullptr; }

struct Need {
  const char* row;
  bool (*met)(const Node& root);
  bool (*applies)(const Node& root) = any;   // else the profile does without, as recorded
};
std::ostream& operator<<(std::ostream& out, const Need& need) { return out << need.row; }

const Need kNeeds[] = {
    {"14.1 root is chrp",
     [](const Node& root) {
       const auto names = texts(root, "compatible");
       return text(root, "device_type") == "chrp" && !names.empty() &&
              std::none_of(names.begin(), names.end(), [](const std::string& name) {
                return name == "Power Macintosh" || name == "MacRISC" || name == "IBM,CBEA" ||
                       name == "IBM,CPBW-1.0";
              });
     }},
    {"14.1 rtas with hypertas functions",
     [](const Node& root) { return has(root, "/rtas", {"ibm,hypertas-functions"}); }},
    {"14.1 rtas size base entry",
     [](const Node& root) {
       return has(root, "/rtas", {"rtas-size", "linux,rtas-base", "linux,rtas-entry"}) &&
              cell(*root.find("/rtas"), "rtas-size") > 0;
     }},
    {"14.1 chosen with vector 5 of 25 bytes or more",
     [](const Node& root) {
       const Property* p = at(root, "/chosen", "ibm,architecture-vec-5");
       return p != nullptr && p->value.size() > 25;
     }},
    {"14.1 memory at 0",
     [](const Node& root) {
       const Property* reg = at(root, "/memory@0", "reg");
       return reg != nullptr && reg->value.size() >= 16 && load_be64(reg->value.data()) == 0 &&
              load_be64(reg->value.data() + 8) > 0;
     }},
    {"14.1 cpu properties",
     [](const Node& root) {
       const Node& node = cpu(root);
       const Property* servers = node.property("ibm,ppc-interrupt-server#s");
       return servers != nullptr && servers->value.size() == 32 &&
              cell(node, "timebase-frequency") > 0 && cell(node, "clock-frequency") > 0 &&
              node.property("ibm,pa-features") != nullptr && cell(node, "slb-size") > 0 &&
              (cell(node, "cpu-version") & 0xff00'0000U) != 0;
     }},
    {"14.1 hash page sizes",
     [](const Node& root) {
       const Node& node = cpu(root);
       return node.property("ibm,segment-page-sizes") != nullptr &&
              node.property("ibm,processor-segment-sizes") != nullptr &&
              cell(node, "ibm,pft-size", 1) >= 18;
     }},
    {"14.1 hash is chosen, radix only with its encodings",
     [](const Node& root) {
       const bool radix = (vector5(root, 24) & 0xc0) == 0x40;
       const bool encodings = cpu(root).property("ibm,processor-radix-AP-encodings") != nullptr;
       return !radix || (encodings && (vector5(root, 26) & 0x40) != 0);
     }},
    {"14.1 interrupts by XICS or XIVE",
     [](const Node& root) {
       for (const Node& node : root.children) {
         if (text(node, "device_type") == "PowerPC-External-Interrupt-Presentation") return true;
         if (lists(node, "compatible", "ibm,ppc-xicp")) return true;
         if (lists(node, "compatible", "ibm,power-ivpe")) {
           const Property* ranges = node.property("ibm,xive-lisn-ranges");
           return ranges != nullptr && ranges->value.size() % 8 == 0 &&
                  node.property("ibm,xive-eq-sizes") != nullptr &&
                  root.property("ibm,plat-res-int-priorities") != nullptr;
         }
       }
       return false;
     }},
    {"14.1 console",
     [](const Node& root) {
       const Property* path = at(root, "/chosen", "stdout-path");
       if (path == nullptr) path = at(root, "/chosen", "linux,stdout-path");
       if (path == nullptr) return false;
       CellReader in(path->value);
       const Node* vty = root.find(in.str());
       return vty != nullptr && vty->property("reg") != nullptr &&
              (lists(*vty, "compatible", "hvterm1") ||
               lists(*vty, "compatible", "hvterm-protocol"));
     }},
    {"14.1 vio children match their drivers",
     [](const Node& root) {
       return lists(adapter(root, "network"), "compatible", "IBM,l-lan") &&
              lists(adapter(root, "vscsi"), "compatible", "IBM,v-scsi") &&
              lists(adapter(root, "fcp"), "compatible", "IBM,vfc-client") &&
              lists(adapter(root, "serial"), "compatible", "hvterm1") &&
              adapter(root, "network").property("reg") != nullptr;
     }},
    {"14.1 l-lan, v-scsi and vfc probe",
     [](const Node& root) {
       const Node& lan = adapter(root, "network");
       return lan.property("local-mac-address") != nullptr &&
              lan.property("ibm,mac-address-filters") != nullptr &&
              root.property("ibm,partition-name") != nullptr &&
              root.property("ibm,partition-no") != nullptr &&
              adapter(root, "vscsi").property("ibm,loc-code") != nullptr &&
              adapter(root, "fcp").property("ibm,loc-code") != nullptr;
     },
     powervm},
    {"14.2 hypertas strings that Linux acts on",
     [](const Node& root) {
       return hypertas(root, "hcall-splpar") && hypertas(root, "hcall-set-mode") &&
              hypertas(root, "hcall-vphn") && hypertas(root, "hcall-multi-tce") &&
              hypertas(root, "hcall-bulk");
     }},
    {"14.3 form of affinity and its tables",
     [](const Node& root) {
       const bool form2 = (vector5(root, 5) & 0x20) != 0;
       const bool tables = has(root, "/rtas", {"ibm,numa-lookup-index-table",
                                               "ibm,numa-distance-table"});
       return form2 ? tables : (vector5(root, 5) & 0x80) != 0;
     }},
    {"14.3 what is answered is what is present",
     [](const Node& root) {
       const bool info = root.find("/cpus")->property("ibm,drc-info") != nullptr;
       const bool v2 = at(root, "/ibm,dynamic-reconfiguration-memory",
                          "ibm,dynamic-memory-v2") != nullptr;
       return info == ((vector5(root, 22) & 0x40) != 0) && v2 == ((vector5(root, 22) & 0x80) != 0);
     }},
    {"14.3 xive and radix bits agree with the nodes",
     [](const Node& root) {
       const bool xive = (vector5(root, 23) & 0xc0) == 0x40;
       const bool node = std::any_of(root.children.begin(), root.children.end(),
                                     [](const Node& n) {
                                       return lists(n, "compatible", "ibm,power-ivpe");
                                     });
       return xive == node;
     }},
    {"14.4 cpu tokens",
     [](const Node& root) {
       return tokens(root, {"stop-self", "query-cpu-stopped-state", "start-cpu"});
     }},
    {"14.4 lrdr-capacity",
     [](const Node& root) {
       const Property* p = at(root, "/rtas", "ibm,lrdr-capacity");
       return p != nullptr && p->value.size() >= 20 &&
              load_be64(p->value.data()) == 16ULL * (256ULL << 20) &&   // highest address
              load_be32(p->value.data() + 16) >= 6;                     // max_procs of lp2
     }},
    {"14.4 cpu connectors",
     [](const Node& root) {
       const Node* cpus = root.find("/cpus");
       return four_lists_or_info(*cpus) && cpu(root).property("ibm,my-drc-index") != nullptr;
     }},
    {"14.4 lmb-size",
     [](const Node& root) {
       const Property* p = at(root, "/ibm,dynamic-reconfiguration-memory", "ibm,lmb-size");
       return p != nullptr && load_be64(p->value.data()) == 256ULL << 20;
     }},
    {"14.4 dynamic memory and its lookup arrays",
     [](const Node& root) {
       constexpr const char* kNode = "/ibm,dynamic-reconfiguration-memory";
       const bool one = has(root, kNode, {"ibm,dynamic-memory"}) !=
                        has(root, kNode, {"ibm,dynamic-memory-v2"});
       return one && has(root, kNode, {"ibm,associativity-lookup-arrays"});
     }},
    {"14.4 reference points and domains",
     [](const Node& root) {
       return has(root, "/rtas", {"ibm,associativity-reference-points"}) &&
              (has(root, "/rtas", {"ibm,current-associativity-domains"}) ||
               (has(root, "/rtas", {"ibm,max-associativity-domains"})));
     }},
    {"14.4 configure-connector",
     [](const Node& root) { return tokens(root, {"ibm,configure-connector"}); }},
    {"14.4 indicator, sensor and power tokens",
     [](const Node& root) {
       return tokens(root, {"set-indicator", "get-sensor-state", "get-power-level",
                            "set-power-level"});
     }},
    {"14.4 connectors of slots",
     [](const Node& root) {
       return four_lists_or_info(root) && four_lists_or_info(phb(root)) &&
              four_lists_or_info(*root.find("/vdevice"));
     }},
    {"14.4 hot-plug events",
     [](const Node& root) {
       const Property* p = at(root, "/event-sources/hot-plug-events", "interrupts");
       return p != nullptr && p->value.size() >= 8 && p->value.size() <= 16 * 8 &&
              tokens(root, {"check-exception"});
     }},
    {"14.4 epow and other event sources",
     [](const Node& root) { return has(root, "/event-sources/epow-events", {"interrupts"}); }},
    {"14.4 I/O events; internal errors come by event-scan, and so without an interrupt",
     [](const Node& root) {
       return has(root, "/event-sources/ibm,io-events", {"interrupts"}) &&
              root.find("/event-sources/internal-errors") == nullptr;
     },
     powervm},
    {"14.4 event-scan and its rate",
     [](const Node& root) {
       return tokens(root, {"event-scan"}) && has(root, "/rtas", {"rtas-event-scan-rate"});
     }},
    {"14.4 error log size",
     [](const Node& root) {
       const std::uint32_t most = cell(*root.find("/rtas"), "rtas-error-log-max");
       return most > 0 && most <= 2048;
     }},
    {"14.4 migration tokens",
     [](const Node& root) {
       return tokens(root, {"ibm,update-nodes", "ibm,update-properties", "ibm,suspend-me"});
     },
     powervm},
    {"14.4 migratable",
     [](const Node& root) { return root.property("ibm,migratable-partition") != nullptr; },
     powervm},
    {"14.4 lpar-capable",
     [](const Node& root) { return root.property("ibm,lpar-capable") != nullptr; }, powervm},
    {"14.4 PHB",
     [](const Node& root) {
       const Node& node = phb(root);
       return node.property("reg")->value.size() >= 8 &&
              node.property("ibm,dma-window") != nullptr &&
              node.property("ibm,ddw-applicable") != nullptr &&
              node.property("ibm,pe-total-#msi") != nullptr && !node.children.empty() &&
              node.children.front().property("class-code") != nullptr &&
              node.property("ibm,pci-config-space-type") != nullptr;
     }},
};

class LinuxNeeds : public ::testing::TestWithParam<std::tuple<const char*, Need>> {};

TEST_P(LinuxNeeds, IsThere) {
  const auto& [profile, need] = GetParam();
  ManualClock clock;
  ScriptedChoices choices{{}};
  EventLog log{clock};
  SeenEvents events;
  TestMemory memory{1U << 20};
  Hypervisor hypervisor(machine(), *find_profile(profile), {clock, choices, log}, events);
  ASSERT_EQ(hypervisor.power_on(kDedicated, memory).status, AssignStatus::done);
  const auto tree =
      unflatten(hypervisor.client_architecture_support(kDedicated, linux_like().bytes()));
  ASSERT_TRUE(tree) << tree.error().line();
  if (!need.applies(*tree)) {
    // Recorded trees of this firmware do not have it, so that it must not be there.
    EXPECT_FALSE(need.met(*tree)) << "the row applies after all";
    return;
  }
  EXPECT_TRUE(need.met(*tree));
}

INSTANTIATE_TEST_SUITE_P(Profiles, LinuxNeeds,
                         ::testing::Combine(::testing::Values("phyp", "qemu"),
                                            ::testing::ValuesIn(kNeeds)));

}  // namespace
}  // namespace lparsim::firmware
