#include "runtime/federated_tokens.hpp"

#include <utility>

#include "runtime/token_call.hpp"

namespace mactiond::runtime {

FederatedTokens::FederatedTokens(const Clock& clock, std::shared_ptr<http::Client> client,
                                 defender::TokenAsk ask, ReadToken read_token)
    : clock_(clock),
      client_(std::move(client)),
      ask_(std::move(ask)),
      read_token_(std::move(read_token)) {}

Task<TokenAnswer> FederatedTokens::fetch(MonoTime deadline) {
  const auto token = read_token_();
  if (!token) co_return unusable_credential(token.error());
  http::Request request = defender::assertion_request(ask_, *token);
  co_return co_await ask_entra(clock_, client_, std::move(request), deadline);
}

}  // namespace mactiond::runtime
