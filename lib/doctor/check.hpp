#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mactiond::doctor {

/// One thing that was looked at.
struct Check {
  std::string target;  ///< region | webhook | syslog | store | transition_log
  std::string name;    ///< of the region, webhook or receiver; else empty
  std::string check;   ///< what was looked at: token, api-tls, …
  bool ok = true;
  std::string detail;    ///< what was found
  std::string remedy{};  ///< what to do, where it is not ok
  bool operator==(const Check&) const = default;
};

using Checks = std::vector<Check>;

/// Whom checks are about.
struct Target {
  std::string kind;  ///< Check::target
  std::string name{};

  [[nodiscard]] Check good(std::string check, std::string detail) const;
  [[nodiscard]] Check bad(std::string check, std::string detail, std::string remedy) const;
};

[[nodiscard]] bool all_ok(const Checks& checks);
void append(Checks& to, Checks more);

/// {"ok":…,"checks":[…]}
[[nodiscard]] std::string to_json(const Checks& checks);
/// What to_json wrote; what is missing in it is empty, and not ok.
[[nodiscard]] Checks from_json(const boost::json::object& report);

/// A line for each check, and one that counts them; for a terminal.
[[nodiscard]] std::string format(const Checks& checks, bool colour);

/// "what is wrong" and "what to do" of a sentence that has both.
struct Advice {
  std::string fault;
  std::string remedy;  ///< empty where the sentence has none
};
[[nodiscard]] Advice split_at_first(std::string_view sentence, std::string_view separator);
[[nodiscard]] Advice split_at_last(std::string_view sentence, std::string_view separator);

}  // namespace mactiond::doctor
