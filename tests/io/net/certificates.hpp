#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace mactiond::test {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

/// A certificate and its key.
struct Identity {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
};

struct Wanted {
  std::string names = "DNS:localhost,IP:127.0.0.1";
  long from_seconds = -3600;  ///< relative to now
  long until_seconds = 3600;
  std::string purposes{};  ///< extendedKeyUsage; empty: any
};

/// A PEM file with one certificate; it lives as long as this object.
class CertificateFile {
 public:
  explicit CertificateFile(const X509* certificate);
  [[nodiscard]] const std::string& path() const { return path_; }
  CertificateFile(const CertificateFile&) = delete;
  CertificateFile& operator=(const CertificateFile&) = delete;
  ~CertificateFile();

 private:
  std::string path_;
};

/// A certificate authority for one test run: a root, or one that another authority has signed.
class Authority {
 public:
  Authority();
  explicit Authority(const Authority* signer, const Wanted& wanted = {});
  [[nodiscard]] Identity issue(const Wanted& wanted) const;
  /// A PEM file with the authority's certificate; it lives as long as this object.
  [[nodiscard]] const std::string& file() const { return file_->path(); }
  [[nodiscard]] X509* certificate() const { return identity_.certificate.get(); }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

 private:
  Identity identity_;
  std::unique_ptr<CertificateFile> file_;
};

[[nodiscard]] Identity self_signed(const Wanted& wanted);
/// A certificate that signer, which is no authority, has signed all the same.
[[nodiscard]] Identity signed_by(const Identity& signer, const Wanted& wanted);

}  // namespace mactiond::test
