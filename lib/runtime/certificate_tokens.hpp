#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/time.hpp"
#include "defender/oauth.hpp"
#include "http/client.hpp"
#include "runtime/kept_pair.hpp"
#include "runtime/token_source.hpp"

namespace mactiond::runtime {

/// Tokens of Entra ID for an assertion that a certificate's key has signed.
class CertificateTokens final : public TokenSource {
 public:
  /// clock outlives the source. new_id: never the same twice, over restarts too.
  CertificateTokens(const Clock& clock, std::shared_ptr<http::Client> client,
                    defender::TokenAsk ask, std::shared_ptr<KeptPair> pair,
                    std::function<std::string()> new_id);
  [[nodiscard]] Task<TokenAnswer> fetch(MonoTime deadline) override;

 private:
  [[nodiscard]] Result<Secret> assertion();

  const Clock& clock_;
  std::shared_ptr<http::Client> client_;
  defender::TokenAsk ask_;
  std::shared_ptr<KeptPair> pair_;
  std::function<std::string()> new_id_;
};

}  // namespace mactiond::runtime
