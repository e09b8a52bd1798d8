#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace mactiond::sim {

/// Reads the members of a JSON object by name. Members that are absent leave their target as it
/// is; of all that is wrong, a member nobody asked for included, the first is reported.
class Fields {
 public:
  explicit Fields(const boost::json::object& object) : object_(object) {}

  void read(std::string_view key, std::string& target);
  void read(std::string_view key, bool& target);
  void read(std::string_view key, int& target);
  void read(std::string_view key, std::uint64_t& target);
  void read(std::string_view key, double& target);
  void read(std::string_view key, std::vector<std::string>& target);
  /// A number of milliseconds.
  void read_ms(std::string_view key, Duration& target);
  /// One of the names of a table.
  template <class Table, class Value>
  void read_name(std::string_view key, const Table& table, Value& target) {
    std::string name;
    if (!has(key)) return;
    read(key, name);
    for (const auto& [value, text] : table) {
      if (text != name) continue;
      target = value;
      return;
    }
    complain(key, "is not one of the names known");
  }

  [[nodiscard]] bool has(std::string_view key) const { return object_.contains(key); }
  /// The member itself, marked as known; null if it is absent.
  [[nodiscard]] const boost::json::value* take(std::string_view key);
  void complain(std::string_view key, std::string_view what);

  /// Empty if everything was well.
  [[nodiscard]] std::string error();

 private:
  const boost::json::object& object_;
  std::set<std::string, std::less<>> known_;
  std::string error_;
};

/// The object in a text; nothing if it is no JSON or no object.
[[nodiscard]] std::optional<boost::json::object> parse_object(std::string_view text);

}  // namespace mactiond::sim
