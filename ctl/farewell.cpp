#include "farewell.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>

#include "base/printable.hpp"
#include "one_shot_handler.hpp"

namespace mactiond::ctl {
namespace {

constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};

// A signal can come at any time: the size is zero while the text changes.
std::array<char, 1024> text_of_farewell{};
volatile std::sig_atomic_t size_of_farewell = 0;

// The default action is back already, and follows when this returns.
extern "C" void say_farewell(int signal) {
  const auto size = static_cast<std::size_t>(size_of_farewell);
  const ssize_t written = write(STDERR_FILENO, text_of_farewell.data(), size);
  static_cast<void>(written);
  static_cast<void>(raise(signal));
}

}  // namespace

Farewell::Farewell() { set_handler(kSignals, say_farewell); }

Farewell::~Farewell() {
  remove_handler(kSignals, say_farewell);
  size_of_farewell = 0;
}

void Farewell::set(const std::string& text) {
  const std::string shown = printable_lines(text);
  size_of_farewell = 0;
  const std::size_t size = std::min(shown.size(), text_of_farewell.size());
  std::copy_n(shown.data(), size, text_of_farewell.data());
  size_of_farewell = static_cast<std::sig_atomic_t>(size);
}

}  // namespace mactiond::ctl
