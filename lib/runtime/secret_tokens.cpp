#include "runtime/secret_tokens.hpp"

#include <utility>

#include "runtime/token_call.hpp"

namespace mactiond::runtime {

SecretTokens::SecretTokens(const Clock& clock, std::shared_ptr<http::Client> client,
                           defender::TokenAsk ask, ReadSecret read_secret)
    : clock_(clock),
      client_(std::move(client)),
      ask_(std::move(ask)),
      read_secret_(std::move(read_secret)) {}

Task<TokenAnswer> SecretTokens::fetch(MonoTime deadline) {
  const auto secret = read_secret_();
  if (!secret) co_return unusable_credential(secret.error());
  http::Request request = defender::secret_request(ask_, *secret);
  co_return co_await ask_entra(clock_, client_, std::move(request), deadline);
}

}  // namespace mactiond::runtime
