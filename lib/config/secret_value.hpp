#pragma once

#include <string>

#include "base/secret.hpp"

namespace mactiond::config {

/// A secret and where it came from, for --print-config and for reading it again.
struct SecretValue {
  std::string source;  ///< "file:…", "env:…", "credential:…"
  Secret value;
};

}  // namespace mactiond::config
