#pragma once

#include <string_view>

#include "action/machine.hpp"
#include "action/machine_page.hpp"
#include "action/machine_query.hpp"
#include "base/error.hpp"

namespace mactiond::defender {

// A member that is absent, null or of another type counts as empty. UnexpectedDocument for an
// object without what decisions are made on in a sound form: a wrong machine is worse than none.

[[nodiscard]] Result<Machine> parse_machine(std::string_view body);

/// Reads the list that the query asked for; one machine that is not sound makes all of it unusable,
/// because it may be the one that is meant.
[[nodiscard]] Result<MachinePage> parse_machines(std::string_view body, MachineQuery query);

[[nodiscard]] Result<MachineAlert> parse_alert(std::string_view body);

}  // namespace mactiond::defender
