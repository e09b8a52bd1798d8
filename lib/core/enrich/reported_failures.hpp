#pragma once

#include <map>

#include "base/outcome.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// Which failures of the calls for machines were logged: each kind once, not for each machine.
class ReportedFailures {
 public:
  /// Whether this one is to be logged.
  [[nodiscard]] bool add(Reason reason, MonoTime now) { return since_.emplace(reason, now).second; }
  /// A call succeeded: what fails from now on is new, if it was logged at least an hour ago. That
  /// one machine is not found stays no news.
  void succeeded(MonoTime now);

 private:
  std::map<Reason, MonoTime> since_;
};

}  // namespace mactiond::core
