#include "credential/pem.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace mactiond::credential {
namespace {

constexpr std::size_t kPemBytes = std::size_t{64} * 1024;
constexpr std::size_t kCertificates = 16;

/// What OpenSSL asks for a password with.
struct Asked {
  const Secret& password;
  bool was_asked = false;
};

int give_password(char* buffer, int size, int /*writing*/, void* context) {
  auto& asked = *static_cast<Asked*>(context);
  asked.was_asked = true;
  const std::string& password = asked.password.reveal();
  if (password.empty() || password.size() > static_cast<std::size_t>(size)) return -1;
  std::copy(password.begin(), password.end(), buffer);
  return static_cast<int>(password.size());
}

Error refuse(std::string why) { return {Errc::InvalidSecret, std::move(why)}; }

bool is_der(std::string_view text) { return text.starts_with('\x30'); }

bool is_unsupported(unsigned long code) {
  return ERR_GET_REASON(code) == ERR_R_UNSUPPORTED ||
         (ERR_GET_LIB(code) == ERR_LIB_EVP &&
          (ERR_GET_REASON(code) == EVP_R_UNSUPPORTED_ALGORITHM ||
           ERR_GET_REASON(code) == EVP_R_UNKNOWN_PBE_ALGORITHM));
}

// Empties OpenSSL's queue, which TLS connections of this thread look at too.
bool forget_errors() {
  bool unsupported = false;
  while (const unsigned long code = ERR_get_error()) {
    unsupported = unsupported || is_unsupported(code);
  }
  return unsupported;
}

Error why_no_key(std::string_view pem, const Asked& asked, bool unsupported) {
  if (asked.was_asked && asked.password.empty()) {
    return refuse("key is encrypted: set key_password");
  }
  if (asked.was_asked && unsupported) {
    return refuse(
        "key is encrypted by an algorithm that OpenSSL does not support any more: convert it with "
        "openssl pkcs8 -topk8 -v2 aes-256-cbc");
  }
  if (asked.was_asked) return refuse("key_password does not open key");
  if (is_der(pem))
    return refuse("key is not PEM but DER: convert it with openssl pkey -inform der");
  if (pem.find("PRIVATE KEY-----") == std::string_view::npos) {
    return refuse("key holds no private key; a PEM file has a block PRIVATE KEY");
  }
  return refuse("key holds a private key that cannot be read");
}

}  // namespace

Result<std::vector<CertificatePtr>> read_certificates(std::string_view pem) {
  if (pem.size() > kPemBytes) return refuse("certificate is larger than 64 KiB");
  if (is_der(pem)) {
    return refuse("certificate is not PEM but DER: convert it with openssl x509 -inform der");
  }
  ERR_clear_error();
  const BioPtr bio = bio_of(pem);
  std::vector<CertificatePtr> certificates;
  const Secret none;
  Asked asked{none};
  while (certificates.size() < kCertificates) {
    CertificatePtr next(PEM_read_bio_X509(bio.get(), nullptr, &give_password, &asked));
    if (!next) break;
    certificates.push_back(std::move(next));
  }
  const unsigned long last = ERR_peek_last_error();
  const bool at_end = last == 0 || ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  (void)forget_errors();
  if (!at_end) return refuse("certificate cannot be read");
  if (certificates.empty()) {
    return refuse("certificate holds none; a PEM file has a block CERTIFICATE");
  }
  return certificates;
}

Result<KeyPtr> read_key(std::string_view pem, const Secret& password) {
  if (pem.size() > kPemBytes) return refuse("key is larger than 64 KiB");
  ERR_clear_error();
  const BioPtr bio = bio_of(pem);
  Asked asked{password};
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &give_password, &asked));
  const bool unsupported = forget_errors();
  if (!key) return why_no_key(pem, asked, unsupported);
  return key;
}

}  // namespace mactiond::credential
