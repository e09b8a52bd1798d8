#include "token_sources.hpp"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "config/secret_source.hpp"
#include "defender/identity_answer.hpp"
#include "defender/managed_identity.hpp"
#include "defender/oauth.hpp"
#include "random_bits.hpp"
#include "runtime/arc_key_file.hpp"
#include "runtime/certificate_tokens.hpp"
#include "runtime/federated_tokens.hpp"
#include "runtime/managed_identity_tokens.hpp"
#include "runtime/secret_tokens.hpp"

namespace mactiond::daemon {
namespace {

using Source = std::shared_ptr<runtime::TokenSource>;

constexpr const char* kArcAgent = "/opt/azcmagent/bin/himds";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

defender::IdentityVariables identity_variables() {
  defender::IdentityVariables variables;
  variables.pod_authority_host = variable("AZURE_POD_IDENTITY_AUTHORITY_HOST");
  variables.identity_endpoint = variable("IDENTITY_ENDPOINT");
  variables.identity_header = Secret(variable("IDENTITY_HEADER"));
  variables.imds_endpoint = variable("IMDS_ENDPOINT");
  variables.server_thumbprint = variable("IDENTITY_SERVER_THUMBPRINT");
  variables.msi_endpoint = variable("MSI_ENDPOINT");
  variables.has_msi_secret = !variable("MSI_SECRET").empty();
  variables.has_arc_agent = access(kArcAgent, F_OK) == 0;
  return variables;
}

std::optional<defender::IdentityService> service_of(config::IdentitySource source) {
  switch (source) {
    case config::IdentitySource::Auto:
      return std::nullopt;
    case config::IdentitySource::Vm:
      return defender::IdentityService::Vm;
    case config::IdentitySource::AppService:
      return defender::IdentityService::AppService;
    case config::IdentitySource::Arc:
      return defender::IdentityService::Arc;
  }
  return std::nullopt;
}

Result<Secret> read_arc_key(const std::string& name) {
  const auto file = runtime::ArcKeyFile::open(std::string(defender::kArcKeyDirectory), name);
  if (!file) return file.error();
  return file->read();
}

// Not a secret of ours: its audience is Entra ID alone, and everybody in the container may read it.
Result<Secret> read_token_file(const std::string& path) {
  const auto content = config::read_secret_file(path, path, config::SecretForm::Certificates);
  if (!content) return content.error();
  const std::string_view token = trim(content->reveal());
  if (token.empty()) return Error(Errc::InvalidSecret, path + ": the file is empty");
  return Secret(std::string(token));
}

defender::TokenAsk ask_of(const config::Region& region) {
  return {region.authority, region.tenant_id, region.client_id, region.audience};
}

Source secret_source(const config::Region& region, const TokenParts& parts) {
  return std::make_shared<runtime::SecretTokens>(
      parts.clock, parts.client, ask_of(region),
      [&environment = parts.environment, source = region.auth.client_secret.source] {
        return config::read_secret(source, environment);
      });
}

Result<Source> identity_source(const config::Region& region, const TokenParts& parts) {
  auto client = parts.local_client();
  if (!client) return client.error();
  runtime::IdentityParts made;
  made.client = std::move(*client);
  made.service = service_of(region.auth.source);
  made.ask = {region.audience, region.auth.identity};
  made.read_variables = identity_variables;
  made.read_arc_key = read_arc_key;
  made.pause = runtime::pause_for;
  return Source(std::make_shared<runtime::ManagedIdentityTokens>(parts.clock, std::move(made)));
}

Source federated_source(const config::Region& region, const TokenParts& parts) {
  return std::make_shared<runtime::FederatedTokens>(
      parts.clock, parts.client, ask_of(region),
      [path = region.auth.token_file] { return read_token_file(path); });
}

Result<Source> certificate_source(const config::Region& region, const TokenParts& parts) {
  auto pair = parts.key_pairs.pair(region.auth, parts.clock.now().wall);
  if (!pair) return pair.error();
  return Source(std::make_shared<runtime::CertificateTokens>(
      parts.clock, parts.client, ask_of(region), std::move(*pair), random_guid));
}

}  // namespace

Result<Source> make_token_source(const config::Region& region, const TokenParts& parts) {
  switch (region.auth.kind) {
    case config::AuthKind::ClientSecret:
      return secret_source(region, parts);
    case config::AuthKind::Certificate:
      return certificate_source(region, parts);
    case config::AuthKind::ManagedIdentity:
      return identity_source(region, parts);
    case config::AuthKind::WorkloadIdentity:
      return federated_source(region, parts);
  }
  return Source();
}

}  // namespace mactiond::daemon
