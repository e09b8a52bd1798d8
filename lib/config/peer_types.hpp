#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "config/secret_source.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {

// Types of values that say how a peer is reached and trusted; see value_types.hpp.

[[nodiscard]] std::string url_text(const http::Url& url);

/// A readable file with PEM certificates, or empty.
struct CertificateFile {
  bool read(const Node& node, std::string& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::string& value) const { return toml_text(value); }
};

/// "127.0.0.1:9464", "[::1]:9464", or empty.
struct ListenAddress {
  bool read(const Node& node, std::string& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::string& value) const { return toml_text(value); }
};

/// A list of host names, without ports.
struct HostNames {
  bool read(const Node& node, std::vector<std::string>& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::vector<std::string>& value) const {
    return toml_list(value);
  }
};

/// "http://host:port", or empty.
struct ProxyUrl {
  bool read(const Node& node, std::optional<http::Url>& value, Reader& reader) const;
  [[nodiscard]] std::string print(const std::optional<http::Url>& value) const {
    return toml_text(url_text(value.value_or(http::Url())));
  }
};

/// A server that is sent credentials: https only.
struct ServerUrl {
  bool read(const Node& node, http::Url& value, Reader& reader) const;
  [[nodiscard]] std::string print(const http::Url& value) const {
    return toml_text(url_text(value));
  }
};

/// The secret that the node refers to. Nothing after an error, or after a warning where it is out
/// of reach and the file is only checked; the option then counts as bad and is compared with
/// nothing.
[[nodiscard]] std::optional<Secret> take_secret(const Node& node, SecretForm form, Reader& reader);

struct SecretReference {
  bool may_be_empty = false;
  SecretForm form = SecretForm::Text;
  bool read(const Node& node, SecretValue& value, Reader& reader) const;
  [[nodiscard]] std::string print(const SecretValue& value) const;
};

/// One signing secret or a list of them.
struct SigningSecrets {
  bool read(const Node& node, Webhook& value, Reader& reader) const;
  [[nodiscard]] std::string print(const Webhook& value) const;
};

/// "siem.example:6514", "[2001:db8::1]:6514".
struct HostAndPort {
  bool read(const Node& node, Syslog& value, Reader& reader) const;
  [[nodiscard]] std::string print(const Syslog& value) const { return toml_text(value.address); }
};

/// The body of a webhook of format template.
struct TemplateText {
  bool read(const Node& node, Webhook& value, Reader& reader) const;
  [[nodiscard]] std::string print(const Webhook& value) const {
    return toml_text(value.template_text);
  }
};

/// A webhook's URL, or a reference to a secret that holds it. Its scheme is checked with
/// allow_http, once both are known.
struct WebhookUrl {
  bool read(const Node& node, Webhook& value, Reader& reader) const;
  [[nodiscard]] std::string print(const Webhook& value) const;
};

/// The cloud of a region; sets the three addresses that depend on it. Read before them.
struct Cloud {
  bool read(const Node& node, Region& value, Reader& reader) const;
  [[nodiscard]] std::string print(const Region& value) const { return toml_text(value.cloud); }
  static void apply(std::string_view cloud, Region& region);
};

}  // namespace mactiond::config
