#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "base/time.hpp"

namespace mactiond::sim {

/// The keys of an answer; empty: all of them.
using KeySelection = std::vector<std::string>;

/// Collects the members of an entity, leaving out those not selected, and the nulls where the
/// shape says so.
class Members {
 public:
  Members(bool omit_nulls, const KeySelection& select) : omit_nulls_(omit_nulls), select_(select) {}

  void text(std::string_view key, std::string_view value) {
    if (wants(key)) members_.add(key, value);
  }
  void text_or_null(std::string_view key, const std::optional<std::string>& value) {
    if (wants(key) && (value || !omit_nulls_)) members_.add(key, value);
  }
  void time(std::string_view key, const std::optional<WallTime>& value) {
    if (!value) return null(key);
    text(key, format_iso_time_short(*value));
  }
  void number(std::string_view key, std::int64_t value) {
    if (wants(key)) members_.add(key, value);
  }
  void raw(std::string_view key, std::string_view json) {
    if (wants(key)) members_.add_raw(key, json);
  }
  void null(std::string_view key) {
    if (wants(key) && !omit_nulls_) members_.add_raw(key, "null");
  }

  [[nodiscard]] std::string object() const { return "{" + members_.text() + "}"; }

 private:
  [[nodiscard]] bool wants(std::string_view key) const {
    if (select_.empty()) return true;
    const std::string_view named = key == "lastUpdateTimeUtc" ? "lastUpdateDateTimeUtc" : key;
    return std::find(select_.begin(), select_.end(), named) != select_.end();
  }

  bool omit_nulls_;
  const KeySelection& select_;
  JsonMembers members_;
};

/// The object with its context as the first key. kind is what follows "$metadata#".
[[nodiscard]] std::string with_context(const std::string& host, std::string_view kind,
                                       const std::string& object);
/// The selected keys as a context names them: "(id,status)".
[[nodiscard]] std::string listed(const KeySelection& select);

}  // namespace mactiond::sim
