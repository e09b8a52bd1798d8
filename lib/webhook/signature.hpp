#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace mactiond::webhook {

/// The raw bytes of a symmetric Standard Webhooks secret.
struct SigningKey {
  Secret bytes;
};

/// Reads "whsec_" + base64 of 24 to 64 bytes; Errc::InvalidSecret for anything else, with a text
/// that says what is wrong and never shows the secret.
[[nodiscard]] Result<SigningKey> parse_signing_key(const Secret& secret);

/// The webhook-signature header: "v1," + base64(HMAC-SHA256(id.timestamp.body)), one for each key,
/// separated by spaces. timestamp in whole seconds since 1970.
[[nodiscard]] std::string sign(const std::vector<SigningKey>& keys, std::string_view id,
                               std::int64_t timestamp, std::string_view body);

}  // namespace mactiond::webhook
