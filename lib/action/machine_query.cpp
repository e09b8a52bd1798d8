#include "action/machine_query.hpp"

#include "action/machine.hpp"
#include "base/text.hpp"

namespace mactiond {

std::optional<MachineQuery> first_query(std::string_view name) {
  if (!is_machine_name(name)) return std::nullopt;
  return MachineQuery{MachineQuery::Kind::Name, to_lower(name)};
}

std::optional<MachineQuery> query_after(const MachineQuery& fruitless) {
  const bool full = fruitless.name.find('.') != std::string::npos;
  if (fruitless.kind != MachineQuery::Kind::Name || full) return std::nullopt;
  return MachineQuery{MachineQuery::Kind::FirstLabel, fruitless.name};
}

}  // namespace mactiond
