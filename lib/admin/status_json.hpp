#pragma once

#include <string>

#include "core/status.hpp"

namespace mactiond::admin {

/// One webhook as /v1/status and /v1/webhooks show it.
[[nodiscard]] std::string webhook_json(const core::WebhookStatus& webhook);

}  // namespace mactiond::admin
