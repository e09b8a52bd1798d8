#include "credential/pkcs12.hpp"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/provider.h>

#include <cstddef>
#include <string>
#include <utility>

namespace mactiond::credential {
namespace {

constexpr std::size_t kFileBytes = std::size_t{64} * 1024;
/// Of the digest that protects the file; more would hold the loop for seconds.
constexpr long kIterations = 1'000'000;

Error refuse(std::string why) { return {Errc::InvalidSecret, std::move(why)}; }

using LibraryPtr = std::unique_ptr<OSSL_LIB_CTX, FreeBy<&OSSL_LIB_CTX_free>>;
using ProviderPtr = std::unique_ptr<OSSL_PROVIDER, FreeBy<&OSSL_PROVIDER_unload>>;

/// The old algorithms (RC2), for one file and not for the whole process.
class OldAlgorithms {
 public:
  OldAlgorithms()
      : library_(OSSL_LIB_CTX_new()),
        legacy_(OSSL_PROVIDER_load(library_.get(), "legacy")),
        standard_(OSSL_PROVIDER_load(library_.get(), "default")) {}
  [[nodiscard]] bool usable() const { return legacy_ && standard_; }
  [[nodiscard]] OSSL_LIB_CTX* library() const { return library_.get(); }

 private:
  LibraryPtr library_;
  ProviderPtr legacy_;
  ProviderPtr standard_;
};

Pkcs12Ptr parse(std::string_view der, OSSL_LIB_CTX* library) {
  const BioPtr bio = bio_of(der);
  PKCS12* file = library == nullptr ? nullptr : PKCS12_init_ex(NID_pkcs7_data, library, nullptr);
  PKCS12* read = d2i_PKCS12_bio(bio.get(), &file);
  if (read == nullptr) PKCS12_free(file);
  return Pkcs12Ptr(read);
}

Pkcs12Content open(PKCS12* file, const char* password) {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  if (PKCS12_parse(file, password, &key, &certificate, nullptr) != 1) return {};
  return {KeyPtr(key), CertificatePtr(certificate)};
}

// A copy that does not need the library of the old algorithms.
Pkcs12Content copy(const Pkcs12Content& content) {
  Pkcs12Content made;
  unsigned char* bytes = nullptr;
  const int key_size = i2d_PrivateKey(content.key.get(), &bytes);
  if (key_size > 0) {
    const unsigned char* begin = bytes;
    made.key.reset(d2i_AutoPrivateKey(nullptr, &begin, key_size));
    OPENSSL_clear_free(bytes, static_cast<std::size_t>(key_size));
  }
  bytes = nullptr;
  const int size = content.certificate ? i2d_X509(content.certificate.get(), &bytes) : 0;
  if (size > 0) {
    const unsigned char* begin = bytes;
    made.certificate.reset(d2i_X509(nullptr, &begin, size));
    OPENSSL_free(bytes);
  }
  return made;
}

Result<Pkcs12Content> open_old(std::string_view der, const char* password) {
  const OldAlgorithms old;
  if (!old.usable()) {
    return refuse(
        "pkcs12 uses an old algorithm, and OpenSSL's module legacy.so cannot be loaded: export it "
        "with AES-256");
  }
  const Pkcs12Ptr file = parse(der, old.library());
  if (!file) return Pkcs12Content();
  const Pkcs12Content content = open(file.get(), password);
  if (!content.key) return Pkcs12Content();
  return copy(content);
}

bool takes_too_long(const PKCS12* file) {
  const ASN1_INTEGER* iterations = nullptr;
  PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, file);
  if (iterations == nullptr) return false;
  const long count = ASN1_INTEGER_get(iterations);
  return count < 0 || count > kIterations;
}

/// The password in the form that fits; without one, there are two.
Result<const char*> fitting(PKCS12* file, const std::string& password) {
  if (PKCS12_mac_present(file) != 1) return password.c_str();
  const int size = static_cast<int>(password.size());
  if (PKCS12_verify_mac(file, password.c_str(), size) == 1) return password.c_str();
  if (!password.empty()) return refuse("key_password does not open pkcs12");
  if (PKCS12_verify_mac(file, nullptr, 0) == 1) return nullptr;
  return refuse("pkcs12 is protected by a password: set key_password");
}

Result<Pkcs12Content> read(std::string_view der, const std::string& password) {
  const Pkcs12Ptr file = parse(der, nullptr);
  if (!file) return refuse("pkcs12 is not a PKCS#12 file");
  if (takes_too_long(file.get())) return refuse("pkcs12 has more than 1,000,000 iterations");
  const auto form = fitting(file.get(), password);
  if (!form) return form.error();
  Pkcs12Content content = open(file.get(), *form);
  if (content.key && content.certificate) return content;
  if (!content.key) {
    auto old = open_old(der, *form);
    if (!old) return old.error();
    content = std::move(*old);
  }
  if (!content.key) return refuse("pkcs12 holds no private key that can be read");
  if (!content.certificate) return refuse("pkcs12 holds no certificate of its key");
  return content;
}

}  // namespace

Result<Pkcs12Content> read_pkcs12(const Secret& der, const Secret& password) {
  if (der.reveal().size() > kFileBytes) return refuse("pkcs12 is larger than 64 KiB");
  if (der.reveal().starts_with("-----BEGIN")) {
    return refuse("pkcs12 is a PEM file: set certificate and key in its place");
  }
  ERR_clear_error();
  auto content = read(der.reveal(), password.reveal());
  // TLS connections of this thread look at the same queue.
  ERR_clear_error();
  return content;
}

}  // namespace mactiond::credential
