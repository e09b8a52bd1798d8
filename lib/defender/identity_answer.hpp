#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "defender/managed_identity.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// What an answer of an identity service means, with the remedy in words. Of its body only the
/// error's word is repeated. Passing trouble, here 404 and 410 too, is Verdict::Retry.
[[nodiscard]] Outcome identity_outcome(IdentityService service, const http::Response& response,
                                       WallTime local);
/// The same of a failure of the transport.
[[nodiscard]] Outcome identity_outcome(IdentityService service, const Error& error);

/// Where Arc's agent puts the keys of its challenges.
inline constexpr std::string_view kArcKeyDirectory = "/var/opt/azcmagent/tokens";

/// The name of the key file in kArcKeyDirectory, from the challenge of Arc's 401 answer.
/// Errc::PathNotUsable where it names a file elsewhere or of another kind; the error never repeats
/// the path: any program on the machine may have written it.
[[nodiscard]] Result<std::string> arc_key_name(const http::Response& challenge);

/// When a service is asked again for one token; longer waits are the engine's.
class IdentityRetries {
 public:
  /// The wait after a failure; nothing where the token is given up for now.
  [[nodiscard]] std::optional<Duration> wait_after(const Outcome& failure);

 private:
  int waits_ = 0;
};

}  // namespace mactiond::defender
