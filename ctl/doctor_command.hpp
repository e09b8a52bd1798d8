#pragma once

#include <string>

#include "commands.hpp"

namespace mactiond::ctl {

struct DoctorChoice {
  std::string region;
  std::string webhook;
  bool send = false;  ///< a test event to each receiver
};

/// Has the daemon look at what it reaches. 0 if all is well, 1 if something is not.
[[nodiscard]] int examine(const Session& session, const DoctorChoice& choice);

}  // namespace mactiond::ctl
