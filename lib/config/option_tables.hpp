#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/option.hpp"

namespace mactiond::config {

// In the order in which they are read and printed.
[[nodiscard]] const std::vector<Option<Daemon>>& daemon_options();
[[nodiscard]] const std::vector<Option<TransitionLog>>& transition_log_options();
[[nodiscard]] const std::vector<Option<Admin>>& admin_options();
[[nodiscard]] const std::vector<Option<Config>>& retention_options();
[[nodiscard]] const std::vector<Option<core::CancelOptions>>& cancel_options();
[[nodiscard]] const std::vector<Option<core::SubmitOptions>>& submit_options();
[[nodiscard]] const std::vector<Option<Enrich>>& enrich_options();
[[nodiscard]] const std::vector<Option<Region>>& region_options();
[[nodiscard]] const std::vector<Option<core::PolicyOptions>>& policy_options();
[[nodiscard]] const std::vector<Option<Webhook>>& webhook_options();

[[nodiscard]] const std::vector<Option<Syslog>>& syslog_options();

}  // namespace mactiond::config
