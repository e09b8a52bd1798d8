#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration_text.hpp"
#include "base/enum_values.hpp"
#include "base/time.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "config/toml_text.hpp"

namespace mactiond::config {

// Types of values. Each reads a node into its value, or reports to the reader what is wrong and
// does not change the value. Each prints a value as TOML that reads the same.

/// A value as a message shows it: quoted, long ones cut.
[[nodiscard]] std::string shown(std::string_view text);
[[nodiscard]] std::string joined(const std::vector<std::string_view>& words);
/// Reports that wanted was expected instead; always false.
bool wrong_type(const Node& node, std::string_view wanted, Reader& reader);
/// Whether the node holds text; if not, that is reported.
bool is_text(const Node& node, std::string_view wanted, Reader& reader);

/// What goes into event sources, metric labels and messages: letters, digits and `._-`.
struct Name {
  bool read(const Node& node, std::string& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::string& value) const { return toml_text(value); }
  [[nodiscard]] static bool fits(std::string_view text);
};

/// Printable ASCII without blanks: an id, a domain, an audience.
struct Token {
  bool may_be_empty = false;
  bool read(const Node& node, std::string& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::string& value) const { return toml_text(value); }
};

struct AbsolutePath {
  std::size_t length_max = 4000;
  bool read(const Node& node, std::string& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::string& value) const { return toml_text(value); }
};

struct Boolean {
  bool read(const Node& node, bool& value, Reader& reader) const;
  [[nodiscard]] std::string print(bool value) const { return value ? "true" : "false"; }
};

/// Ends included.
struct IntegerRange {
  int least = 0;
  int most = 0;
  bool read(const Node& node, int& value, Reader& reader) const;
  [[nodiscard]] std::string print(int value) const { return std::to_string(value); }
};

/// A day as "2027-01-31", or empty; the value is its first moment in UTC.
struct Day {
  bool read(const Node& node, std::optional<WallTime>& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::optional<WallTime>& value) const;
};

/// In (0, 1].
struct Fraction {
  bool read(const Node& node, double& value, Reader& reader) const;
  [[nodiscard]] std::string print(double value) const;
};

/// As parse_duration reads it; ends included.
struct DurationRange {
  Duration least{};
  Duration most{};
  bool read(const Node& node, Duration& value, Reader& reader) const;
  [[nodiscard]] std::string print(Duration value) const { return toml_text(duration_text(value)); }
};

/// A list of globs. Where the possible texts are known, one that fits none of them is a mistake:
/// an error if the set is closed, else a warning.
struct Globs {
  std::vector<std::string_view> known;
  bool closed = false;
  bool read(const Node& node, std::vector<std::string>& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::vector<std::string>& value) const;
};

/// Index of the word the node holds. Words in later belong to features that do not exist yet.
[[nodiscard]] std::optional<std::size_t> read_choice(const Node& node,
                                                     const std::vector<std::string_view>& words,
                                                     const std::vector<std::string_view>& later,
                                                     Reader& reader);

/// One of several words, each standing for a value.
template <class Value>
struct Choice {
  std::vector<std::string_view> words;
  std::vector<Value> values;
  std::vector<std::string_view> later;

  bool read(const Node& node, Value& value, Reader& reader) const {
    const auto index = read_choice(node, words, later, reader);
    if (index) value = values[*index];
    return index.has_value();
  }
  [[nodiscard]] std::string print(const Value& value) const {
    const auto found = std::find(values.begin(), values.end(), value);
    return toml_text(words[static_cast<std::size_t>(found - values.begin())]);
  }
};

/// One of all values, by its name.
template <class Value>
[[nodiscard]] Choice<Value> choice_of() {
  Choice<Value> choice;
  for (const Value value : kValuesOf<Value>) {
    choice.words.push_back(to_string(value));
    choice.values.push_back(value);
  }
  return choice;
}

/// One of several words that are their own values.
[[nodiscard]] Choice<std::string> words(std::vector<std::string_view> known,
                                        std::vector<std::string_view> later = {});

}  // namespace mactiond::config
