#include "one_shot_handler.hpp"

#include <csignal>

namespace mactiond::ctl {
namespace {

OneShotHandler handler_of(int signal) {
  struct sigaction found {};
  return sigaction(signal, nullptr, &found) == 0 ? found.sa_handler : SIG_DFL;
}

void set_action(int signal, OneShotHandler handler, int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void set_handler(std::span<const int> signals, OneShotHandler handler) {
  for (const int signal : signals) {
    if (handler_of(signal) == SIG_IGN) continue;
    set_action(signal, handler, static_cast<int>(SA_RESETHAND));
  }
}

void remove_handler(std::span<const int> signals, OneShotHandler handler) {
  for (const int signal : signals) {
    if (handler_of(signal) == handler) set_action(signal, SIG_DFL, 0);
  }
}

}  // namespace mactiond::ctl
