#include "config/auth_options.hpp"

#include "config/credential_types.hpp"
#include "config/peer_types.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

void add_secret(std::vector<Option<Region>>& options) {
  add(
      options, "auth.client_secret", kDepends, SecretReference{true},
      [](auto& r) -> auto& { return r.auth.client_secret; },
      "client_secret: where it is: file:/path, env:NAME or credential:NAME");
  add(
      options, "auth.expires", kOptional, Day{}, [](auto& r) -> auto& { return r.auth.expires; },
      "client_secret: the day it ends, as the portal shows it; reported before");
}

void add_certificate(std::vector<Option<Region>>& options) {
  add(
      options, "auth.certificate", kOptional, SecretReference{true, SecretForm::Certificates},
      [](auto& r) -> auto& { return r.auth.certificate; },
      "certificate: where its PEM is, by reference; with key");
  add(
      options, "auth.key", kOptional, SecretReference{true, SecretForm::Bytes},
      [](auto& r) -> auto& { return r.auth.key; },
      "certificate: where the PEM of its private key is, by reference");
  add(
      options, "auth.pkcs12", kOptional, SecretReference{true, SecretForm::Bytes},
      [](auto& r) -> auto& { return r.auth.pkcs12; },
      "certificate: where the PKCS#12 file with both is, by reference");
  add(
      options, "auth.key_password", kOptional, SecretReference{true, SecretForm::Password},
      [](auto& r) -> auto& { return r.auth.key_password; },
      "certificate: pass phrase of key or pkcs12, by reference; empty: none");
}

void add_identity(std::vector<Option<Region>>& options) {
  add(
      options, "auth.source", kOptional, choice_of<IdentitySource>(),
      [](auto& r) -> auto& { return r.auth.source; },
      "managed_identity: who gives the tokens: auto, vm, app_service or arc");
  add(
      options, "auth.identity", kOptional, Token{true},
      [](auto& r) -> auto& { return r.auth.identity; },
      "managed_identity: client id of a user-assigned one; empty: the system's");
  add(
      options, "auth.token_file", kOptional, TokenFile{},
      [](auto& r) -> auto& { return r.auth.token_file; },
      "workload_identity: the file of the token; empty: $AZURE_FEDERATED_TOKEN_FILE");
}

}  // namespace

void add_auth(std::vector<Option<Region>>& options) {
  add(
      options, "auth.kind", kOptional, choice_of<AuthKind>(),
      [](auto& r) -> auto& { return r.auth.kind; },
      "how the daemon proves who it is: client_secret, certificate, managed_identity or "
      "workload_identity");
  add_secret(options);
  add_certificate(options);
  add_identity(options);
}

}  // namespace mactiond::config
