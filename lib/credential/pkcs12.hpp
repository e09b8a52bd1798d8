#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "credential/openssl_types.hpp"

namespace mactiond::credential {

struct Pkcs12Content {
  KeyPtr key;
  CertificatePtr certificate;
};

[[nodiscard]] Result<Pkcs12Content> read_pkcs12(const Secret& der, const Secret& password);

}  // namespace mactiond::credential
