#include "credential/key_pair.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <utility>
#include <vector>

#include "credential/certificate_facts.hpp"
#include "credential/pem.hpp"
#include "credential/pkcs12.hpp"

namespace mactiond::credential {
namespace {

constexpr int kBitsMin = 2048;
constexpr int kBitsMax = 8192;

Error refuse(std::string why) { return {Errc::InvalidSecret, std::move(why)}; }

Result<void> check_key(const EVP_PKEY* key, const std::string& option) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_EC) {
    return refuse(option + " holds an EC key, and Entra ID takes RSA keys alone (AADSTS5002738)");
  }
  if (kind != EVP_PKEY_RSA) {
    return refuse(option + " holds no RSA key, and Entra ID takes RSA keys alone (AADSTS5002738)");
  }
  const int bits = EVP_PKEY_get_bits(key);
  if (bits >= kBitsMin && bits <= kBitsMax) return {};
  return refuse(option + " holds an RSA key of " + std::to_string(bits) +
                " bits; use 2048 to 8192");
}

const X509* certificate_of(const EVP_PKEY* key, const std::vector<CertificatePtr>& certificates) {
  for (const CertificatePtr& certificate : certificates) {
    if (X509_check_private_key(certificate.get(), key) == 1) return certificate.get();
  }
  return nullptr;
}

bool sign(EVP_PKEY* key, std::string_view message, std::string& signature) {
  const DigestPtr digest(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  const bool ready = digest &&
                     EVP_DigestSignInit(digest.get(), &options, EVP_sha256(), nullptr, key) == 1 &&
                     EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                     EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1 &&
                     EVP_DigestSign(digest.get(), nullptr, &size, bytes, message.size()) == 1;
  if (!ready) return false;
  signature.resize(size);
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(digest.get(), out, &size, bytes, message.size()) != 1) return false;
  signature.resize(size);
  return true;
}

}  // namespace

void KeyPair::KeyFree::operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }

Result<KeyPair> KeyPair::from_pem(std::string_view certificates, const Secret& key,
                                  const Secret& password) {
  const auto chain = read_certificates(certificates);
  if (!chain) return chain.error();
  auto read = read_key(key.reveal(), password);
  if (!read) return read.error();
  if (const auto good = check_key(read->get(), "key"); !good) return good.error();
  const X509* certificate = certificate_of(read->get(), *chain);
  ERR_clear_error();
  auto facts = facts_of(certificate != nullptr ? certificate : chain->front().get());
  if (!facts) return facts.error();
  if (certificate == nullptr) {
    return refuse("key does not belong to certificate (" + describe(*facts) + ")");
  }
  return KeyPair(read->release(), std::move(*facts));
}

Result<KeyPair> KeyPair::from_pkcs12(const Secret& der, const Secret& password) {
  auto read = read_pkcs12(der, password);
  if (!read) return read.error();
  if (const auto good = check_key(read->key.get(), "pkcs12"); !good) return good.error();
  auto facts = facts_of(read->certificate.get());
  if (!facts) return facts.error();
  if (X509_check_private_key(read->certificate.get(), read->key.get()) != 1) {
    ERR_clear_error();
    return refuse("pkcs12 holds a key that does not belong to its certificate (" +
                  describe(*facts) + ")");
  }
  return KeyPair(read->key.release(), std::move(*facts));
}

Result<std::string> KeyPair::sign_ps256(std::string_view message) const {
  std::string signature;
  const bool done = sign(key_.get(), message, signature);
  ERR_clear_error();
  if (!done) return refuse("key does not sign");
  return signature;
}

}  // namespace mactiond::credential
