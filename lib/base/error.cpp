#include "base/error.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace mactiond {
namespace {

// error_category's own destructor is protected and not virtual: nobody deletes through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "mactiond"; }
  [[nodiscard]] std::string message(int value) const override {
    return std::string(to_string(static_cast<Errc>(value)));
  }
};
#pragma GCC diagnostic pop

}  // namespace

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::DeadlineExceeded:
      return "no complete answer before the deadline";
    case Errc::Cancelled:
      return "cancelled because the daemon is stopping";
    case Errc::ResolveFailed:
      return "the name could not be resolved";
    case Errc::ConnectionFailed:
      return "the connection could not be made";
    case Errc::ConnectionLost:
      return "the connection ended before the answer was complete";
    case Errc::TlsFailed:
      return "the TLS handshake failed";
    case Errc::CertificateRejected:
      return "the server's certificate was not accepted";
    case Errc::ProxyFailed:
      return "the proxy refused or broke the tunnel";
    case Errc::AddressRefused:
      return "the name resolves to an address that is never contacted";
    case Errc::HeaderTooLarge:
      return "the answer's header is larger than the limit";
    case Errc::BodyTooLarge:
      return "the answer's body is larger than the limit";
    case Errc::MalformedHttp:
      return "the answer is not valid HTTP";
    case Errc::BadContentEncoding:
      return "the answer's compression is broken or unknown";
    case Errc::MalformedJson:
      return "the answer is not valid JSON";
    case Errc::UnexpectedDocument:
      return "the answer is not the document that was asked for";
    case Errc::InvalidUrl:
      return "not a usable URL";
    case Errc::InvalidTime:
      return "not a usable time stamp";
    case Errc::InvalidSecret:
      return "the secret is missing or not usable";
    case Errc::StoreInUse:
      return "another mactiond is using this store";
    case Errc::StoreFailed:
      return "the store could not be read or written";
    case Errc::StoreCorrupt:
      return "the store is damaged";
    case Errc::StoreTooNew:
      return "the store was written by a newer mactiond";
    case Errc::PathNotUsable:
      return "the path cannot be used";
    case Errc::AddressInUse:
      return "the address is in use";
  }
  return "unknown error";
}

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

boost::system::error_code make_error_code(Errc code) {
  return {static_cast<int>(code), error_category()};
}

std::string Error::message() const {
  return where.empty() ? code.message() : where + ": " + code.message();
}

void throw_exception_from_error(const Error& error, const boost::source_location& /*location*/) {
  throw std::runtime_error(error.message());
}

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "event=assertion_failed expression=\"%s\" file=%s line=%d\n", expression,
               file, line);
  std::abort();
}

}  // namespace mactiond
