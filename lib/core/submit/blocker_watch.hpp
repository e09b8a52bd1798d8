#pragma once

#include <map>
#include <optional>
#include <string>

#include "action/machine_action.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// What may be in the way of a submission: the open actions of one region, by machine.
class BlockerWatch {
 public:
  /// An open action as the newest answer or the store shows it.
  void put(const ActionId& action, const std::string& machine, const ActionType& type,
           std::optional<WallTime> created);
  /// It has ended or vanished.
  void drop(const ActionId& action);

  [[nodiscard]] bool is_open(const ActionId& action, const std::string& machine) const;
  /// Whether it is known to be open on another machine.
  [[nodiscard]] bool is_elsewhere(const ActionId& action, const std::string& machine) const;
  /// The oldest open action of the type on the machine: the API would refuse another one.
  [[nodiscard]] std::optional<ActionId> same_type(const std::string& machine,
                                                  const ActionType& type) const;
  /// Where the API speaks of one without naming it: of the same type, else of the type that undoes
  /// it.
  [[nodiscard]] std::optional<ActionId> likely(const std::string& machine,
                                               const ActionType& type) const;

 private:
  struct Open {
    ActionType type;
    WallTime created{};
  };
  std::map<ActionId, std::string> machines_;
  std::map<std::string, std::map<ActionId, Open>> open_;  ///< by machine
};

}  // namespace mactiond::core
