#include "webhook/outcome.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/scanner.hpp"
#include "base/text.hpp"
#include "format/text.hpp"
#include "http/status_meaning.hpp"
#include "json/object.hpp"

namespace mactiond::webhook {
namespace {

constexpr std::size_t kSaidBytes = 200;
/// A part of a URL that is as long may be a secret by itself; paths are made of shorter words.
constexpr std::size_t kPartMin = 12;

/// JSON may write "\/" for a slash.
std::string without_backslashes(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '\\');
  return plain;
}

/// Both without backslashes.
bool repeats(std::string_view body, std::string_view secret) {
  return secret.size() > 1 && body.find(secret) != std::string_view::npos;
}

bool repeats_part(std::string_view body, std::string_view target) {
  constexpr std::string_view kBetween = "/?&=;,:";
  while (!target.empty()) {
    const std::string_view part = target.substr(0, target.find_first_of(kBetween));
    target.remove_prefix(std::min(part.size() + 1, target.size()));
    if (part.size() < kPartMin) continue;
    if (repeats(body, part) || repeats(body, percent_decode(part, true).value_or(""))) return true;
  }
  return false;
}

/// What a request carries that may be secret, in the forms it is sent in.
std::vector<std::string> secrets_of(const Target& target) {
  const std::string& basic = target.basic.reveal();
  std::vector<std::string> secrets{target.rendering.token.reveal(), target.bearer.reveal(), basic,
                                   base64_encode(basic), target.url.target};
  if (const std::size_t colon = basic.find(':'); colon != std::string::npos) {
    secrets.push_back(basic.substr(colon + 1));
  }
  for (const auto& header : target.headers) secrets.push_back(header.second.reveal());
  return secrets;
}

/// Whether an answer repeats what may be secret of our request.
bool repeats_secret(const Target& target, std::string_view body) {
  const std::string plain = without_backslashes(body);
  const auto secrets = secrets_of(target);
  return repeats_part(plain, target.url.target) ||
         std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
           return repeats(plain, without_backslashes(secret));
         });
}

/// The answer's beginning on one line of ASCII.
std::string said(const Target& target, std::string_view body) {
  if (repeats_secret(target, body)) return "(repeats a secret)";
  std::string text = format::clip_line(trim(body), kSaidBytes);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return text;
}

Outcome refused(std::string detail) {
  return {Verdict::GiveUp, Reason::Rejected, 0, std::nullopt, std::move(detail), std::nullopt};
}

/// Incoming webhooks answer "ok"; workflow triggers {"ok":true}. Nothing at all is taken for a
/// proxy that dropped the body.
bool slack_took(std::string_view body) {
  const std::string_view text = trim(body);
  if (text.empty() || text == "ok") return true;
  return is_true(object_or_empty(text), "ok");
}

/// The status in "… returned HTTP error 429 …"; 0 if there is none.
int teams_error(std::string_view body) {
  constexpr std::string_view kSign = "HTTP error ";
  const std::size_t at = body.find(kSign);
  if (at == std::string_view::npos) return 0;
  Scanner scanner(body.substr(at + kSign.size()));
  return scanner.digits(3).value_or(0);
}

}  // namespace

Outcome outcome(const Target& target, const http::Response& response, WallTime local) {
  const Rendering& rendering = target.rendering;
  Outcome result = http::outcome(response, local);
  const std::string_view body = response.body;
  if (result.ok() && rendering.format == Format::Slack && !slack_took(body)) {
    result = refused("Slack did not take it");
  } else if (result.ok() && rendering.format == Format::Teams) {
    if (const int status = teams_error(body); status >= 300 && status <= 599) {
      http::Response inner;
      inner.status = status;
      inner.headers = response.headers;
      result = http::outcome(inner, local);
    }
  } else if (result.ok() && rendering.format == Format::SplunkHec) {
    const auto code = number_in(object_or_empty(body), "code");
    if (code && *code != 0) result = refused("Splunk did not take it");
  }
  if (result.ok()) return result;
  result.status = result.status != 0 ? result.status : response.status;
  const bool known =
      rendering.format != Format::CloudEvents && rendering.format != Format::Standard;
  if (known && !trim(body).empty()) result.detail += ": " + said(target, body);
  return result;
}

}  // namespace mactiond::webhook
