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

/// Tokens of Entra ID for the token of another identity provider, as Kubernetes writes it to a
/// file and replaces it there.
class FederatedTokens final : public TokenSource {
 public:
  using ReadToken = std::function<Result<Secret>()>;
  /// clock outlives the source.
  FederatedTokens(const Clock& clock, std::shared_ptr<http::Client> client, defender::TokenAsk ask,
                  ReadToken read_token);
  [[nodiscard]] Task<TokenAnswer> fetch(MonoTime deadline) override;

 private:
  const Clock& clock_;
  std::shared_ptr<http::Client> client_;
  defender::TokenAsk ask_;
  ReadToken read_token_;
};

}  // namespace mactiond::runtime
