#pragma once

#include <functional>
#include <memory>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "defender/oauth.hpp"
#include "http/client.hpp"
#include "runtime/token_source.hpp"

namespace mactiond::runtime {

/// Tokens of Entra ID for a client secret.
class SecretTokens final : public TokenSource {
 public:
  using ReadSecret = std::function<Result<Secret>()>;
  /// clock outlives the source.
  SecretTokens(const Clock& clock, std::shared_ptr<http::Client> client, defender::TokenAsk ask,
               ReadSecret read_secret);
  [[nodiscard]] Task<TokenAnswer> fetch(MonoTime deadline) override;

 private:
  const Clock& clock_;
  std::shared_ptr<http::Client> client_;
  defender::TokenAsk ask_;
  ReadSecret read_secret_;
};

}  // namespace mactiond::runtime
