#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "core/submission.hpp"

namespace mactiond::admin {

/// Bytes of the body: the longest live response.
inline constexpr std::size_t kSubmissionBodyMax = std::size_t{1} << 20U;

/// What the body of POST /v1/submissions asks for.
struct SubmissionRequest {
  std::string region{};   ///< empty: left out
  std::string machine{};  ///< is_machine_id, or a name as it was written; empty: that of the alert
  std::string alert{};    ///< is_alert_id, or empty
  /// All but the region, the machine, the key and who asks; the note is there.
  core::SubmissionOrder order{};
};

/// Or the first thing that is wrong, in a sentence that says what to do.
[[nodiscard]] std::variant<SubmissionRequest, std::string> read_submission(
    const boost::json::object& body);

/// Equal for bodies that ask for the same in the same words: neither the order of members nor one
/// that only gives a default matters.
[[nodiscard]] std::uint64_t meaning_of(const SubmissionRequest& request);

}  // namespace mactiond::admin
