// Invariant DTWF: what must hold for every tree, whoever made it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "firmware/device_tree/tree.hpp"

namespace lparsim::firmware {
namespace {

constexpr std::array kPhandleNames{"phandle", "linux,phandle", "ibm,phandle"};
constexpr std::array kReferences{"l2-cache", "next-level-cache", "interrupt-parent",
                                 "rtas-display-device"};
constexpr std::array kPathProperties{"stdout-path", "linux,stdout-path"};
constexpr std::array kDrcLists{"ibm,drc-indexes", "ibm,drc-power-domains", "ibm,drc-names",
                               "ibm,drc-types"};
constexpr std::uint32_t kNoAssociativity = 0xffff'ffffU;

std::uint32_t u32_or(const Node& node, const char* property, std::uint32_t otherwise) {
  const Property* p = node.property(property);
  return p != nullptr && p->value.size() == 4 ? load_be32(p->value.data()) : otherwise;
}

class Checker {
 public:
  std::vector<std::string> run(const Node& root) {
    root_ = &root;
    visit(root, nullptr, "");
    for (const auto& [path, reference] : references_) {
      if (!phandles_.contains(reference)) {
        complain(path, fmt::format("refers to phandle 0x{:x}, which no node has", reference));
      }
    }
    return std::move(problems_);
  }

 private:
  using Indexes = std::set<std::uint32_t>;

  void complain(const std::string& path, const std::string& what) {
    problems_.push_back((path.empty() ? "/" : path) + ": " + what);
  }

  void visit(const Node& node, const Node* parent, const std::string& path) {
    check_names(node, path);
    check_phandle(node, path);
    check_references(node, path);
    const Indexes own = check_connectors(node, path);
    check_dynamic_memory(node, path);
    if (parent != nullptr) check_reg(node, *parent, path);
    for (const Node& child : node.children) {
      const std::string child_path = path + "/" + child.name;
      const std::uint32_t drc = u32_or(child, "ibm,my-drc-index", 0);
      if (child.property("ibm,my-drc-index") != nullptr && !own.contains(drc)) {
        complain(child_path, fmt::format("its connector 0x{:x} is not listed by its parent", drc));
      }
      visit(child, &node, child_path);
    }
  }

  void check_names(const Node& node, const std::string& path) {
    names_.clear();
    for (const Property& p : node.properties) {
      if (p.name.empty()) complain(path, "property without a name");
      names_.push_back(p.name);
    }
    complain_of_twins("property ", path);
    names_.clear();
    for (const Node& child : node.children) {
      if (child.name.empty() || child.name.find('/') != std::string::npos) {
        complain(path, "child with the illegal name '" + child.name + "'");
      }
      names_.push_back(child.name);
    }
    complain_of_twins("child ", path);
  }

  void complain_of_twins(const char* what, const std::string& path) {
    std::sort(names_.begin(), names_.end());
    for (auto at = names_.begin();; ++at) {
      at = std::adjacent_find(at, names_.end());
      if (at == names_.end()) return;
      complain(path, what + std::string(*at) + " twice");
    }
  }

