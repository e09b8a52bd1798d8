#include "runtime/certificate_tokens.hpp"

#include <utility>

#include "credential/client_assertion.hpp"
#include "runtime/token_call.hpp"

namespace mactiond::runtime {

CertificateTokens::CertificateTokens(const Clock& clock, std::shared_ptr<http::Client> client,
                                     defender::TokenAsk ask, std::shared_ptr<KeptPair> pair,
                                     std::function<std::string()> new_id)
    : clock_(clock),
      client_(std::move(client)),
      ask_(std::move(ask)),
      pair_(std::move(pair)),
      new_id_(std::move(new_id)) {}

Result<Secret> CertificateTokens::assertion() {
  const WallTime now = clock_.now().wall;
  const auto pair = pair_->at(now);
  if (!pair) return pair.error();
  return credential::client_assertion(**pair, defender::token_endpoint(ask_), ask_.client_id, now,
                                      new_id_());
}

Task<TokenAnswer> CertificateTokens::fetch(MonoTime deadline) {
  const auto signed_text = assertion();
  std::optional<WallTime> end;
  if (const auto* certificate = pair_->certificate()) end = certificate->not_after;
  TokenAnswer answer;
  if (signed_text) {
    http::Request request = defender::assertion_request(ask_, *signed_text);
    answer = co_await ask_entra(clock_, client_, std::move(request), deadline);
  } else {
    answer = unusable_credential(signed_text.error());
  }
  answer.credential_end = end;
  co_return answer;
}

}  // namespace mactiond::runtime
