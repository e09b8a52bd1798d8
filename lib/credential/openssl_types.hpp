#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

namespace mactiond::credential {

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

using BioPtr = std::unique_ptr<BIO, FreeBy<&BIO_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeBy<&EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeBy<&X509_free>>;
using Pkcs12Ptr = std::unique_ptr<PKCS12, FreeBy<&PKCS12_free>>;
using DigestPtr = std::unique_ptr<EVP_MD_CTX, FreeBy<&EVP_MD_CTX_free>>;

/// Reads bytes, which outlive it.
[[nodiscard]] inline BioPtr bio_of(std::string_view bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

}  // namespace mactiond::credential
