#pragma once

#include <span>

namespace mactiond::ctl {

/// A handler of signals that runs once for each: when it begins, the signal's default action is
/// back.
using OneShotHandler = void (*)(int signal);

/// A signal that is ignored, because whoever started the program wants that, stays ignored.
void set_handler(std::span<const int> signals, OneShotHandler handler);
/// The default action again for those that still have the handler.
void remove_handler(std::span<const int> signals, OneShotHandler handler);

}  // namespace mactiond::ctl
