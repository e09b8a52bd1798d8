#include "mactionsim/fields.hpp"

#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>
#include <limits>

namespace mactiond::sim {

const boost::json::value* Fields::take(std::string_view key) {
  known_.emplace(key);
  return object_.if_contains(key);
}

void Fields::complain(std::string_view key, std::string_view what) {
  if (error_.empty()) error_ = "'" + std::string(key) + "' " + std::string(what);
}

void Fields::read(std::string_view key, std::string& target) {
  const auto* value = take(key);
  if (value == nullptr || value->is_null()) return;
  if (!value->is_string()) return complain(key, "must be a string");
  target = std::string(value->get_string());
}

void Fields::read(std::string_view key, bool& target) {
  const auto* value = take(key);
  if (value == nullptr) return;
  if (!value->is_bool()) return complain(key, "must be true or false");
  target = value->get_bool();
}

void Fields::read(std::string_view key, int& target) {
  std::uint64_t number = 0;
  if (!has(key)) return;
  read(key, number);
  if (number > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    return complain(key, "is too large");
  }
  target = static_cast<int>(number);
}

void Fields::read(std::string_view key, std::uint64_t& target) {
  const auto* value = take(key);
  if (value == nullptr) return;
  if (!value->is_int64() || value->get_int64() < 0) {
    return complain(key, "must be a whole number, zero or more");
  }
  target = static_cast<std::uint64_t>(value->get_int64());
}

void Fields::read(std::string_view key, double& target) {
  const auto* value = take(key);
  if (value == nullptr) return;
  if (!value->is_number()) return complain(key, "must be a number");
  target = value->to_number<double>();
}

void Fields::read(std::string_view key, std::vector<std::string>& target) {
  const auto* value = take(key);
  if (value == nullptr) return;
  if (!value->is_array()) return complain(key, "must be a list of strings");
  target.clear();
  for (const auto& item : value->get_array()) {
    if (!item.is_string()) return complain(key, "must be a list of strings");
    target.emplace_back(item.get_string());
  }
}

void Fields::read_ms(std::string_view key, Duration& target) {
  const auto* value = take(key);
  if (value == nullptr) return;
  constexpr std::int64_t kMax = std::int64_t{366} * 24 * 3600 * 1000;
  if (!value->is_int64() || value->get_int64() > kMax || value->get_int64() < -kMax) {
    return complain(key, "must be a whole number of milliseconds");
  }
  target = std::chrono::milliseconds(value->get_int64());
}

std::string Fields::error() {
  for (const auto& member : object_) {
    if (known_.contains(std::string_view(member.key()))) continue;
    complain(std::string_view(member.key()), "is not known");
  }
  return error_;
}

std::optional<boost::json::object> parse_object(std::string_view text) {
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(text, failed);
  if (failed || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

}  // namespace mactiond::sim
