#pragma once

#include <string>

#include "mactionsim/call.hpp"
#include "sim/faults.hpp"

namespace mactiond::sim {

/// Shapes the answer to a call by a fault that struck it.
[[nodiscard]] Reply spoil(Reply reply, Fault fault, const Call& call, WallTime now);

/// The host that a call names, with its port.
[[nodiscard]] std::string host_of(const Call& call);

}  // namespace mactiond::sim
