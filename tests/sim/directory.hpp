#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/machine.hpp"
#include "sim/odata.hpp"
#include "sim/refusal.hpp"

namespace mactiond::sim {

/// An alert as the API keeps it.
struct Alert {
  std::string id;
  std::optional<std::string> machine_id;  ///< nothing: an alert without a device
  std::string title = "Suspicious activity";
  std::string severity = "Medium";
  std::string status = "New";
  std::string category = "Execution";
  WallTime created{};
};

/// What a list of machines selects.
struct MachineSelection {
  std::vector<const Machine*> rows;  ///< valid until the directory changes
  std::size_t matched = 0;           ///< before $skip and $top
};

/// The machines of a tenant and the alerts on them.
///
/// Unless it is strict, an id that looks like one is known: its machine, or its alert with a
/// machine, comes into being when somebody asks for it. What was removed stays unknown.
class Directory {
 public:
  void set_strict(bool strict) { strict_ = strict; }

  /// Replaces a machine of the same id.
  void put(Machine machine);
  void put(Alert alert);
  /// False for an id that is unknown already.
  bool remove(const std::string& machine_id, WallTime now);
  /// The machine of an action, where the action gives it a name.
  void learn(const std::string& machine_id, const std::string& name, WallTime now);
  /// The answer to every POST to the machine from now on. False for an unknown machine.
  bool refuse(const std::string& machine_id, std::optional<Refusal> refusal, WallTime now);

  /// By its id; nullptr if it is unknown.
  [[nodiscard]] const Machine* find(const std::string& machine_id, WallTime now);
  /// By its id or its full name. Of several machines with one name, the one seen last.
  [[nodiscard]] Answer<const Machine*> get(const std::string& id_or_name, WallTime now);
  [[nodiscard]] MachineSelection list(const ListOptions& options) const;

  [[nodiscard]] Answer<Alert> alert(const std::string& id, WallTime now) const;
  [[nodiscard]] Answer<const Machine*> machine_of_alert(const std::string& id, WallTime now);

 private:
  [[nodiscard]] const Machine* find_name(const std::string& name) const;

  bool strict_ = false;
  std::map<std::string, Machine> machines_;
  std::set<std::string> removed_;
  std::map<std::string, Alert> alerts_;
};

/// The alert as a JSON object; machine is its device, if it is known.
[[nodiscard]] std::string render(const Alert& alert, const Machine* machine);

}  // namespace mactiond::sim
