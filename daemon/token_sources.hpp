#pragma once

#include <functional>
#include <memory>

#include "base/error.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "config/loader.hpp"
#include "http/client.hpp"
#include "key_pairs.hpp"
#include "runtime/token_source.hpp"

namespace mactiond::daemon {

/// What a region's tokens are fetched with.
struct TokenParts {
  const Clock& clock;
  const config::Environment& environment;
  KeyPairs& key_pairs;
  std::shared_ptr<http::Client> client;  ///< of the region: reaches Entra ID
  /// Makes the one that reaches the identity service of this machine: without a proxy.
  std::function<Result<std::shared_ptr<http::Client>>()> local_client;
};

/// The source for the region's kind of credential. Clock and environment outlive it.
[[nodiscard]] Result<std::shared_ptr<runtime::TokenSource>> make_token_source(
    const config::Region& region, const TokenParts& parts);

}  // namespace mactiond::daemon
