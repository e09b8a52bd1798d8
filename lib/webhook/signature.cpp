#include "webhook/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "base/text.hpp"

namespace mactiond::webhook {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::string_view kPrivatePrefix = "whsk_";
constexpr std::size_t kSeed = 32;
constexpr std::size_t kSignature = 64;
constexpr std::size_t kKeyMin = 24;
constexpr std::size_t kKeyMax = 64;

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  const unsigned char* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data,
                                   message.size(), digest.data(), &size);
  MACTIOND_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

PrivateKey private_key(std::string_view seed) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size()),
          &EVP_PKEY_free};
}

std::string sign_ed25519(std::string_view seed, std::string_view message) {
  const PrivateKey key = private_key(seed);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::array<unsigned char, kSignature> made{};
  std::size_t size = made.size();
  const bool good =
      key && context &&
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), made.data(), &size, bytes_of(message), message.size()) == 1;
  MACTIOND_ASSERT(good);
  return {reinterpret_cast<const char*>(made.data()), size};
}

Result<SigningKey> parse_private_key(std::string_view text) {
  auto bytes = base64_decode(text);
  if (!bytes) return Error(Errc::InvalidSecret, "what follows whsk_ is not base64");
  if (bytes->size() != kSeed && bytes->size() != 2 * kSeed) {
    return Error(Errc::InvalidSecret,
                 "an ed25519 key has 32 bytes, or 64 with its public key; "
                 "this one has " +
                     std::to_string(bytes->size()));
  }
  bytes->resize(kSeed);
  return SigningKey{Secret(*std::move(bytes)), true};
}

}  // namespace

Result<SigningKey> parse_signing_key(const Secret& secret) {
  std::string_view text = secret.reveal();
  if (text.starts_with(kPrivatePrefix))
    return parse_private_key(text.substr(kPrivatePrefix.size()));
  if (!text.starts_with(kPrefix)) {
    return Error(Errc::InvalidSecret,
                 "a signing secret begins with whsec_, or with whsk_ for an ed25519 key");
  }
  text.remove_prefix(kPrefix.size());
  auto bytes = base64_decode(text);
  if (!bytes) return Error(Errc::InvalidSecret, "what follows whsec_ is not base64");
  if (bytes->size() < kKeyMin || bytes->size() > kKeyMax) {
    return Error(Errc::InvalidSecret, "a signing secret has 24 to 64 bytes, this one has " +
                                          std::to_string(bytes->size()));
  }
  return SigningKey{Secret(*std::move(bytes)), false};
}

std::string sign(const std::vector<SigningKey>& keys, std::string_view id, std::int64_t timestamp,
                 std::string_view body) {
  std::string content(id);
  content += '.';
  content += std::to_string(timestamp);
  content += '.';
  content += body;
  std::string header;
  for (const SigningKey& key : keys) {
    if (!header.empty()) header += ' ';
    const std::string& bytes = key.bytes.reveal();
    header += key.ed25519 ? "v1a," + base64_encode(sign_ed25519(bytes, content))
                          : "v1," + base64_encode(hmac_sha256(bytes, content));
  }
  return header;
}

}  // namespace mactiond::webhook
