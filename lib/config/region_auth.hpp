#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "config/secret_value.hpp"

namespace mactiond::config {

/// [region.auth] kind: how the daemon proves who it is.
enum class AuthKind : std::uint8_t { ClientSecret, Certificate, ManagedIdentity, WorkloadIdentity };

/// [region.auth] source: who gives out the tokens of a managed identity.
enum class IdentitySource : std::uint8_t { Auto, Vm, AppService, Arc };

/// As configured.
[[nodiscard]] constexpr std::string_view to_string(AuthKind kind) {
  switch (kind) {
    case AuthKind::ClientSecret:
      return "client_secret";
    case AuthKind::Certificate:
      return "certificate";
    case AuthKind::ManagedIdentity:
      return "managed_identity";
    case AuthKind::WorkloadIdentity:
      return "workload_identity";
  }
  return "";
}

/// As configured.
[[nodiscard]] constexpr std::string_view to_string(IdentitySource source) {
  switch (source) {
    case IdentitySource::Auto:
      return "auto";
    case IdentitySource::Vm:
      return "vm";
    case IdentitySource::AppService:
      return "app_service";
    case IdentitySource::Arc:
      return "arc";
  }
  return "";
}

/// [region.auth]: what its kind needs is there, the rest is empty.
struct RegionAuth {
  [[nodiscard]] std::optional<WallTime> credential_end() const {
    return kind == AuthKind::Certificate ? certificate_end : expires;
  }

  AuthKind kind = AuthKind::ClientSecret;
  SecretValue client_secret;
  SecretValue certificate;  ///< PEM, a chain; with key
  SecretValue key;          ///< PEM
  SecretValue pkcs12;       ///< certificate and key in one, binary
  SecretValue key_password;
  IdentitySource source = IdentitySource::Auto;
  std::string identity;  ///< client id of a user-assigned identity; empty: the system's
  std::string token_file;
  std::optional<WallTime> expires;  ///< the first moment of that day
  std::optional<WallTime> certificate_end;  ///< of the one in use; the daemon knows it
};

}  // namespace mactiond::config
