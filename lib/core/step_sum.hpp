#pragma once

#include "core/step.hpp"

namespace mactiond::core {

/// Adds a later step to sum: both are committed and started as one.
void append(Step& sum, Step&& later);

}  // namespace mactiond::core
