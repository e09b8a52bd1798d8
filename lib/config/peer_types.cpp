#include "config/peer_types.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "config/secret_source.hpp"
#include "http/host_port.hpp"
#include "http/metadata_address.hpp"
#include "http/proxy.hpp"

namespace mactiond::config {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kCertificatesMax = std::size_t{16} << 20U;

struct CloudDefaults {
  std::string_view name;
  std::string_view api;
  std::string_view audience;
  std::string_view authority;
};

// The sovereign clouds document no audience of their own; the API's URL is what works there.
constexpr std::array<CloudDefaults, 4> kClouds = {
    {{"commercial", "https://api.security.microsoft.com",
      "https://api.securitycenter.microsoft.com", "https://login.microsoftonline.com"},
     {"gcc", "https://api-gcc.securitycenter.microsoft.us",
      "https://api-gcc.securitycenter.microsoft.us", "https://login.microsoftonline.com"},
     {"gcc-high", "https://api-gov.securitycenter.microsoft.us",
      "https://api-gov.securitycenter.microsoft.us", "https://login.microsoftonline.us"},
     {"dod", "https://api-gov.securitycenter.microsoft.us",
      "https://api-gov.securitycenter.microsoft.us", "https://login.microsoftonline.us"}}};

bool is_metadata_address(const std::string& host) {
  const auto address = http::literal_bytes(host);
  return address && http::is_metadata_address(*address);
}

bool is_host_name(std::string_view text) {
  constexpr std::size_t kHostNameMax = 253;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  return !text.empty() && text.size() <= kHostNameMax &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool names_certificates(const std::string& path, std::string& why) {
  struct stat status {};
  // Asked before it is opened: a FIFO under the name must not hold the daemon.
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    why = path + ": not a regular file";
    return false;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    why = path + ": " + std::generic_category().message(errno);
    return false;
  }
  // In pieces: one buffer of the limit's size would stay with the process.
  constexpr std::string_view kMark = "-----BEGIN CERTIFICATE-----";
  std::string piece;
  std::array<char, 16384> buffer{};
  for (std::size_t seen = 0; seen < kCertificatesMax && file; seen += buffer.size()) {
    file.read(buffer.data(), buffer.size());
    piece.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    if (piece.find(kMark) != std::string::npos) return true;
    piece.erase(0, piece.size() - std::min(piece.size(), kMark.size()));
  }
  why = path + ": holds no PEM certificate";
  return false;
}

bool read_signing_secret(const Node& node, Webhook& value, Reader& reader) {
  SecretValue secret;
  if (!SecretReference{}.read(node, secret, reader)) {
    if (!secret.source.empty()) value.secret_sources.push_back(std::move(secret));
    return false;
  }
  const auto key = webhook::parse_signing_key(secret.value);
  if (!key) return reader.fail(node, secret.source + ": " + key.error().where);
  value.secret_sources.push_back(std::move(secret));
  value.keys.push_back(*key);
  return true;
}

constexpr std::string_view kNoUrl =
    "not a usable http or https URL; write it like https://host.example/path, without a user";

bool set_webhook_url(const Node& node, std::string_view text, Webhook& value, Reader& reader) {
  const auto url = http::parse_url(text);
  // The text is not repeated: such a URL may be a secret itself.
  if (!url) return reader.fail(node, kNoUrl);
  if (is_metadata_address(url->host)) {
    return reader.fail(node, "link-local and cloud metadata addresses are never contacted");
  }
  value.url = *url;
  return true;
}

}  // namespace

std::string url_text(const http::Url& url) {
  if (url.host.empty()) return {};
  return url.scheme + "://" + url.authority() + (url.target == "/" ? "" : url.target);
}

bool CertificateFile::read(const Node& node, std::string& value, Reader& reader) const {
  if (!is_text(node, "a path in quotes", reader)) return false;
  if (node.text.empty()) {
    value.clear();
    return true;
  }
  std::string path;
  if (!AbsolutePath{}.read(node, path, reader)) return false;
  std::string why;
  const bool looks = reader.environment().opens_files;
  if (looks && !names_certificates(path, why)) return reader.fail(node, why);
  value = path;
  return true;
}

bool ListenAddress::read(const Node& node, std::string& value, Reader& reader) const {
  constexpr std::string_view kWanted = R"(an address like "127.0.0.1:9464", or "" for off)";
  if (!is_text(node, kWanted, reader)) return false;
  if (!node.text.empty() && !http::parse_listen_address(node.text)) {
    return reader.fail(node, "must be " + std::string(kWanted) + ", not " + shown(node.text));
  }
  value = node.text;
  return true;
}

bool HostNames::read(const Node& node, std::vector<std::string>& value, Reader& reader) const {
  constexpr std::string_view kWanted = R"(a host name like "soc1.example", without a port)";
  if (node.kind != Node::Kind::List) {
    return reader.fail(node, "must be a list of host names, in brackets");
  }
  bool good = true;
  std::vector<std::string> names;
  for (const Node& item : node.children) {
    if (!is_text(item, kWanted, reader)) {
      good = false;
    } else if (!is_host_name(item.text)) {
      good = reader.fail(item, "must be " + std::string(kWanted) + ", not " + shown(item.text));
    } else {
      names.push_back(item.text);
    }
  }
  if (good) value = std::move(names);
  return good;
}

