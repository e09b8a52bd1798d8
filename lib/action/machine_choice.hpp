#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "action/machine.hpp"
#include "action/machine_query.hpp"

namespace mactiond {

/// Why a name means no machine for certain.
struct MachineRefusal {
  enum class Why : std::uint8_t {
    NotFound,
    Several,     ///< and not exactly one of them is onboarded and not merged
    Merged,      ///< the only one was merged into another
    Incomplete,  ///< there are more than were read
  };
  Why why = Why::NotFound;
  std::vector<Machine> candidates;  ///< all that have the name, latest seen first
};

using MachineChoice = std::variant<Machine, MachineRefusal>;

/// Which of the machines that a query found its name means; never guessed. complete: there are no
/// more.
[[nodiscard]] MachineChoice choose_machine(const MachineQuery& query, std::vector<Machine> found,
                                           bool complete);

/// What is in the way and what to do, in a sentence.
[[nodiscard]] std::string sentence(const MachineRefusal& refusal, const MachineQuery& query);

}  // namespace mactiond
