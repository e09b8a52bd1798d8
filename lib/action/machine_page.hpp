#pragma once

#include <vector>

#include "action/machine.hpp"
#include "action/machine_query.hpp"

namespace mactiond {

/// The answer to a query for the machines of a name.
struct MachinePage {
  MachineQuery query;
  std::vector<Machine> machines;
  bool complete = true;  ///< there are no more
};

}  // namespace mactiond
