#include "config/schema.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

#include "action/known_values.hpp"
#include "config/credential_kind.hpp"
#include "config/kind.hpp"
#include "config/peer_kind.hpp"
#include "event/event_record.hpp"
#include "webhook/teams.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSocketPathMax = 107;  // sockaddr_un::sun_path without its NUL

Choice<std::string> words(std::vector<std::string_view> known,
                          std::vector<std::string_view> later = {}) {
  std::vector<std::string> values(known.begin(), known.end());
  return {std::move(known), std::move(values), std::move(later)};
}

Choice<format::LineFormat> line_formats() {
  using format::LineFormat;
  return {{"json", "ecs", "ocsf", "cef"},
          {LineFormat::Json, LineFormat::Ecs, LineFormat::Ocsf, LineFormat::Cef},
          {}};
}

std::vector<std::string_view> event_types() {
  std::vector<std::string_view> names;
  for (auto type = core::EventType::ActionTransition; type < core::EventType::WebhookTest;
       type = static_cast<core::EventType>(static_cast<int>(type) + 1)) {
    names.push_back(core::to_string(type));
  }
  return names;
}

void add_quota_and_poll(std::vector<Option<Region>>& options) {
  add(
      options, "quota.per_minute", kOptional, Whole{1, 100'000},
      [](auto& r) -> auto& { return r.core.quota.per_minute; },
      "calls in any trailing minute, never exceeded");
  add(
      options, "quota.per_hour", kOptional, Whole{1, 1'000'000},
      [](auto& r) -> auto& { return r.core.quota.per_hour; },
      "calls in any trailing hour, never exceeded");
  add(
      options, "quota.share", kOptional, Share{},
      [](auto& r) -> auto& { return r.core.quota.share; },
      "the part of both that is ours; lower it where others use the same app registration");
  add(
      options, "poll.min_interval", kOptional, Span{100ms, 1h},
      [](auto& r) -> auto& { return r.core.poll.min_interval; },
      "fastest list poll while actions are open; the quota stretches it");
  add(
      options, "poll.idle_interval", kOptional, Span{100ms, 1h},
      [](auto& r) -> auto& { return r.core.poll.idle_interval; },
      "list poll while nothing is open");
  add(
      options, "poll.overlap", kOptional, Span{0s, 24h},
      [](auto& r) -> auto& { return r.core.poll.overlap; },
      "how far each poll looks back behind the last change seen");
  add(
      options, "poll.lookback", kOptional, Span{1min, 24h * 180},
      [](auto& r) -> auto& { return r.core.poll.lookback; },
      "how far the first start and the safety sweep look back");
  add(
      options, "poll.page_size", kOptional, Whole{1, 10'000},
      [](auto& r) -> auto& { return r.core.poll.page_size; }, "actions in one list answer");
  add(
      options, "poll.filters", kOptional,
      Choice<core::Filters>{
          {"auto", "documented"}, {core::Filters::Auto, core::Filters::Documented}, {}},
      [](auto& r) -> auto& { return r.core.poll.filters; },
      "auto tries the last-update filter and falls back; documented never tries it");
}

std::vector<Option<Region>> make_region_options() {
  std::vector<Option<Region>> options;
  add(
      options, "name", kRequired, Name{}, [](auto& r) -> auto& { return r.core.name; },
      "names the region in events, metrics and filters");
  add(
      options, "cloud", kOptional, Cloud{}, [](auto& r) -> auto& { return r; },
      "commercial, gcc, gcc-high or dod: sets the defaults of the next three");
  add(
      options, "api", kOptional, ServerUrl{}, [](auto& r) -> auto& { return r.api; },
      "base URL of the Defender API");
  add(
      options, "audience", kOptional, Token{}, [](auto& r) -> auto& { return r.audience; },
      "what the token is asked for");
  add(
      options, "authority", kOptional, ServerUrl{}, [](auto& r) -> auto& { return r.authority; },
      "base URL of the identity provider");
  add(
      options, "tenant_id", kRequired, Name{}, [](auto& r) -> auto& { return r.tenant_id; },
      "the directory (tenant) id");
  add(
      options, "client_id", kRequired, Token{}, [](auto& r) -> auto& { return r.client_id; },
      "the application (client) id");
  add(
      options, "ca_file", kOptional, CertificateFile{}, [](auto& r) -> auto& { return r.ca_file; },
      "PEM certificates trusted beside the system's");
  add(
      options, "proxy", kOptional, ProxyUrl{}, [](auto& r) -> auto& { return r.proxy; },
      "HTTP proxy; empty: HTTPS_PROXY and NO_PROXY decide");
  add(
      options, "proxy_auth", kOptional, BasicCredential{},
      [](auto& r) -> auto& { return r.proxy_auth; },
      "user:password for the proxy alone, by reference; empty: none");
  add(
      options, "auth.kind", kOptional,
      words({"client_secret"}, {"certificate", "managed_identity", "workload_identity"}),
      [](auto& r) -> auto& { return r.auth_kind; }, "how the daemon proves who it is");
  add(
      options, "auth.client_secret", kRequired, SecretReference{},
      [](auto& r) -> auto& { return r.client_secret; },
      "where the client secret is: file:/path, env:NAME or credential:NAME");
  add_quota_and_poll(options);
  return options;
}

template <class Section, class Access>
void add_filter(std::vector<Option<Section>>& options, Access filter) {
  add(
      options, "filter.event", kOptional,
      Globs{event_types(), true}, [filter](auto& s) -> auto& { return filter(s).event; },
      "event types; empty: all");
  add(
      options, "filter.region", kOptional,
      Globs{}, [filter](auto& s) -> auto& { return filter(s).region; }, "region names; empty: all");
  add(
      options, "filter.type", kOptional,
      Globs{known_action_types(), false}, [filter](auto& s) -> auto& { return filter(s).type; },
      "action types; empty: all");
  add(
      options, "filter.to", kOptional,
      Globs{known_action_statuses(), false}, [filter](auto& s) -> auto& { return filter(s).to; },
      "new statuses; empty: all");
}

void add_teams(std::vector<Option<Webhook>>& options) {
  constexpr int kMost = static_cast<int>(webhook::kTeamsDigestMax);
  add(
      options, "teams.digest", kOptional, Whole{1, kMost},
      [](auto& w) -> auto& { return w.teams.most; }, "events in one message, at most");
  add(
      options, "teams.interval", kOptional, Span{0s, 1h},
      [](auto& w) -> auto& { return w.teams.interval; }, "from one message to the next, at least");
}

void add_splunk(std::vector<Option<Webhook>>& options) {
  add(
      options, "splunk.ack", kOptional, Flag{}, [](auto& w) -> auto& { return w.splunk_ack; },
      "wait until the indexer has the event; timeout covers that too");
  add(
      options, "splunk.index", kOptional, Token{true},
      [](auto& w) -> auto& { return w.splunk_index; }, "Splunk's index; empty: the token's own");
  add(
      options, "splunk.sourcetype", kOptional, Token{true},
      [](auto& w) -> auto& { return w.splunk_sourcetype; },
      "Splunk's source type; empty: the token's own");
}

/// What is queued for a webhook, and how much at a time.
void add_queue(std::vector<Option<Webhook>>& options) {
  add(
      options, "backlog", kOptional, Flag{}, [](auto& w) -> auto& { return w.core.backlog; },
      "true: also what happened before a new region was first called");
  add(
      options, "max_in_flight", kOptional, Whole{1, 256},
      [](auto& w) -> auto& { return w.core.max_in_flight; }, "attempts at the same time");
  add(
      options, "max_queue", kOptional, Whole{1000, 100'000'000},
      [](auto& w) -> auto& { return w.core.max_queue; },
      "events that wait, and dead letters, at most; beyond it the oldest go");
}

void add_credentials(std::vector<Option<Webhook>>& options) {
  add(
      options, "bearer", kOptional, SecretReference{true},
      [](auto& w) -> auto& { return w.bearer; },
      "token sent as Authorization, by reference; empty: none");
  add(
      options, "basic", kOptional, BasicCredential{}, [](auto& w) -> auto& { return w.basic; },
      "user:password sent as Authorization, by reference; empty: none");
  add(
      options, "headers", kOptional, Headers{}, [](auto& w) -> auto& { return w.headers; },
      "headers sent with every request; values may be secret references");
  add(
      options, "client_cert", kOptional, CertificateFile{},
      [](auto& w) -> auto& { return w.client_cert; },
      "PEM certificate shown to a receiver that asks for one (mTLS)");
  add(
      options, "client_key", kOptional, PrivateKeyFile{},
      [](auto& w) -> auto& { return w.client_key; }, "its PEM private key");
  add(
      options, "proxy", kOptional, ProxyUrl{}, [](auto& w) -> auto& { return w.proxy; },
      "HTTP proxy; empty: HTTPS_PROXY and NO_PROXY decide");
  add(
      options, "proxy_auth", kOptional, BasicCredential{},
      [](auto& w) -> auto& { return w.proxy_auth; },
      "user:password for the proxy alone, by reference; empty: none");
}

std::vector<Option<Webhook>> make_webhook_options() {
  using webhook::Format;
  std::vector<Option<Webhook>> options;
  add(
      options, "name", kRequired, Name{}, [](auto& w) -> auto& { return w.core.name; },
      "names the webhook in events and metrics; its queue belongs to the name");
  add(
      options, "url", kRequired, WebhookUrl{}, [](auto& w) -> auto& { return w; },
      "where events are posted; may be a secret reference");
  add(
      options, "format", kOptional,
      Choice<Format>{
          {"cloudevents", "standard", "slack", "teams", "pagerduty", "splunk_hec", "template"},
          {Format::CloudEvents, Format::Standard, Format::Slack, Format::Teams, Format::PagerDuty,
           Format::SplunkHec, Format::Template},
          {}},
      [](auto& w) -> auto& { return w.format; },
      "cloudevents, standard, slack, teams, pagerduty, splunk_hec or template");
  add(
      options, "template", kOptional, TemplateText{}, [](auto& w) -> auto& { return w; },
      "the body of format template: JSON with ${placeholders} in its strings");
  add(
      options, "token", kOptional, SecretReference{true}, [](auto& w) -> auto& { return w.token; },
      "PagerDuty's routing key or Splunk's HEC token, by reference");
  add(
      options, "secret", kOptional, SigningSecrets{}, [](auto& w) -> auto& { return w; },
      "signing secret (whsec_... or whsk_...) by reference; a list signs with each; empty: "
      "unsigned");
  add(
      options, "timeout", kOptional, Span{100ms, 5min},
      [](auto& w) -> auto& { return w.core.timeout; }, "for one attempt, all of it");
  add(
      options, "ca_file", kOptional, CertificateFile{}, [](auto& w) -> auto& { return w.ca_file; },
      "PEM certificates trusted beside the system's");
  add(
      options, "allow_http", kOptional, Flag{}, [](auto& w) -> auto& { return w.allow_http; },
      "http:// is refused unless true");
  add_queue(options);
  add_credentials(options);
  add_teams(options);
  add_splunk(options);
  add_filter(
      options, [](auto& w) -> auto& { return w.core.filter; });
  return options;
}

}  // namespace

const std::vector<Option<Daemon>>& daemon_options() {
  static const auto kOptions = [] {
    std::vector<Option<Daemon>> options;
    add(
        options, "instance", kOptional, Name{}, [](auto& d) -> auto& { return d.instance; },
        "names this daemon in events; default: the host name");
    add(
        options, "state_dir", kOptional, AbsolutePath{},
        [](auto& d) -> auto& { return d.state_dir; }, "directory of the store");
    add(
        options, "log_level", kOptional, words({"debug", "info", "warning", "error"}),
        [](auto& d) -> auto& { return d.log_level; },
        "of the daemon's own diagnostics: debug, info, warning or error");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<TransitionLog>>& transition_log_options() {
  static const auto kOptions = [] {
    std::vector<Option<TransitionLog>> options;
    add(
        options, "path", kOptional, AbsolutePath{}, [](auto& l) -> auto& { return l.path; },
        "the file of events, one line each");
    add(
        options, "format", kOptional, line_formats(), [](auto& l) -> auto& { return l.format; },
        "of a line: json, ecs, ocsf or cef");
    add(
        options, "sync", kOptional, words({"every", "batch", "never"}),
        [](auto& l) -> auto& { return l.sync; },
        "fsync after every line, every batch, or never; with never, a power loss may leave NUL "
        "bytes in the file");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<Admin>>& admin_options() {
  static const auto kOptions = [] {
    std::vector<Option<Admin>> options;
    add(
        options, "socket", kOptional, AbsolutePath{kSocketPathMax},
        [](auto& a) -> auto& { return a.socket; }, "Unix socket of mactionctl, mode 0660");
    add(
        options, "listen", kOptional, ListenAddress{}, [](auto& a) -> auto& { return a.listen; },
        "address of /metrics, /livez and /readyz; empty: off");
    add(
        options, "hosts", kOptional, HostNames{}, [](auto& a) -> auto& { return a.hosts; },
        "names under which `listen` is reached, beside IP addresses and localhost");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<Config>>& retention_options() {
  static const auto kOptions = [] {
    std::vector<Option<Config>> options;
    add(
        options, "closed_actions", kOptional, Span{1h, 24h * 3650},
        [](auto& c) -> auto& { return c.closed_actions; },
        "how long finished actions and their events stay in the store");
    add(
        options, "queued", kOptional, Span{24h, 24h * 3650},
        [](auto& c) -> auto& { return c.keep_queued; },
        "how long an event waits for a webhook before it becomes a dead letter");
    add(
        options, "dead_letters", kOptional, Span{1h, 24h * 3650},
        [](auto& c) -> auto& { return c.keep_dead_letters; },
        "how long dead letters are kept for a replay");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<Region>>& region_options() {
  static const auto kOptions = make_region_options();
  return kOptions;
}

const std::vector<Option<Syslog>>& syslog_options() {
  static const auto kOptions = [] {
    std::vector<Option<Syslog>> options;
    add(
        options, "name", kRequired, Name{}, [](auto& s) -> auto& { return s.name; },
        "names the receiver in the daemon's log; how far it was told belongs to the name");
    add(
        options, "address", kRequired, HostAndPort{}, [](auto& s) -> auto& { return s; },
        "host and port of the receiver; always over TLS");
    add(
        options, "format", kOptional, line_formats(),
        [](auto& s) -> auto& { return s.style.format; }, "of a message: json, ecs, ocsf or cef");
    add(
        options, "backlog", kOptional, Flag{}, [](auto& s) -> auto& { return s.backlog; },
        "true: also what happened before a new region was first called");
    add(
        options, "facility", kOptional,
        Choice<int>{{"user", "daemon", "auth", "authpriv", "local0", "local1", "local2", "local3",
                     "local4", "local5", "local6", "local7"},
                    {1, 3, 4, 10, 16, 17, 18, 19, 20, 21, 22, 23},
                    {}},
        [](auto& s) -> auto& { return s.style.facility; },
        "user, daemon, auth, authpriv or local0 to local7");
    add(
        options, "ca_file", kOptional, CertificateFile{},
        [](auto& s) -> auto& { return s.ca_file; }, "PEM certificates trusted beside the system's");
    add_filter(
        options, [](auto& s) -> auto& { return s.filter; });
    return options;
  }();
  return kOptions;
}

const std::vector<Option<Webhook>>& webhook_options() {
  static const auto kOptions = make_webhook_options();
  return kOptions;
}

}  // namespace mactiond::config
