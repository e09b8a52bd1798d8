#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mactiond {

/// Appends text as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD, so the result is
/// always valid JSON.
void append_json_string(std::string& out, std::string_view text);

/// Writes the members of one flat JSON object in the order they are added. The result carries no
/// braces, so that it can be placed inside a larger object.
class JsonMembers {
 public:
  JsonMembers& add(std::string_view key, std::string_view value);
  JsonMembers& add(std::string_view key, const char* value) {
    return add(key, std::string_view(value));
  }
  JsonMembers& add(std::string_view key, const std::string& value) {
    return add(key, std::string_view(value));
  }
  /// null if there is no value.
  JsonMembers& add(std::string_view key, const std::optional<std::string>& value);
  JsonMembers& add(std::string_view key, std::int64_t value);
  template <std::same_as<bool> Bool>
  JsonMembers& add(std::string_view key, Bool value) {
    return add_raw(key, value ? "true" : "false");
  }
  /// value is JSON already.
  JsonMembers& add_raw(std::string_view key, std::string_view value);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace mactiond
