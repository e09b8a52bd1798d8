#pragma once

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// What the options of a webhook need of each other: its format, its receiver, its credentials.
/// table is what webhook was read from.
void check_webhook(const Node& table, const Webhook& webhook, const Config& config, Reader& reader);

}  // namespace mactiond::config
