#pragma once

#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "credential/openssl_types.hpp"

namespace mactiond::credential {

/// At least one, in the order of the text.
[[nodiscard]] Result<std::vector<CertificatePtr>> read_certificates(std::string_view pem);

/// PKCS#8 or traditional, encrypted or not. Never asks on a terminal.
[[nodiscard]] Result<KeyPtr> read_key(std::string_view pem, const Secret& password);

}  // namespace mactiond::credential
