#pragma once

#include <string>
#include <string_view>

#include "mactionsim/call.hpp"
#include "mactionsim/tenant.hpp"

namespace mactiond::sim {

/// The methods that read machines and alerts.
class MachineApi {
 public:
  explicit MachineApi(Tenant& tenant) : tenant_(tenant) {}

  [[nodiscard]] Reply list(std::string_view query);
  [[nodiscard]] Reply machine(const std::string& id_or_name, std::string_view query, WallTime now);
  [[nodiscard]] Reply alert(const std::string& id, WallTime now);
  [[nodiscard]] Reply machine_of_alert(const std::string& id, WallTime now);

 private:
  [[nodiscard]] Reply entity_reply(const Machine& machine, const KeySelection& select) const;

  Tenant& tenant_;
};

}  // namespace mactiond::sim
