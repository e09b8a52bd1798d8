#include "webhook/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <utility>

#include "base/text.hpp"

namespace mactiond::webhook {
namespace {

constexpr std::string_view kPrefix = "whsec_";
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

}  // namespace

Result<SigningKey> parse_signing_key(const Secret& secret) {
  std::string_view text = secret.reveal();
  if (!text.starts_with(kPrefix)) {
    return Error(Errc::InvalidSecret, "a signing secret begins with whsec_");
  }
  text.remove_prefix(kPrefix.size());
  auto bytes = base64_decode(text);
  if (!bytes) return Error(Errc::InvalidSecret, "what follows whsec_ is not base64");
  if (bytes->size() < kKeyMin || bytes->size() > kKeyMax) {
    return Error(Errc::InvalidSecret, "a signing secret has 24 to 64 bytes, this one has " +
                                          std::to_string(bytes->size()));
  }
  return SigningKey{Secret(*std::move(bytes))};
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
    header += "v1," + base64_encode(hmac_sha256(key.bytes.reveal(), content));
  }
  return header;
}

}  // namespace mactiond::webhook
