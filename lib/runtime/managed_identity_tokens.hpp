#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "defender/managed_identity.hpp"
#include "http/client.hpp"
#include "runtime/token_source.hpp"

namespace mactiond::runtime {

/// What the tokens of a managed identity need from outside.
struct IdentityParts {
  /// Of the identity services alone: without a proxy.
  std::shared_ptr<http::Client> client;
  std::optional<defender::IdentityService> service{};  ///< nothing: found out for each token
  defender::IdentityAsk ask;
  std::function<defender::IdentityVariables()> read_variables;
  /// The key of a challenge of Arc's agent, by the name of its file.
  std::function<Result<Secret>(const std::string& name)> read_arc_key;
  std::function<Task<void>(Duration)> pause;  ///< ends early where the task is cancelled
};

/// Waits by the timer of the awaiting task's loop.
[[nodiscard]] Task<void> pause_for(Duration time);

/// Tokens of a managed identity: of an Azure virtual machine, an app of App Service, or a server
/// with Azure Arc.
class ManagedIdentityTokens final : public TokenSource {
 public:
  /// clock outlives the source.
  ManagedIdentityTokens(const Clock& clock, IdentityParts parts);
  [[nodiscard]] Task<TokenAnswer> fetch(MonoTime deadline) override;

 private:
  Task<TokenAnswer> ask(const defender::IdentityPlace& place, MonoTime deadline);
  Task<TokenAnswer> ask_arc(const defender::IdentityPlace& place, MonoTime deadline);
  Task<http::SendResult> send(http::Request request, MonoTime deadline);

  const Clock& clock_;
  IdentityParts parts_;
};

}  // namespace mactiond::runtime
