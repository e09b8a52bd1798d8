#pragma once

#include <openssl/types.h>

#include "base/error.hpp"
#include "credential/key_pair.hpp"

namespace mactiond::credential {

[[nodiscard]] Result<CertificateFacts> facts_of(const X509* certificate);

}  // namespace mactiond::credential
