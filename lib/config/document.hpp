#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace mactiond::config {

/// A position in one of the files of a configuration; line and column count from 1.
struct Place {
  unsigned line = 1;
  unsigned column = 1;
  unsigned file = 0;  ///< in the order in which they are read
  bool operator==(const Place&) const = default;
  auto operator<=>(const Place& other) const {
    return std::tie(file, line, column) <=> std::tie(other.file, other.line, other.column);
  }
};

/// One value of a configuration file, or one table, and its place.
struct Node {
  enum class Kind : std::uint8_t { Text, Integer, Number, Flag, List, Table, Other };

  Kind kind = Kind::Other;
  Place place;
  std::string key;  ///< its name in its table; empty inside a list
  Place key_place;
  bool inherited = false;  ///< taken over from the defaults of its section
  std::string text;
  std::int64_t integer = 0;
  double number = 0;
  bool flag = false;
  std::vector<Node> children;  ///< of a list or a table

  [[nodiscard]] const Node* child(std::string_view name) const;
  [[nodiscard]] Node* child(std::string_view name);
  /// "quota.per_hour" from here; nothing where a part is missing or no table.
  [[nodiscard]] const Node* find(std::string_view path) const;
};

/// "a number", "a list", …
[[nodiscard]] std::string_view describe(Node::Kind kind);

struct SyntaxError {
  Place place;
  std::string message;
};

/// Reads TOML; file is the one that places name. What lies deeper than any option does is cut off,
/// so that walking the result is bounded whatever the text holds.
[[nodiscard]] std::variant<Node, SyntaxError> parse_document(std::string_view text, unsigned file);

}  // namespace mactiond::config
