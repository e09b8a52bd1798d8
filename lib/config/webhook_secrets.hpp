#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/loader.hpp"

namespace mactiond::config {

/// The files a webhook's secrets and certificates come from.
[[nodiscard]] std::vector<std::string> secret_files(const Webhook& webhook,
                                                    const Environment& environment);

/// Reads every secret of the webhook again. On Errc::InvalidSecret or Errc::InvalidUrl the webhook
/// is as it was; the error names the reference and shows nothing of what it holds.
[[nodiscard]] Result<void> reread_secrets(Webhook& webhook, const Environment& environment);

}  // namespace mactiond::config
