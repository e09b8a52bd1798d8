#pragma once

#include "base/disposition.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// What became of a webhook.test event.
struct WebhookTested {
  Disposition outcome;
  Duration took{};
};

}  // namespace mactiond::core
