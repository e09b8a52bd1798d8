#pragma once

#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "credential/key_pair.hpp"

namespace mactiond::credential {

/// A JWT that proves to endpoint who asks: PS256 with x5t#S256, good from a minute before now to
/// nine minutes after it. jti is another one for each assertion.
[[nodiscard]] Result<Secret> client_assertion(const KeyPair& pair, std::string_view endpoint,
                                              std::string_view client_id, WallTime now,
                                              std::string_view jti);

}  // namespace mactiond::credential
