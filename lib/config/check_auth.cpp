#include "config/check_auth.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/iso_time.hpp"
#include "config/auth_keys.hpp"
#include "config/peer_types.hpp"
#include "config/secret_source.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

constexpr const char* kTenant = "AZURE_TENANT_ID";
constexpr const char* kClient = "AZURE_CLIENT_ID";
constexpr const char* kTokenFile = "AZURE_FEDERATED_TOKEN_FILE";
constexpr const char* kAuthority = "AZURE_AUTHORITY_HOST";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

bool takes_authority_variable(const Node& region) {
  return region.child("authority") == nullptr && region.child("cloud") == nullptr;
}

std::optional<http::Url> https_url(const std::string& text) {
  auto url = http::parse_url(text);
  if (!url || !url->is_tls()) return std::nullopt;
  return std::move(*url);
}

class AuthCheck {
 public:
  AuthCheck(const Node& table, const Region& region, Reader& reader)
      : table_(table), region_(region), reader_(reader) {}

  void run() {
    const Node* kind = used("kind");
    if (!reader_.is_good(kind)) return;
    check_foreign();
    check_expires();
    switch (region_.auth.kind) {
      case AuthKind::ClientSecret:
        return need("auth.client_secret", region_.auth.client_secret.source.empty(),
                    "where the client secret is: file:/path, env:NAME or credential:NAME");
      case AuthKind::Certificate:
        return check_certificate();
      case AuthKind::ManagedIdentity:
        return check_identity();
      case AuthKind::WorkloadIdentity:
        check_authority_variable();
        return check_token_file();
    }
  }

  void check_ids() {
    need("tenant_id", region_.tenant_id.empty(), "the directory (tenant) id");
    if (region_.auth.kind == AuthKind::ManagedIdentity) return;
    need("client_id", region_.client_id.empty(), "the application (client) id");
  }

 private:
  // What is set to its default is as good as left out.
  [[nodiscard]] const Node* find(const std::string& key) const {
    const Node* node = table_.find(key);
    if (node == nullptr || node->kind != Node::Kind::Text) return node;
    const bool is_auto = key == "auth.source" && node->text == to_string(IdentitySource::Auto);
    return node->text.empty() || is_auto ? nullptr : node;
  }
  [[nodiscard]] const Node* used(const std::string& key) const { return find("auth." + key); }
  void enter(const std::string& key) { reader_.enter("region.auth." + key); }

  void need(const std::string& key, bool is_empty, const std::string& what) {
    if (!is_empty || find(key) != nullptr || reader_.is_misplaced(table_, key)) return;
    reader_.enter("region." + key);
    reader_.fail(table_, "missing: " + what);
  }

  void check_foreign() {
    for (const auto& [key, kind] : kKeysOfKinds) {
      const Node* node = used(std::string(key));
      if (node == nullptr || kind == region_.auth.kind) continue;
      enter(std::string(key));
      std::string message = "belongs to kind = \"" + std::string(to_string(kind)) +
                            "\", and kind is \"" + std::string(to_string(region_.auth.kind));
      message += used("kind") == nullptr ? "\" unless it is set: set kind, or remove the key"
                                         : "\": remove the key, or correct kind";
      reader_.fail(node->key_place, message);
    }
  }

  void check_expires() {
    const Node* node = used("expires");
    if (node == nullptr || !reader_.is_good(node)) return;
    enter("expires");
    if (region_.auth.kind == AuthKind::Certificate) {
      return reader_.warn(node->place, "is not used: a certificate has its own date");
    }
    if (region_.auth.kind != AuthKind::ClientSecret) {
      reader_.fail(node->key_place, "belongs to kind = \"client_secret\": this kind has no end");
      return;
    }
    if (*region_.auth.expires > reader_.environment().now) return;
    reader_.warn(node->place, "the client secret ended on " + node->text +
                                  ": make another, and set its day here");
  }

  void check_certificate() {
    const Node* pkcs12 = used("pkcs12");
    const Node* certificate = used("certificate");
    const Node* key = used("key");
    enter("pkcs12");
    if (pkcs12 != nullptr && (certificate != nullptr || key != nullptr)) {
      reader_.fail(pkcs12->key_place,
                   "holds certificate and key: remove it, or certificate and key");
    } else if (pkcs12 == nullptr && certificate == nullptr && key == nullptr) {
      reader_.enter("region.auth");
      reader_.fail(table_, "missing: certificate and key, or pkcs12, each by reference");
    } else if (pkcs12 == nullptr) {
      need_pair("certificate", certificate, key);
      need_pair("key", key, certificate);
    }
  }

  void need_pair(const std::string& name, const Node* node, const Node* other) {
    if (node != nullptr || other == nullptr) return;
    enter(name);
    reader_.fail(other->key_place, "missing: certificate and key belong together");
  }

  void check_identity() {
    const Node* identity = used("identity");
    if (identity != nullptr && region_.auth.source == IdentitySource::Arc) {
      enter("identity");
      reader_.fail(identity->key_place, "an Arc machine has the system's identity alone");
    }
  }

  void check_authority_variable() {
    if (!takes_authority_variable(table_)) return;
    const std::string host = variable(kAuthority);
    if (host.empty() || https_url(host)) return;
    reader_.enter("region.authority");
    reader_.fail(table_, "$" + std::string(kAuthority) +
                             " is not an https URL: correct the variable, or set authority");
  }

  void check_token_file() {
    const std::string& path = region_.auth.token_file;
    if (path.empty()) {
      return need("auth.token_file", true, "the file of the token, or $" + std::string(kTokenFile));
    }
    if (!reader_.environment().opens_files) return;
    const Node* node = used("token_file");
    const auto token = read_secret_file(path, path, SecretForm::Certificates);
    if (token && !token->empty()) return;
    enter("token_file");
    reader_.fail(node == nullptr ? table_ : *node, token ? path + ": empty" : token.error().where);
  }

  const Node& table_;
  const Region& region_;
  Reader& reader_;
};

}  // namespace

std::string_view variable_behind(std::string_view key, const Region& region) {
  if (region.auth.kind != AuthKind::WorkloadIdentity) return {};
  if (key == "tenant_id") return kTenant;
  if (key == "client_id") return kClient;
  if (key == "auth.token_file") return kTokenFile;
  Region by_cloud;
  Cloud::apply(region.cloud, by_cloud);
  return key == "authority" && region.authority != by_cloud.authority ? kAuthority : "";
}

void complete_auth(const Node& table, Region& region) {
  if (region.auth.kind != AuthKind::WorkloadIdentity) return;
  if (table.child("tenant_id") == nullptr) region.tenant_id = variable(kTenant);
  if (table.child("client_id") == nullptr) region.client_id = variable(kClient);
  if (region.auth.token_file.empty()) region.auth.token_file = variable(kTokenFile);
  if (!takes_authority_variable(table)) return;
  if (auto url = https_url(variable(kAuthority))) region.authority = std::move(*url);
}

void check_auth(const Node& table, const Region& region, Reader& reader) {
  AuthCheck check(table, region, reader);
  check.check_ids();
  check.run();
}

}  // namespace mactiond::config
