#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "event/event_record.hpp"

namespace mactiond::format {

/// What an event says, parsed: the action's document and the event's own fields. What is no JSON
/// object counts as empty.
class Facts {
 public:
  explicit Facts(const core::EventRecord& event);

  /// In the API's own key spelling; empty where the event is about no action.
  [[nodiscard]] const boost::json::object& action() const { return action_; }
  [[nodiscard]] const boost::json::object& fields() const { return fields_; }

  /// The text under key; empty where there is none.
  [[nodiscard]] std::string_view of_action(std::string_view key) const;
  [[nodiscard]] std::string_view of_event(std::string_view key) const;
  /// What is known of its machine; see core/enrich/machine_member.
  [[nodiscard]] std::string_view of_machine(std::string_view key) const;
  /// "prod, web".
  [[nodiscard]] std::string machine_tags() const;
  [[nodiscard]] std::optional<WallTime> action_time(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> action_number(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> event_number(std::string_view key) const;

 private:
  boost::json::object action_;
  boost::json::object fields_;
};

}  // namespace mactiond::format
