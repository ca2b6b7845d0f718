// What a name means where either something shipped or a file of one's own may stand.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sim/base/result.hpp"

namespace lparsim::config {

// The file that `name`, which is none of the `shipped` names, stands for; a relative one is sought
// from `folder`. bad_input at `where` when there is none; `what`: "a profile", for the message.
Result<std::string> file_named(const std::string& name, const std::string& folder,
                               const std::string& where, std::span<const std::string_view> shipped,
                               std::string_view what);

}  // namespace lparsim::config
