#include "config/check.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "config/check_policy.hpp"
#include "config/check_region.hpp"
#include "config/kind.hpp"
#include "webhook/payload.hpp"

namespace mactiond::config {
namespace {

template <class Value>
struct Compared {
  std::string key;
  const Node* node;  ///< nothing where the default holds
  Value value;
};

std::string text_of(int value) { return std::to_string(value); }
std::string text_of(Duration value) { return duration_text(value); }

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

// Told at the larger one if the file has it, else at the smaller one.
template <class Value>
void expect_order(const Compared<Value>& larger, const Compared<Value>& smaller, Reader& reader) {
  if (larger.value >= smaller.value) return;
  if (!reader.is_good(larger.node) || !reader.is_good(smaller.node)) return;
  if (larger.node != nullptr) {
    reader.enter(larger.key);
    reader.fail(*larger.node, "must be at least " + last_part(smaller.key) + " (" +
                                  text_of(larger.value) + " < " + text_of(smaller.value) + ')');
  } else if (smaller.node != nullptr) {
    reader.enter(smaller.key);
    reader.fail(*smaller.node, "must be at most " + last_part(larger.key) + " (" +
                                   text_of(smaller.value) + " > " + text_of(larger.value) + ')');
  }
}

void check_region(const Node& root, const Node& table, const Config& config, const Region& region,
                  Reader& reader) {
  const auto value = [&](const std::string& key, auto value_of_key) {
    return Compared<decltype(value_of_key)>{"region." + key, table.find(key), value_of_key};
  };
  const auto& quota = region.core.quota;
  expect_order(value("quota.per_hour", quota.per_hour), value("quota.per_minute", quota.per_minute),
               reader);
  const auto& poll = region.core.poll;
  expect_order(value("poll.idle_interval", poll.idle_interval),
               value("poll.min_interval", poll.min_interval), reader);
  const auto lookback = value("poll.lookback", poll.lookback);
  expect_order(lookback, value("poll.overlap", poll.overlap), reader);
  // Else the sweep would find actions that the store has forgotten, and tell them as new.
  expect_order(
      {"retention.closed_actions", root.find("retention.closed_actions"), config.closed_actions},
      lookback, reader);
}

void check_credentials(const Node& table, const Webhook& webhook, Reader& reader) {
  if (!webhook.bearer.source.empty() && !webhook.basic.source.empty()) {
    reader.enter("webhook.basic");
    reader.fail(*table.find("basic"), "there is a bearer already; a request has one Authorization");
  }
  if (webhook.client_cert.empty() == webhook.client_key.empty()) return;
  const std::string given = webhook.client_cert.empty() ? "client_key" : "client_cert";
  const std::string other = webhook.client_cert.empty() ? "client_cert" : "client_key";
  if (!reader.is_good(table.find(other))) return;
  reader.enter("webhook." + given);
  reader.fail(*table.find(given), other + " is needed with it");
}

// A format that cannot do without its token, and a token that no format asks for.
void check_format(const Node& table, const Webhook& webhook, Reader& reader) {
  using webhook::Format;
  const Node* format = table.find("format");
  if (!reader.is_good(format)) return;
  const bool has_token = webhook.format == Format::PagerDuty || webhook.format == Format::SplunkHec;
  const Node* token = table.find("token");
  reader.enter("webhook.token");
  if (has_token && (token == nullptr || (reader.is_good(token) && webhook.token.source.empty()))) {
    reader.fail(token != nullptr ? *token : *format,
                "format " + std::string(webhook::to_string(webhook.format)) + " needs a token");
  }
  if (!has_token && token != nullptr && !webhook.token.source.empty()) {
    reader.fail(*token, "is for the formats pagerduty and splunk_hec only");
  }
  const Node* body = table.find("template");
  const bool is_template = webhook.format == Format::Template;
  reader.enter("webhook.template");
  if (is_template && (body == nullptr || (reader.is_good(body) && !webhook.body_template))) {
    reader.fail(body != nullptr ? *body : *format, "format template needs a template");
  }
  if (!is_template && !webhook.template_text.empty()) {
    reader.fail(*body, "is for the format template only");
  }
}

struct KnownReceiver {
  std::string_view host;  ///< this one, or all below it where it begins with a dot
  std::string_view path;  ///< begins with it
  std::string_view name;
  webhook::Format format;
};

constexpr std::array<KnownReceiver, 7> kReceivers = {
    {{"hooks.slack.com", "/", "Slack", webhook::Format::Slack},
     {"hooks.slack-gov.com", "/", "Slack", webhook::Format::Slack},
     {".webhook.office.com", "/", "Teams", webhook::Format::Teams},
     {".api.powerplatform.com", "/", "Teams", webhook::Format::Teams},
     {"events.pagerduty.com", "/", "PagerDuty", webhook::Format::PagerDuty},
     {"events.eu.pagerduty.com", "/", "PagerDuty", webhook::Format::PagerDuty},
     {"", "/services/collector", "Splunk", webhook::Format::SplunkHec}}};

// A receiver known by its address refuses every other format, and the webhook would soon pause.
void check_receiver(const Node& table, const Webhook& webhook, Reader& reader) {
  const Node* url = table.find("url");
  const bool known_format = reader.is_good(table.find("format"));
  if (url == nullptr || !reader.is_good(url) || !known_format) return;
  if (webhook.format == webhook::Format::Template) return;
  for (const KnownReceiver& receiver : kReceivers) {
    const std::string& host = webhook.url.host;
    const bool below = receiver.host.starts_with('.') && host.ends_with(receiver.host);
    const bool fits = (receiver.host.empty() || host == receiver.host || below) &&
                      webhook.url.target.starts_with(receiver.path);
    if (!fits || webhook.format == receiver.format) continue;
    reader.enter("webhook.format");
    const Node* format = table.find("format");
    const std::string wanted(webhook::to_string(receiver.format));
    reader.warn(format != nullptr ? format->place : url->place,
                "the URL is one of " + std::string(receiver.name) + ", which takes format = \"" +
                    wanted + "\", not " + std::string(webhook::to_string(webhook.format)));
    return;
  }
}

void check_webhook(const Node& table, const Webhook& webhook, const Config& config,
                   Reader& reader) {
  const Node* url = table.find("url");
  const bool plain = url != nullptr && reader.is_good(url) && !webhook.url.is_tls();
  if (plain && !webhook.allow_http && reader.is_good(table.find("allow_http"))) {
    reader.enter("webhook.url");
    reader.fail(*url, "http is refused unless allow_http = true");
  }
  check_format(table, webhook, reader);
  check_receiver(table, webhook, reader);
  check_region_globs(table, "webhook", "filter.region", config, reader);
  check_credentials(table, webhook, reader);
}

void check_unique(const std::vector<const Node*>& tables, const std::string& section,
                  Reader& reader) {
  std::map<std::string_view, const Node*> seen;
  reader.enter(section + ".name");
  for (const Node* table : tables) {
    const Node* name = table->find("name");
    if (name == nullptr || !reader.is_good(name)) continue;
    const auto [first, is_new] = seen.emplace(name->text, name);
    if (is_new) continue;
    reader.fail(*name, shown(name->text) + " is the name of the " + section + " in line " +
                           std::to_string(first->second->place.line) + " already");
  }
}

}  // namespace

void check(const Node& root, const std::vector<const Node*>& regions,
           const std::vector<const Node*>& policies, const std::vector<const Node*>& webhooks,
           const std::vector<const Node*>& syslogs, const Config& config, Reader& reader) {
  const Node* list = root.child("region");
  const bool none = list == nullptr || (list->kind == Node::Kind::List && list->children.empty());
  if (none) {
    reader.enter("region");
    reader.fail(Place{}, "at least one [[region]] is needed");
  }
  check_unique(regions, "region", reader);
  check_unique(policies, "policy", reader);
  check_unique(webhooks, "webhook", reader);
  check_unique(syslogs, "syslog", reader);
  check_registrations(regions, config, reader);
  for (std::size_t i = 0; i < regions.size(); ++i) {
    check_region(root, *regions[i], config, config.regions[i], reader);
  }
  check_policies(policies, config, reader);
  for (std::size_t i = 0; i < webhooks.size(); ++i) {
    check_webhook(*webhooks[i], config.webhooks[i], config, reader);
  }
}

}  // namespace mactiond::config
