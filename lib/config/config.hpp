#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/region_auth.hpp"
#include "config/secret_value.hpp"
#include "core/log_entry.hpp"
#include "core/log_sync.hpp"
#include "core/options.hpp"
#include "format/line.hpp"
#include "format/syslog.hpp"
#include "http/url.hpp"
#include "webhook/payload.hpp"
#include "webhook/signature.hpp"

namespace mactiond::config {

/// [daemon]
struct Daemon {
  std::string instance;  ///< host name unless set
  std::string state_dir = "/var/lib/mactiond";
  core::LogEntry::Level log_level = core::LogEntry::Level::Info;
};

/// [transition_log]
struct TransitionLog {
  std::string path = "/var/log/mactiond/transitions.jsonl";
  format::LineFormat format = format::LineFormat::Json;
  core::LogSync sync = core::LogSync::Batch;
};

/// [admin]
struct Admin {
  std::string socket = "/run/mactiond/admin.sock";
  std::string listen = "127.0.0.1:9464";  ///< empty: off
  std::vector<std::string> hosts;         ///< names under which listen is reached
};

/// [enrich]
struct Enrich {
  bool machine = false;
};

/// [[region]]
struct Region {
  /// Whom the API counts the calls of: the application of a tenant, at one API; if that is known.
  [[nodiscard]] std::optional<std::string> registration() const {
    if (tenant_id.empty() || application().empty()) return std::nullopt;
    return application() + '@' + tenant_id + '@' + api.authority();
  }
  /// Its client id; empty for the identity of a machine where nothing says it.
  [[nodiscard]] const std::string& application() const {
    return auth.identity.empty() ? client_id : auth.identity;
  }

  core::RegionOptions core;  ///< name, quota, poll
  std::string cloud = "commercial";
  http::Url api;
  std::string audience;
  http::Url authority;
  std::string tenant_id;
  std::string client_id;
  std::string ca_file;
  std::optional<http::Url> proxy;
  SecretValue proxy_auth;
  RegionAuth auth;
};

/// A header of [webhook.headers]; the value has no source where it is plain text.
struct HeaderValue {
  std::string name;
  SecretValue value;
};

/// [[webhook]]
struct Webhook {
  core::WebhookOptions core;  ///< name, timeout, max_in_flight, filter
  http::Url url;
  std::string url_source;  ///< set when the URL itself is a secret reference
  webhook::Format format = webhook::Format::CloudEvents;
  SecretValue token;  ///< of the format's service
  std::string template_text;
  std::optional<webhook::BodyTemplate> body_template;      ///< template_text, read
  core::DigestOptions teams{20, std::chrono::minutes(1)};  ///< of format teams
  bool splunk_ack = false;
  std::string splunk_index;
  std::string splunk_sourcetype = "mactiond:transition";
  std::vector<SecretValue> secret_sources;
  std::vector<webhook::SigningKey> keys;
  std::string ca_file;
  bool allow_http = false;
  SecretValue bearer;
  SecretValue basic;
  std::vector<HeaderValue> headers;
  std::string client_cert;
  std::string client_key;
  std::optional<http::Url> proxy;
  SecretValue proxy_auth;
};

/// [[syslog]]
struct Syslog {
  std::string name;
  std::string address;  ///< as written
  http::Url url;        ///< host and port of it
  format::SyslogStyle style;
  core::WebhookFilter filter;
  std::string ca_file;
  bool operator==(const Syslog&) const = default;
};

/// A whole, valid configuration; secrets are read already.
struct Config {
  Daemon daemon;
  TransitionLog transition_log;
  Admin admin;
  Duration closed_actions = std::chrono::hours(24 * 30);
  Duration keep_queued = std::chrono::hours(24 * 30);
  Duration keep_dead_letters = std::chrono::hours(24 * 30);
  std::vector<Region> regions;
  std::vector<Webhook> webhooks;
  std::vector<Syslog> syslogs;
  core::CancelOptions cancel;
  core::SubmitOptions submit;
  Enrich enrich;
  std::vector<core::PolicyOptions> policies;
};

}  // namespace mactiond::config
