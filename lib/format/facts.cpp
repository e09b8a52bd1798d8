#include "format/facts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "base/iso_time.hpp"
#include "json/object.hpp"

namespace mactiond::format {
namespace {

boost::json::object action_of(const core::EventRecord& event) {
  if (!event.document.empty()) return object_or_empty(event.document);
  boost::json::object action;
  if (!event.action.value.empty()) action["id"] = event.action.value;
  return action;
}

}  // namespace

Facts::Facts(const core::EventRecord& event)
    : action_(action_of(event)), fields_(object_or_empty('{' + event.fields + '}')) {}

std::string_view Facts::of_action(std::string_view key) const { return text_in(action_, key); }

std::string_view Facts::of_event(std::string_view key) const { return text_in(fields_, key); }

std::string_view Facts::of_machine(std::string_view key) const {
  return text_in(object_in(fields_, "machine"), key);
}

std::string Facts::machine_tags() const {
  std::string text;
  const boost::json::array* tags = list_in(object_in(fields_, "machine"), "machineTags");
  if (tags == nullptr) return text;
  for (const boost::json::value& tag : *tags) {
    if (!tag.is_string()) continue;
    if (!text.empty()) text += ", ";
    text += std::string_view(tag.get_string());
  }
  return text;
}

std::optional<WallTime> Facts::action_time(std::string_view key) const {
  return parse_iso_time(of_action(key));
}

std::optional<std::int64_t> Facts::action_number(std::string_view key) const {
  return number_in(action_, key);
}

std::optional<std::int64_t> Facts::event_number(std::string_view key) const {
  return number_in(fields_, key);
}

}  // namespace mactiond::format
