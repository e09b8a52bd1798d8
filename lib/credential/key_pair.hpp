#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace mactiond::credential {

struct CertificateFacts {
  WallTime not_before{};
  WallTime not_after{};
  std::string sha1;      ///< hex, upper case: what Entra ID's texts and the portal show
  std::string x5t_s256;  ///< base64url of the SHA-256 of the DER certificate
  bool operator==(const CertificateFacts&) const = default;
};

/// "SHA-1 AB12…, valid from 2026-01-31 to 2027-01-31".
[[nodiscard]] std::string describe(const CertificateFacts& certificate);

/// An RSA key of 2048 to 8192 bits with its certificate. Errors begin with the option that is to
/// blame: certificate, key, key_password or pkcs12. Dates are not judged here.
class KeyPair {
 public:
  /// certificates: a chain, of which the one of the key is taken; all else in the text is skipped,
  /// so both arguments may be the same text. password: empty where the key has none.
  [[nodiscard]] static Result<KeyPair> from_pem(std::string_view certificates, const Secret& key,
                                                const Secret& password);
  /// Takes the algorithms of old exports (RC2) too.
  [[nodiscard]] static Result<KeyPair> from_pkcs12(const Secret& der, const Secret& password);

  [[nodiscard]] const CertificateFacts& certificate() const { return facts_; }
  /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
  [[nodiscard]] Result<std::string> sign_ps256(std::string_view message) const;

 private:
  struct KeyFree {
    void operator()(EVP_PKEY* key) const;
  };
  KeyPair(EVP_PKEY* key, CertificateFacts facts) : key_(key), facts_(std::move(facts)) {}

  std::unique_ptr<EVP_PKEY, KeyFree> key_;
  CertificateFacts facts_;
};

}  // namespace mactiond::credential
