#pragma once

#include <functional>

#include "command_tree.hpp"
#include "submit_choice.hpp"

namespace mactiond::ctl {

/// The commands that start an action: isolate, scan, …. Each runs submit with what was given for
/// it in choice.
void add_submit_commands(CLI::App& app, Chosen& chosen, SubmitChoice& choice,
                         const std::function<int()>& submit);

}  // namespace mactiond::ctl
