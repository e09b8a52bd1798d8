#include "signals.hpp"

#include <csignal>
#include <initializer_list>

namespace mactiond::daemon {
namespace {

void change_mask(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(how, &signals, nullptr);
}

void hold_signals() { change_mask(SIG_BLOCK); }

// Called by the dynamic loader before the constructors of the libraries, which take milliseconds.
// Nothing of the program can run earlier.
[[gnu::section(".preinit_array"), gnu::used]] void (*const kHoldFirst)() = hold_signals;

}  // namespace

void release_signals() { change_mask(SIG_UNBLOCK); }

}  // namespace mactiond::daemon
