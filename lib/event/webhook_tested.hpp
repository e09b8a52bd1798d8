#pragma once

#include "base/outcome.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// What became of a webhook.test event.
struct WebhookTested {
  Outcome outcome;
  Duration took{};
};

}  // namespace mactiond::core
