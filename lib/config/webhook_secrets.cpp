#include "config/webhook_secrets.hpp"

#include <utility>

#include "config/secret_source.hpp"
#include "http/metadata_address.hpp"

namespace mactiond::config {
namespace {

Result<void> reread(SecretValue& value, const Environment& environment,
                    SecretForm form = SecretForm::Text) {
  if (value.source.empty()) return {};
  auto secret = read_secret(value.source, environment, form);
  if (!secret) return secret.error();
  value.value = std::move(*secret);
  return {};
}

Result<void> reread_url(Webhook& webhook, const Environment& environment) {
  if (webhook.url_source.empty()) return {};
  const auto secret = read_secret(webhook.url_source, environment);
  if (!secret) return secret.error();
  auto url = http::parse_url(secret->reveal());
  if (!url) return Error(Errc::InvalidUrl, webhook.url_source);
  if (!url->is_tls() && !webhook.allow_http) {
    return Error(Errc::InvalidUrl, webhook.url_source + ": http without allow_http");
  }
  const auto address = http::literal_bytes(url->host);
  if (address && http::is_metadata_address(*address)) {
    return Error(Errc::InvalidUrl, webhook.url_source + ": a link-local or cloud metadata address");
  }
  webhook.url = std::move(*url);
  return {};
}

Result<void> reread_keys(Webhook& webhook, const Environment& environment) {
  webhook.keys.clear();
  for (SecretValue& source : webhook.secret_sources) {
    if (const auto read = reread(source, environment); !read) return read.error();
    auto key = webhook::parse_signing_key(source.value);
    if (!key) return Error(key.error().code, source.source + ": " + key.error().where);
    webhook.keys.push_back(std::move(*key));
  }
  return {};
}

void add_file(const std::string& source, const Environment& environment,
              std::vector<std::string>& files) {
  std::string file = secret_file(source, environment);
  if (!file.empty()) files.push_back(std::move(file));
}

}  // namespace

std::vector<std::string> secret_files(const Webhook& webhook, const Environment& environment) {
  std::vector<std::string> files;
  add_file(webhook.url_source, environment, files);
  add_file(webhook.bearer.source, environment, files);
  add_file(webhook.basic.source, environment, files);
  add_file(webhook.token.source, environment, files);
  add_file(webhook.proxy_auth.source, environment, files);
  for (const auto& source : webhook.secret_sources) add_file(source.source, environment, files);
  for (const auto& header : webhook.headers) add_file(header.value.source, environment, files);
  for (const auto* path : {&webhook.ca_file, &webhook.client_cert, &webhook.client_key}) {
    if (!path->empty()) files.push_back(*path);
  }
  return files;
}

Result<void> reread_secrets(Webhook& webhook, const Environment& environment) {
  Webhook fresh = webhook;
  for (const auto read : {&reread_url, &reread_keys}) {
    if (const auto done = read(fresh, environment); !done) return done.error();
  }
  for (SecretValue* pair : {&fresh.basic, &fresh.proxy_auth}) {
    if (const auto done = reread(*pair, environment, SecretForm::Password); !done) {
      return done.error();
    }
  }
  std::vector<SecretValue*> values{&fresh.bearer, &fresh.token};
  for (HeaderValue& header : fresh.headers) values.push_back(&header.value);
  for (SecretValue* value : values) {
    if (const auto done = reread(*value, environment); !done) return done.error();
  }
  for (const SecretValue* pair : {&fresh.basic, &fresh.proxy_auth}) {
    const std::string& text = pair->value.reveal();
    if (!text.empty() && text.find(':') == std::string::npos) {
      return Error(Errc::InvalidSecret, pair->source + ": must hold user:password");
    }
  }
  webhook = std::move(fresh);
  return {};
}

}  // namespace mactiond::config
