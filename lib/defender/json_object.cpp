#include "defender/json_object.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <utility>

namespace mactiond::defender {
namespace {

constexpr std::size_t kBodyMax = std::size_t{64} * 1024;

}  // namespace

Result<boost::json::object> parse_object(std::string_view body) {
  if (body.size() > kBodyMax) return Error(Errc::UnexpectedDocument, "");
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error);
  if (error) return Error(Errc::MalformedJson, "");
  if (!value.is_object()) return Error(Errc::UnexpectedDocument, "");
  return std::move(value.get_object());
}

std::string_view text_of(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

}  // namespace mactiond::defender
