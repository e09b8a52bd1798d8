#include "format/facts.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "base/iso_time.hpp"

namespace mactiond::format {
namespace {

boost::json::object parse_object(std::string_view text) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_object()) return {};
  return std::move(value.get_object());
}

boost::json::object action_of(const core::EventRecord& event) {
  if (!event.document.empty()) return parse_object(event.document);
  boost::json::object action;
  if (!event.action.value.empty()) action["id"] = event.action.value;
  return action;
}

}  // namespace

Facts::Facts(const core::EventRecord& event)
    : action_(action_of(event)), fields_(parse_object('{' + event.fields + '}')) {}

std::string_view Facts::of_action(std::string_view key) const { return text_in(action_, key); }

std::string_view Facts::of_event(std::string_view key) const { return text_in(fields_, key); }

std::optional<WallTime> Facts::action_time(std::string_view key) const {
  return parse_iso_time(of_action(key));
}

std::optional<std::int64_t> Facts::action_number(std::string_view key) const {
  return number_in(action_, key);
}

std::optional<std::int64_t> Facts::event_number(std::string_view key) const {
  return number_in(fields_, key);
}

std::string_view text_in(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  const boost::json::string& text = value->get_string();
  return {text.data(), text.size()};
}

std::optional<std::int64_t> number_in(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

}  // namespace mactiond::format
