#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"

namespace mactiond::ops {

// The values that labels have: closed sets, so that every series exists from the start. The
// increase of a series that begins with 1 is not seen.

inline constexpr std::string_view kOther = "other";
inline constexpr std::array kOperations{"token",   "list",     "get",   "cancel", "start",
                                        "machine", "machines", "alert", "link"};

/// Every status of an action; beside them there is kOther.
[[nodiscard]] const std::vector<std::string>& statuses();
/// Every core::seen_state.
[[nodiscard]] const std::vector<std::string>& webhook_states();
/// Every `code` of api_requests_total, and every `result` of webhook_deliveries_total.
[[nodiscard]] std::vector<std::string> request_codes();
[[nodiscard]] std::vector<std::string> delivery_results();
/// What can become of the cancels of a policy.
[[nodiscard]] std::vector<std::string> results_of(const core::PolicyOptions& policy);
/// The states of submissions that are counted.
[[nodiscard]] std::vector<std::string> submission_results();
/// Whether a policy may govern actions of a region.
[[nodiscard]] bool governs(const core::PolicyOptions& policy, const std::string& region);

// The value itself if it is one of the set, else "other".
[[nodiscard]] std::string status_label(std::string_view status);
[[nodiscard]] std::string code_label(const std::string& code);
[[nodiscard]] std::string result_label(const std::string& result);

}  // namespace mactiond::ops