bool ProxyUrl::read(const Node& node, std::optional<http::Url>& value, Reader& reader) const {
  constexpr std::string_view kWanted = R"(a proxy like "http://proxy.example:3128")";
  if (!is_text(node, kWanted, reader)) return false;
  value.reset();
  if (node.text.empty()) return true;
  auto proxy = http::parse_proxy(node.text);
  const std::string wanted = "must be " + std::string(kWanted);
  const bool is_http = to_lower(node.text).starts_with("http://");
  if (is_http && node.text.find('@') != std::string::npos) {
    return reader.fail(node, wanted + "; user and password belong in proxy_auth, by reference");
  }
  if (!proxy) return reader.fail(node, wanted + "; " + proxy.error().where);
  if (!is_http || proxy->url.target != "/") return reader.fail(node, wanted);
  value = std::move(proxy->url);
  return true;
}

bool ServerUrl::read(const Node& node, http::Url& value, Reader& reader) const {
  if (!is_text(node, "an https URL in quotes", reader)) return false;
  const auto url = http::parse_url(node.text);
  if (!url) {
    return reader.fail(node, "not a usable https URL; write it like https://host.example/path");
  }
  if (!url->is_tls()) {
    return reader.fail(node, "must be https: credentials are never sent in clear text");
  }
  if (url->target.find('?') != std::string::npos) {
    return reader.fail(node, "must not have a query");
  }
  value = *url;
  return true;
}

std::optional<Secret> take_secret(const Node& node, SecretForm form, Reader& reader) {
  const Environment& environment = reader.environment();
  if (!environment.opens_files && is_secret_reference(node.text)) return std::nullopt;
  if (environment.only_checks) {
    if (const auto why = out_of_reach(node.text, environment); !why.empty()) {
      reader.warn(node.place, why);
      return std::nullopt;
    }
  }
  auto secret = read_secret(node.text, environment, form);
  if (secret) return *std::move(secret);
  reader.fail(node, secret.error().where);
  return std::nullopt;
}

bool SecretReference::read(const Node& node, SecretValue& value, Reader& reader) const {
  constexpr std::string_view kWanted = "file:/path, env:NAME or credential:NAME in quotes";
  if (!is_text(node, kWanted, reader)) return false;
  if (node.text.empty() && may_be_empty) {
    value = {};
    return true;
  }
  if (is_secret_reference(node.text)) value.source = node.text;
  auto secret = take_secret(node, form, reader);
  if (!secret) return false;
  value = {node.text, *std::move(secret)};
  return true;
}

std::string SecretReference::print(const SecretValue& value) const {
  return toml_text(value.source);
}

bool SigningSecrets::read(const Node& node, Webhook& value, Reader& reader) const {
  if (node.kind == Node::Kind::Text) {
    return node.text.empty() || read_signing_secret(node, value, reader);
  }
  if (node.kind != Node::Kind::List) {
    return wrong_type(node, "a secret reference or a list of them", reader);
  }
  bool good = true;
  for (const Node& item : node.children) {
    if (!read_signing_secret(item, value, reader)) good = false;
  }
  return good;
}

std::string SigningSecrets::print(const Webhook& value) const {
  std::vector<std::string> sources;
  for (const SecretValue& secret : value.secret_sources) sources.push_back(secret.source);
  return sources.size() == 1 ? toml_text(sources[0]) : toml_list(sources);
}

bool HostAndPort::read(const Node& node, Syslog& value, Reader& reader) const {
  constexpr std::string_view kWanted = R"(host and port like "siem.example:6514")";
  if (!is_text(node, kWanted, reader)) return false;
  const auto server = http::parse_server(node.text);
  if (!server || !server->port) {
    return reader.fail(node, "must be " + std::string(kWanted) + ", not " + shown(node.text));
  }
  value.address = node.text;
  value.url = {"https", server->host, std::to_string(*server->port)};
  return true;
}

bool TemplateText::read(const Node& node, Webhook& value, Reader& reader) const {
  if (!is_text(node, "a JSON document in quotes", reader)) return false;
  value.template_text = node.text;
  if (node.text.empty()) return true;
  auto parsed = webhook::BodyTemplate::parse(node.text);
  if (const auto* mistake = std::get_if<webhook::TemplateMistake>(&parsed)) {
    return reader.fail(node, "line " + std::to_string(mistake->line) + ", column " +
                                 std::to_string(mistake->column) +
                                 " of the template: " + mistake->message);
  }
  value.body_template = std::move(std::get<webhook::BodyTemplate>(parsed));
  return true;
}

bool WebhookUrl::read(const Node& node, Webhook& value, Reader& reader) const {
  if (!is_text(node, "a URL or a secret reference in quotes", reader)) return false;
  if (!is_secret_reference(node.text)) return set_webhook_url(node, node.text, value, reader);
  value.url_source = node.text;
  const auto secret = take_secret(node, SecretForm::Text, reader);
  if (!secret) return false;
  return set_webhook_url(node, secret->reveal(), value, reader);
}

std::string WebhookUrl::print(const Webhook& value) const {
  if (!value.url_source.empty()) return toml_text(value.url_source);
  return toml_text(value.url.host.empty() ? "" : kMask);
}

bool Cloud::read(const Node& node, Region& value, Reader& reader) const {
  std::vector<std::string_view> names;
  for (const CloudDefaults& cloud : kClouds) names.push_back(cloud.name);
  const auto index = read_choice(node, names, {}, reader);
  if (index) apply(names[*index], value);
  return index.has_value();
}

void Cloud::apply(std::string_view cloud, Region& region) {
  for (const CloudDefaults& defaults : kClouds) {
    if (defaults.name != cloud) continue;
    region.cloud = cloud;
    region.api = *http::parse_url(defaults.api);
    region.audience = defaults.audience;
    region.authority = *http::parse_url(defaults.authority);
  }
}

}  // namespace mactiond::config
