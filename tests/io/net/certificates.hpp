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
};

/// A certificate authority for one test run.
class Authority {
 public:
  Authority();
  [[nodiscard]] Identity issue(const Wanted& wanted) const;
  /// A PEM file with the authority's certificate; it lives as long as this object.
  [[nodiscard]] const std::string& file() const { return file_; }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority();

 private:
  Identity root_;
  std::string file_;
};

[[nodiscard]] Identity self_signed(const Wanted& wanted);

}  // namespace mactiond::test
