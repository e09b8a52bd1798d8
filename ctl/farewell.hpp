#pragma once

#include <string>

namespace mactiond::ctl {

/// While it lives, SIGINT and SIGTERM end the program as ever, but it says something before. There
/// is at most one at a time.
class Farewell {
 public:
  Farewell();
  ~Farewell();
  Farewell(const Farewell&) = delete;
  Farewell& operator=(const Farewell&) = delete;

  /// Printable lines for stderr; what is too long is cut.
  void set(const std::string& text);
};

}  // namespace mactiond::ctl
