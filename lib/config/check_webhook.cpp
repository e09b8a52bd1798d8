#include "config/check_webhook.hpp"

#include <array>
#include <string>
#include <string_view>

#include "config/check_policy.hpp"
#include "webhook/payload.hpp"

namespace mactiond::config {
namespace {

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

}  // namespace

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

}  // namespace mactiond::config
