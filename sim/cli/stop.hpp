// Long work that ends when it is asked to, and tells what it has.
#pragma once

#include <initializer_list>

namespace lparsim::cli {

// From now on these signals ask for the end instead of bringing it.
void stop_politely_on(std::initializer_list<int> signals);
bool told_to_stop();

}  // namespace lparsim::cli
