#include "config/credential_types.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "config/peer_types.hpp"
#include "config/secret_source.hpp"

namespace mactiond::config {
namespace {

constexpr std::size_t kHeadersMax = 32;
constexpr std::size_t kHeaderMax = 4096;

constexpr std::array<std::string_view, 10> kReserved = {
    "authorization", "connection",        "content-length", "content-type",    "expect",
    "host",          "transfer-encoding", "upgrade",        "accept-encoding", "user-agent"};

bool is_header_name(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_reserved(std::string_view name) {
  const std::string lower = to_lower(name);
  return lower.starts_with("webhook-") || lower.starts_with("proxy-") ||
         std::find(kReserved.begin(), kReserved.end(), lower) != kReserved.end();
}

bool is_header_value(std::string_view text) {
  return !text.empty() && text.size() <= kHeaderMax && text == trim(text) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool read_header(const Node& node, std::vector<HeaderValue>& headers, Reader& reader) {
  if (!is_header_name(node.key)) {
    return reader.fail(node.key_place, shown(node.key) + " is no name of a header");
  }
  if (is_reserved(node.key)) {
    return reader.fail(node.key_place, shown(node.key) +
                                           " is set by mactiond itself; for Authorization there "
                                           "are bearer and basic");
  }
  if (!is_text(node, "text or a secret reference in quotes", reader)) return false;
  HeaderValue header{node.key, {}};
  if (is_secret_reference(node.text)) {
    if (!SecretReference{}.read(node, header.value, reader)) {
      headers.push_back(std::move(header));
      return false;
    }
  } else {
    header.value.value = Secret(node.text);
  }
  // Not repeated: it may be a secret.
  if (!is_header_value(header.value.value.reveal())) {
    return reader.fail(node,
                       "the value of a header is printable ASCII, not empty, without blanks "
                       "at its ends, of at most 4096 characters");
  }
  headers.push_back(std::move(header));
  return true;
}

}  // namespace

bool BasicCredential::read(const Node& node, SecretValue& value, Reader& reader) const {
  if (!SecretReference{true, SecretForm::Password}.read(node, value, reader)) return false;
  const std::string& text = value.value.reveal();
  if (text.empty()) return true;
  if (text.find(':') == std::string::npos) {
    return reader.fail(node, value.source + ": must hold user:password");
  }
  if (has_blank_ends(text)) {
    reader.warn(node.place, value.source +
                                ": there is a blank before the user or after the password; remove "
                                "it unless it belongs there");
  }
  return true;
}

std::string BasicCredential::print(const SecretValue& value) const {
  return SecretReference{true}.print(value);
}

bool PrivateKeyFile::read(const Node& node, std::string& value, Reader& reader) const {
  if (!is_text(node, "a path in quotes", reader)) return false;
  if (node.text.empty()) {
    value.clear();
    return true;
  }
  // Not repeated: somebody may have pasted the key itself.
  if (!node.text.starts_with('/')) {
    return reader.fail(node, "must be an absolute path of a file; keys are not written here");
  }
  std::string path;
  if (!AbsolutePath{}.read(node, path, reader)) return false;
  const auto content = read_secret_file(path, path);
  if (!content) return reader.fail(node, content.error().where);
  if (content->reveal().find("PRIVATE KEY-----") == std::string::npos) {
    return reader.fail(node, path + ": holds no PEM private key");
  }
  value = path;
  return true;
}

bool TokenFile::read(const Node& node, std::string& value, Reader& reader) const {
  if (!is_text(node, "a path in quotes", reader)) return false;
  std::string path;
  if (!node.text.empty() && !AbsolutePath{}.read(node, path, reader)) return false;
  value = std::move(path);
  return true;
}

bool Headers::read(const Node& node, std::vector<HeaderValue>& value, Reader& reader) const {
  if (node.kind != Node::Kind::Table) return wrong_type(node, "a table of headers", reader);
  if (node.children.size() > kHeadersMax) return reader.fail(node, "more than 32 headers");
  std::vector<HeaderValue> found;
  bool good = true;
  for (const Node& child : node.children) {
    if (!read_header(child, found, reader)) good = false;
  }
  value = std::move(found);
  return good;
}

std::string Headers::print(const std::vector<HeaderValue>& value) const {
  std::string text;
  for (const HeaderValue& header : value) {
    const std::string& source = header.value.source;
    text += (text.empty() ? " " : ", ") + toml_text(header.name) + " = " +
            toml_text(source.empty() ? "***" : source);
  }
  return text.empty() ? "{}" : "{" + text + " }";
}

}  // namespace mactiond::config
