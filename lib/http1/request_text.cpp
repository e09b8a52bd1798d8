#include "http1/request_text.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "http/host_port.hpp"

namespace mactiond::net {
namespace {

bool is_token_character(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kMarks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

// RFC 9110 5.5: visible characters, blanks, tabs and bytes above ASCII.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool has_body(const http::Request& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

}  // namespace

Result<std::string> request_text(const http::Request& request) {
  if (!is_target(request.url.target)) return Error(Errc::InvalidUrl, "request target");
  if (!is_token(request.method)) return Error(Errc::MalformedHttp, "request method");
  if (!is_field_value(request.authorization.reveal())) {
    return Error(Errc::InvalidSecret, "authorization");
  }
  std::string out = request.method + ' ' + request.url.target + " HTTP/1.1\r\n";
  append_field(out, "Host", request.url.authority());
  if (!http::find_header(request.headers, "Accept-Encoding")) {
    append_field(out, "Accept-Encoding", "gzip, deflate");
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_field_value(value)) {
      return Error(Errc::MalformedHttp, "request header");
    }
    append_field(out, name, value);
  }
  if (!request.authorization.empty()) {
    append_field(out, "Authorization", request.authorization.reveal());
  }
  if (has_body(request)) append_field(out, "Content-Length", std::to_string(request.body.size()));
  out.append("\r\n").append(request.body);
  return out;
}

std::string connect_text(const http::Url& url, const Secret& credentials) {
  const std::string target = http::host_port_text(url.host, url.port);
  std::string out = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!credentials.empty()) {
    append_field(out, "Proxy-Authorization", "Basic " + base64_encode(credentials.reveal()));
  }
  return out + "\r\n";
}

}  // namespace mactiond::net
