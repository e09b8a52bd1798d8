#pragma once

#include "command_tree.hpp"
#include "results.hpp"

namespace mactiond::ctl {

/// The commands that save what an action brought: package, result.
void add_result_commands(CLI::App& app, Chosen& chosen, ResultChoice& choice);

}  // namespace mactiond::ctl
