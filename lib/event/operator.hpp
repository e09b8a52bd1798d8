#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/json_text.hpp"

namespace mactiond::core {

/// Who asked for something over the operators' socket.
struct Operator {
  std::string name{};  ///< the peer of the socket by the kernel's word: "alice (uid 1000)"
  std::string note{};  ///< the name given in the request, which nobody verified; often empty
  bool operator==(const Operator&) const = default;
};

/// The members `operator` and `operator_note` of an event; none that is empty.
void add_operator(JsonMembers& fields, const Operator& by);
/// The fields of a line of the daemon's log, with the same added.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> with_operator(
    std::vector<std::pair<std::string, std::string>> fields, const Operator& by);

}  // namespace mactiond::core
