#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"

namespace CLI {
class App;
}

namespace mactiond::ctl {

/// An option that may have a time: --wait, --wait=5m.
struct TimeFlag {
  std::string name;
  std::string text = {};  ///< as the parser gives it

  [[nodiscard]] bool given() const { return !text.empty(); }
  /// Nothing where none is given.
  [[nodiscard]] std::optional<Duration> time() const;
  /// In a sentence that says what to do.
  [[nodiscard]] std::optional<std::string> mistake() const;
};

void add_time_flag(CLI::App& command, TimeFlag& flag, const char* what);

}  // namespace mactiond::ctl
