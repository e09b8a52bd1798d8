#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace mactiond::webhook {

/// The raw bytes of a Standard Webhooks secret: of a shared one, or the seed of an ed25519 key.
struct SigningKey {
  Secret bytes;
  bool ed25519 = false;
};

/// Reads "whsec_" + base64 of 24 to 64 bytes (shared), or "whsk_" + base64 of an ed25519 key of 32
/// bytes, or of 64 where the public key follows; Errc::InvalidSecret for anything else, with a text
/// that says what is wrong and never shows the secret.
[[nodiscard]] Result<SigningKey> parse_signing_key(const Secret& secret);

/// The webhook-signature header: of id.timestamp.body, "v1," + base64(HMAC-SHA256) or "v1a," +
/// base64(ed25519) for each key, separated by spaces. timestamp in whole seconds since 1970.
[[nodiscard]] std::string sign(const std::vector<SigningKey>& keys, std::string_view id,
                               std::int64_t timestamp, std::string_view body);

}  // namespace mactiond::webhook