  void check_phandle(const Node& node, const std::string& path) {
    std::optional<std::uint32_t> own;
    for (const char* name : kPhandleNames) {
      if (node.property(name) == nullptr) continue;
      const std::uint32_t value = u32_or(node, name, 0);
      if (value == 0 || value == 0xffff'ffffU) complain(path, fmt::format("illegal {}", name));
      if (own && *own != value) complain(path, "phandle and ibm,phandle differ");
      own = value;
    }
    if (!own) return;
    const auto [at, fresh] = phandles_.emplace(*own, path);
    if (!fresh) complain(path, fmt::format("phandle 0x{:x} is also {}", *own, at->second));
  }

  void check_references(const Node& node, const std::string& path) {
    for (const char* name : kReferences) {
      if (node.property(name) != nullptr) references_.emplace_back(path, u32_or(node, name, 0));
    }
    for (const char* name : kPathProperties) check_path(node.property(name), path);
    if (path == "/aliases") {
      for (const Property& p : node.properties) {
        if (!p.value.empty() && p.value.front() == '/') check_path(&p, path);
      }
    }
  }

  void check_path(const Property* p, const std::string& path) {
    if (p == nullptr) return;
    CellReader in(p->value);
    const std::string_view target = in.str();
    if (root_->find(target) == nullptr) {
      complain(path, fmt::format("{} names {}, which does not exist", p->name, target));
    }
  }

  void check_reg(const Node& node, const Node& parent, const std::string& path) {
    const Property* reg = node.property("reg");
    if (reg == nullptr) return;
    const std::size_t tuple =
        4 * (u32_or(parent, "#address-cells", 2) + u32_or(parent, "#size-cells", 1));
    if (tuple == 0 || reg->value.empty() || reg->value.size() % tuple != 0) {
      const std::size_t bytes = reg->value.size();
      complain(path, fmt::format("reg has {} bytes, not a multiple of {}", bytes, tuple));
    }
  }

  Indexes check_connectors(const Node& node, const std::string& path) {
    const Property* info = node.property("ibm,drc-info");
    std::size_t lists = 0;
    for (const char* name : kDrcLists) lists += node.property(name) != nullptr ? 1U : 0U;
    if (info != nullptr && lists != 0) complain(path, "ibm,drc-info beside DRC lists");
    if (lists != 0 && lists != kDrcLists.size()) complain(path, "some of the four DRC lists only");
    if (info != nullptr) return read_drc_info(info->value, path);
    if (lists == kDrcLists.size()) return read_drc_lists(node, path);
    return {};
  }

  Indexes read_drc_info(const Bytes& value, const std::string& path) {
    Indexes out;
    CellReader in(value);
    const std::uint32_t entries = in.u32();
    for (std::uint32_t i = 0; i < entries && in.ok(); ++i) {
      in.str();
      in.str();
      const std::uint32_t first = in.u32();
      in.u32();
      const std::uint32_t count = in.u32();
      const std::uint32_t increment = in.u32();
      in.u32();
      for (std::uint32_t k = 0; k < count && in.ok(); ++k) {
        if (!out.insert(first + k * increment).second) complain(path, "a connector twice");
      }
    }
    if (!in.ok() || in.left() != 0) complain(path, "ibm,drc-info has a wrong length");
    return out;
  }

  Indexes read_drc_lists(const Node& node, const std::string& path) {
    Indexes out;
    const std::uint32_t count = first_cell(node, kDrcLists[0]);
    for (const char* name : kDrcLists) {
      if (first_cell(node, name) != count) complain(path, "DRC lists of different lengths");
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const Bytes& value = node.property(kDrcLists[i])->value;
      if (value.size() != 4 + std::size_t{count} * 4) {
        complain(path, fmt::format("{} has a wrong length", kDrcLists[i]));
        return out;
      }
    }
    for (std::size_t i = 2; i < 4; ++i) {
      CellReader in(node.property(kDrcLists[i])->value);
      in.u32();
      for (std::uint32_t k = 0; k < count && in.ok(); ++k) in.str();
      if (!in.ok() || in.left() != 0) {
        complain(path, fmt::format("{} has a wrong length", kDrcLists[i]));
      }
    }
    CellReader in(node.property(kDrcLists[0])->value);
    in.u32();
    for (std::uint32_t k = 0; k < count; ++k) {
      if (!out.insert(in.u32()).second) complain(path, "a connector twice");
    }
    return out;
  }

  static std::uint32_t first_cell(const Node& node, const char* property) {
    CellReader in(node.property(property)->value);
    return in.u32();
  }

  void check_dynamic_memory(const Node& node, const std::string& path) {
    const Property* v1 = node.property("ibm,dynamic-memory");
    const Property* v2 = node.property("ibm,dynamic-memory-v2");
    if (v1 == nullptr && v2 == nullptr) return;
    if (v1 != nullptr && v2 != nullptr) complain(path, "both forms of ibm,dynamic-memory");
    const std::uint32_t rows = associativity_rows(node, path);
    CellReader in((v1 != nullptr ? v1 : v2)->value);
    const std::uint32_t entries = in.u32();
    for (std::uint32_t i = 0; i < entries && in.ok(); ++i) {
      if (v1 == nullptr && in.u32() == 0) complain(path, "an empty set of LMBs");
      in.u64();
      in.u32();
      if (v1 != nullptr) in.u32();
      const std::uint32_t row = in.u32();
      in.u32();
      if (in.ok() && row != kNoAssociativity && row >= rows) {
        complain(path, fmt::format("associativity index {} of {} lists", row, rows));
      }
    }
    if (!in.ok() || in.left() != 0) complain(path, "LMB table has a wrong length");
  }

  std::uint32_t associativity_rows(const Node& node, const std::string& path) {
    const Property* lookup = node.property("ibm,associativity-lookup-arrays");
    if (lookup == nullptr) {
      complain(path, "LMB table without ibm,associativity-lookup-arrays");
      return 0;
    }
    CellReader in(lookup->value);
    const std::uint32_t rows = in.u32();
    const std::uint32_t columns = in.u32();
    if (in.left() != std::size_t{4} * rows * columns) {
      complain(path, "ibm,associativity-lookup-arrays has a wrong length");
    }
    return rows;
  }

  const Node* root_ = nullptr;
  std::vector<std::string_view> names_;   // of one node's properties or children
  std::map<std::uint32_t, std::string> phandles_;
  std::vector<std::pair<std::string, std::uint32_t>> references_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> tree_problems(const Node& root) { return Checker{}.run(root); }

}  // namespace lparsim::firmware
