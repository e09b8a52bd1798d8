#include <chrono>

#include "config/credential_types.hpp"
#include "config/filter_options.hpp"
#include "config/option_tables.hpp"
#include "config/peer_types.hpp"
#include "config/value_types.hpp"
#include "webhook/teams.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;

void add_teams(std::vector<Option<Webhook>>& options) {
  constexpr int kMost = static_cast<int>(webhook::kTeamsDigestMax);
  add(
      options, "teams.digest", kOptional, IntegerRange{1, kMost},
      [](auto& w) -> auto& { return w.teams.most; }, "events in one message, at most");
  add(
      options, "teams.interval", kOptional, DurationRange{0s, 1h},
      [](auto& w) -> auto& { return w.teams.interval; }, "from one message to the next, at least");
}

void add_splunk(std::vector<Option<Webhook>>& options) {
  add(
      options, "splunk.ack", kOptional, Boolean{}, [](auto& w) -> auto& { return w.splunk_ack; },
      "wait until the indexer has the event; timeout covers that too");
  add(
      options, "splunk.index", kOptional, Token{true},
      [](auto& w) -> auto& { return w.splunk_index; }, "Splunk's index; empty: the token's own");
  add(
      options, "splunk.sourcetype", kOptional, Token{true},
      [](auto& w) -> auto& { return w.splunk_sourcetype; },
      "Splunk's source type; empty: the token's own");
}

/// The queue: what enters it, how long it may get, how much is sent at the same time.
void add_queue(std::vector<Option<Webhook>>& options) {
  add(
      options, "backlog", kOptional, Boolean{},
      [](auto& w) -> auto& { return w.core.filter.backlog; },
      "true: also what happened before a new region was first called");
  add(
      options, "max_in_flight", kOptional, IntegerRange{1, 256},
      [](auto& w) -> auto& { return w.core.max_in_flight; }, "attempts at the same time");
  add(
      options, "max_queue", kOptional, IntegerRange{1000, 100'000'000},
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
  std::vector<Option<Webhook>> options;
  add(
      options, "name", kRequired, Name{}, [](auto& w) -> auto& { return w.core.name; },
      "names the webhook in events and metrics; its queue belongs to the name");
  add(
      options, "url", kRequired, WebhookUrl{}, [](auto& w) -> auto& { return w; },
      "where events are posted; may be a secret reference");
  add(
      options, "format", kOptional, choice_of<webhook::Format>(),
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
      options, "timeout", kOptional, DurationRange{100ms, 5min},
      [](auto& w) -> auto& { return w.core.timeout; }, "for one attempt, all of it");
  add(
      options, "ca_file", kOptional, CertificateFile{}, [](auto& w) -> auto& { return w.ca_file; },
      "PEM certificates trusted beside the system's");
  add(
      options, "allow_http", kOptional, Boolean{}, [](auto& w) -> auto& { return w.allow_http; },
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

const std::vector<Option<Webhook>>& webhook_options() {
  static const auto kOptions = make_webhook_options();
  return kOptions;
}

}  // namespace mactiond::config
