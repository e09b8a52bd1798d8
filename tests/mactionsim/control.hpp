#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mactionsim/call.hpp"
#include "mactionsim/tenant.hpp"

namespace mactiond::sim {

/// The control API under /_sim/; README.md describes it.
class Control {
 public:
  explicit Control(Tenant& tenant) : tenant_(tenant) {}

  /// path is what follows "/_sim".
  [[nodiscard]] Reply on(const Call& call, std::string_view path, std::string_view query,
                         WallTime now);

 private:
  [[nodiscard]] Reply on_action(const Call& call, const std::vector<std::string>& path,
                                WallTime now);
  [[nodiscard]] Reply add_actions(const Call& call, WallTime now);
  [[nodiscard]] Reply all_actions(WallTime now);
  [[nodiscard]] Reply on_machine(const Call& call, const std::vector<std::string>& path,
                                 WallTime now);
  [[nodiscard]] Reply add_machines(const Call& call, WallTime now);
  [[nodiscard]] Reply add_alerts(const Call& call, WallTime now);
  [[nodiscard]] Reply set_machine(const Call& call, const std::string& machine_id, WallTime now);
  [[nodiscard]] Reply set_faults(const Call& call);
  [[nodiscard]] Reply clear_faults();
  [[nodiscard]] Reply set_credentials(const Call& call);
  [[nodiscard]] Reply links() const;
  [[nodiscard]] Reply quota() const;
  [[nodiscard]] Reply truth(std::string_view query, WallTime now);
  [[nodiscard]] Reply health(WallTime now);

  Tenant& tenant_;
};

}  // namespace mactiond::sim
