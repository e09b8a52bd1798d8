#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "config/region_auth.hpp"

namespace mactiond::config {

struct KeyOfKind {
  std::string_view key;
  AuthKind kind;
};

/// The keys of [region.auth] that belong to one kind; expires is no mistake beside a certificate.
inline constexpr std::array<KeyOfKind, 8> kKeysOfKinds = {
    {{"client_secret", AuthKind::ClientSecret},
     {"certificate", AuthKind::Certificate},
     {"key", AuthKind::Certificate},
     {"pkcs12", AuthKind::Certificate},
     {"key_password", AuthKind::Certificate},
     {"source", AuthKind::ManagedIdentity},
     {"identity", AuthKind::ManagedIdentity},
     {"token_file", AuthKind::WorkloadIdentity}}};

}  // namespace mactiond::config
