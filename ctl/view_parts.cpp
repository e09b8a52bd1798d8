#include "view_parts.hpp"

#include <boost/json/serialize.hpp>

#include "base/iso_time.hpp"

namespace mactiond::ctl {

std::string cell(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return std::string(value->get_string());
  return boost::json::serialize(*value);
}

std::string moment(std::string text) {
  const auto time = parse_iso_time(text);
  return time ? format_iso_time(*time).substr(0, 19) + 'Z' : text;
}

}  // namespace mactiond::ctl
