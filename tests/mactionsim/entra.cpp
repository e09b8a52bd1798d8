#include "mactionsim/entra.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace mactiond::sim {
namespace {

constexpr std::string_view kV2 = "/oauth2/v2.0/token";
constexpr std::string_view kV1 = "/oauth2/token";
constexpr std::string_view kDiscovery = "/v2.0/.well-known/openid-configuration";

using Form = std::map<std::string, std::string, std::less<>>;

std::optional<Form> parse_form(std::string_view body) {
  Form form;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view item = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    const std::size_t equals = std::min(item.find('='), item.size());
    const auto name = percent_decode(item.substr(0, equals), true);
    const auto value = percent_decode(item.substr(std::min(equals + 1, item.size())), true);
    if (!name || !value) return std::nullopt;
    form[*name] = *value;
  }
  return form;
}

std::string field_of(const Form& form, std::string_view name) {
  const auto row = form.find(name);
  return row == form.end() ? std::string() : row->second;
}

std::int64_t unix_seconds(WallTime time) { return to_seconds(time.time_since_epoch()); }

/// "2026-11-20 10:00:00Z"
std::string entra_stamp(WallTime now) {
  std::string text = format_iso_time(now).substr(0, 19) + "Z";
  text[10] = ' ';
  return text;
}

std::string quoted_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ',';
    append_json_string(out, item);
  }
  return out + "]";
}

}  // namespace

bool Entra::is_discovery_path(std::string_view path) { return path.ends_with(kDiscovery); }

Reply Entra::discovery(const std::string& host) const {
  const std::string base = "https://" + host + "/" + options_.tenant_id;
  JsonMembers members;
  members.add("issuer", base + "/v2.0")
      .add("token_endpoint", base + std::string(kV2))
      .add("authorization_endpoint", base + "/oauth2/v2.0/authorize")
      .add("jwks_uri", base + "/discovery/v2.0/keys");
  return json_reply(200, "{" + members.text() + "}");
}

bool Entra::is_token_path(std::string_view path) {
  return path.ends_with(kV2) || path.ends_with(kV1);
}

Reply Entra::refuse(int status, std::string_view error, int number, std::string_view text,
                    WallTime now) {
  constexpr std::string_view kTrace = "0d5fd8a5-64a2-4a3f-9d6c-3f7c6a0b1e00";
  constexpr std::string_view kCorrelation = "7b9c1f2e-8d43-4c55-b0a7-5e1d2c3b4a00";
  const std::string stamp = entra_stamp(now);
  const std::string description =
      fmt::format("AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}", number,
                  text, kTrace, kCorrelation, stamp);
  JsonMembers members;
  members.add("error", error)
      .add("error_description", description)
      .add_raw("error_codes", fmt::format("[{}]", number))
      .add("timestamp", stamp)
      .add("trace_id", kTrace)
      .add("correlation_id", kCorrelation)
      .add("error_uri", fmt::format("https://login.microsoftonline.com/error?code={}", number));
  return json_reply(status, "{" + members.text() + "}");
}

Reply Entra::token(const Call& call, std::string_view path, WallTime now) {
  const bool v1 = !path.ends_with(kV2);
  if (call.method != "POST") {
    return refuse(400, "invalid_request", 900561, "The endpoint only accepts POST requests.", now);
  }
  const std::string_view tenant = path.substr(1, path.find("/oauth2/") - 1);
  if (!options_.any_tenant && !iequals(tenant, options_.tenant_id)) {
    return refuse(400, "invalid_request", 90002, "Tenant '...' not found.", now);
  }
  const auto form = parse_form(call.body);
  if (!form || form->empty()) {
    return refuse(400, "invalid_request", 900144, "The request body is not a form.", now);
  }
  if (field_of(*form, "grant_type") != "client_credentials") {
    return refuse(400, "unsupported_grant_type", 70003, "The grant type is not supported.", now);
  }
  const bool known =
      options_.any_client || iequals(field_of(*form, "client_id"), options_.client_id);
  if (!known) {
    return refuse(400, "unauthorized_client", 700016, "Application '...' was not found.", now);
  }
  std::string audience = field_of(*form, v1 ? "resource" : "scope");
  constexpr std::string_view kDefault = "/.default";
  if (!v1 && !audience.ends_with(kDefault)) {
    return refuse(400, "invalid_scope", 70011, "The provided scope is not valid.", now);
  }
  if (!v1) audience.resize(audience.size() - kDefault.size());
  const auto& audiences = options_.audiences;
  if (std::find(audiences.begin(), audiences.end(), audience) == audiences.end()) {
    return refuse(400, "invalid_resource", 500011, "The resource principal was not found.", now);
  }
  if (form->contains("client_assertion")) {
    return refuse(401, "invalid_client", 700027, "The client assertion is not accepted.", now);
  }
  if (!form->contains("client_secret")) {
    return refuse(401, "invalid_client", 7000218, "The request body must contain client_secret.",
                  now);
  }
  if (field_of(*form, "client_secret") != options_.client_secret) {
    return refuse(401, "invalid_client", 7000215, "Invalid client secret provided.", now);
  }
  return grant(audience, std::string(tenant), v1, now);
}

Reply Entra::grant(const std::string& audience, const std::string& tenant, bool v1, WallTime now) {
  const std::string token = issue(audience, tenant, now);
  JsonMembers members;
  members.add("token_type", "Bearer");
  const std::int64_t lifetime = options_.expires_in_s;
  if (v1) {
    members.add("expires_in", std::to_string(lifetime))
        .add("ext_expires_in", std::to_string(lifetime))
        .add("expires_on", std::to_string(unix_seconds(now) + lifetime))
        .add("not_before", std::to_string(unix_seconds(now)))
        .add("resource", audience);
  } else {
    members.add("expires_in", lifetime).add("ext_expires_in", lifetime);
  }
  members.add("access_token", token);
  Reply reply = json_reply(200, "{" + members.text() + "}");
  reply.headers.push_back({"Cache-Control", "no-store, no-cache"});
  return reply;
}

std::string Entra::issue(const std::string& audience, const std::string& tenant, WallTime now) {
  std::erase_if(tokens_, [now](const auto& row) { return row.second.expires <= now; });
  JsonMembers claims;
  claims.add("aud", audience)
      .add("iss", "https://sts.windows.net/" + tenant + "/")
      .add("iat", unix_seconds(now))
      .add("nbf", unix_seconds(now))
      .add("exp", unix_seconds(now) + options_.expires_in_s)
      .add("appid", options_.client_id)
      .add("tid", tenant)
      .add_raw("roles", quoted_list(options_.roles))
      .add("uti", "mactionsim-" + std::to_string(++issued_));
  std::string token = base64url_encode(R"({"typ":"JWT","alg":"RS256","kid":"mactionsim"})");
  token += "." + base64url_encode("{" + claims.text() + "}");
  token += "." + base64url_encode("nobody signed this");
  tokens_[token] = {now + std::chrono::seconds(options_.expires_in_s), options_.roles};
  return token;
}

const std::vector<std::string>* Entra::roles_of(std::string_view token, WallTime now) const {
  const auto row = tokens_.find(token);
  if (row == tokens_.end() || row->second.expires <= now) return nullptr;
  return &row->second.roles;
}

}  // namespace mactiond::sim
