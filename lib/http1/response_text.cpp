#include "http1/response_text.hpp"

#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>

namespace mactiond::net {
namespace {

std::string reason_of(int status) {
  namespace http = boost::beast::http;
  return std::string(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status))));
}

const char* detail_of(int status) {
  switch (status) {
    case 408:
      return "the request did not come in time";
    case 413:
      return "the body is too large";
    case 417:
      return "no expectation but 100-continue can be met";
    case 431:
      return "the header is too large";
    case 503:
      return "as many streams are open as may be: end one, or try again later";
    default:
      return "this is no HTTP/1.1 request that could be understood";
  }
}

}  // namespace

std::string response_text(const http::Response& response, std::string_view method,
                          bool keep_alive) {
  std::string out =
      "HTTP/1.1 " + std::to_string(response.status) + ' ' + reason_of(response.status) + "\r\n";
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\r\n";
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) out += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  if (!keep_alive) out += "Connection: close\r\n";
  out += "\r\n";
  if (!bodiless && method != "HEAD") out += response.body;
  return out;
}

std::string stream_head_text(const std::vector<http::Header>& headers) {
  std::string out = "HTTP/1.1 200 OK\r\n";
  for (const auto& [name, value] : headers) out += name + ": " + value + "\r\n";
  return out + "Connection: close\r\n\r\n";
}

std::string transfer_head_text(const http::Transfer& transfer) {
  std::string out = "HTTP/1.1 200 OK\r\n";
  for (const auto& [name, value] : transfer.headers) out += name + ": " + value + "\r\n";
  out += transfer.size ? "Content-Length: " + std::to_string(*transfer.size)
                       : std::string("Transfer-Encoding: chunked");
  return out + "\r\nConnection: close\r\n\r\n";
}

std::string chunk_text(std::string_view piece) {
  std::array<char, 16> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16);
  std::string out(digits.data(), end);
  return out.append("\r\n").append(piece).append("\r\n");
}

int status_of(const Error& error) {
  if (error.code == Errc::HeaderTooLarge) return 431;
  if (error.code == Errc::BodyTooLarge) return 413;
  if (error.code == Errc::MalformedHttp) return 400;
  if (error.code == Errc::DeadlineExceeded) return 408;
  return 0;
}

std::string refusal_text(int status) {
  http::Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/problem+json"});
  if (status == 503) response.headers.push_back({"Retry-After", "15"});
  response.body = "{\"type\":\"about:blank\",\"title\":\"" + reason_of(status) +
                  "\",\"status\":" + std::to_string(status) + ",\"detail\":\"" + detail_of(status) +
                  "\"}";
  return response_text(response, "GET", false);
}

}  // namespace mactiond::net
