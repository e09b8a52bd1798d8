#include "io/net/certificates.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace mactiond::test {
namespace {

void need(bool held, const char* what) {
  if (!held) throw std::runtime_error(what);
}

std::shared_ptr<EVP_PKEY> make_key() {
  std::shared_ptr<EVP_PKEY> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), Free());
  need(key != nullptr, "no key");
  return key;
}

void name(X509* certificate, const char* text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, bytes, -1, -1, 0);
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  need(extension != nullptr, "bad extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> make_certificate(const Wanted& wanted, EVP_PKEY* key, const char* subject) {
  static long serial = 1;
  std::shared_ptr<X509> certificate(X509_new(), Free());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wanted.from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wanted.until_seconds);
  X509_set_pubkey(certificate.get(), key);
  name(certificate.get(), subject);
  return certificate;
}

void extend_for(X509* certificate, X509* issuer, const Wanted& wanted) {
  extend(certificate, issuer, NID_subject_alt_name, wanted.names);
  if (!wanted.purposes.empty()) extend(certificate, issuer, NID_ext_key_usage, wanted.purposes);
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  need(X509_sign(certificate, key, EVP_sha256()) > 0, "not signed");
}

}  // namespace

CertificateFile::CertificateFile(const X509* certificate) {
  std::array<char, 32> path{"/tmp/mactiond-ca-XXXXXX"};
  const int descriptor = ::mkstemp(path.data());
  need(descriptor >= 0, "no temporary file");
  std::FILE* file = ::fdopen(descriptor, "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  path_ = path.data();
}

CertificateFile::~CertificateFile() { ::unlink(path_.c_str()); }

Authority::Authority() : Authority(nullptr) {}

Authority::Authority(const Authority* signer, const Wanted& wanted) {
  identity_.key = make_key();
  static int count = 0;
  const std::string subject = "mactiond test authority " + std::to_string(++count);
  identity_.certificate = make_certificate(wanted, identity_.key.get(), subject.c_str());
  const Identity& by = signer != nullptr ? signer->identity_ : identity_;
  extend(identity_.certificate.get(), by.certificate.get(), NID_basic_constraints,
         "critical,CA:TRUE");
  sign(identity_.certificate.get(), by.certificate.get(), by.key.get());
  file_ = std::make_unique<CertificateFile>(identity_.certificate.get());
}

Identity Authority::issue(const Wanted& wanted) const { return signed_by(identity_, wanted); }

Identity signed_by(const Identity& signer, const Wanted& wanted) {
  Identity identity;
  identity.key = make_key();
  identity.certificate = make_certificate(wanted, identity.key.get(), "mactiond test server");
  extend_for(identity.certificate.get(), signer.certificate.get(), wanted);
  sign(identity.certificate.get(), signer.certificate.get(), signer.key.get());
  return identity;
}

Identity self_signed(const Wanted& wanted) {
  Identity identity;
  identity.key = make_key();
  identity.certificate = make_certificate(wanted, identity.key.get(), "mactiond test server");
  extend_for(identity.certificate.get(), identity.certificate.get(), wanted);
  sign(identity.certificate.get(), identity.certificate.get(), identity.key.get());
  return identity;
}

}  // namespace mactiond::test
