#include "json/object.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

namespace mactiond {
namespace {

// nullptr where there is none.
const boost::json::string* string_in(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_string();
}

}  // namespace

Result<boost::json::object> parse_object(std::string_view text, std::size_t most) {
  if (text.size() > most) return Error(Errc::UnexpectedDocument, "");
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  if (error) return Error(Errc::MalformedJson, "");
  if (!value.is_object()) return Error(Errc::UnexpectedDocument, "");
  return std::move(value.get_object());
}

boost::json::object object_or_empty(std::string_view text) {
  auto object = parse_object(text);
  if (!object) return {};
  return std::move(*object);
}

std::optional<std::string> find_text(const boost::json::object& object, std::string_view key) {
  const auto* text = string_in(object, key);
  if (text == nullptr) return std::nullopt;
  return std::string(*text);
}

std::string_view text_in(const boost::json::object& object, std::string_view key) {
  const auto* text = string_in(object, key);
  if (text == nullptr) return {};
  return *text;
}

std::optional<std::int64_t> number_in(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

bool is_true(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const boost::json::object& object_in(const boost::json::object& object, std::string_view key) {
  static const boost::json::object kNone;
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

const boost::json::array* list_in(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

}  // namespace mactiond
