#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "action/machine.hpp"
#include "admin/backend.hpp"
#include "core/question/question.hpp"
#include "http/message.hpp"

namespace mactiond::admin {

/// How a caller names a machine.
struct WantedMachine {
  std::string machine{};  ///< is_machine_id or is_machine_name; empty: that of the alert
  std::string alert{};    ///< is_alert_id
};

/// Why it is not known which region is meant, in a sentence that says what to do.
struct RegionMistake {
  std::string sentence;
};

/// The configured region that a request means: the one that it names, the only one, or the only
/// one that knows the machine. Or the answer where the store cannot be read.
[[nodiscard]] std::variant<std::string, RegionMistake, http::Response> region_of(
    Backend& backend, const std::string& named, const WantedMachine& wanted);

struct FoundMachine {
  Machine machine;          ///< of our own store: id and name alone
  bool from_store = false;  ///< of our own; else of the API, or of the request itself
};

using MachineFound = std::variant<FoundMachine, http::Response>;

/// Finds the machine in its region: of a whole name by our own store, else by the API; of an alert
/// by the API. An id is taken as it is. Calls done once, from within or later, with the machine or
/// with the answer that says why there is none, or which ones it could be.
void find_machine(Backend& backend, const std::string& region, const WantedMachine& wanted,
                  std::function<void(MachineFound)> done);

/// The same of one that is named by its id or name; what is known of an id is asked of the API.
void look_up_machine(Backend& backend, const std::string& region, const std::string& machine,
                     std::function<void(MachineFound)> done);

/// Why the API was not asked, or did not say.
[[nodiscard]] http::Response answer_unanswered(const core::Unanswered& unanswered);

[[nodiscard]] std::string machine_json(const std::string& region, const Machine& machine);

}  // namespace mactiond::admin
