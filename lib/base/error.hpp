#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace mactiond {

/// Every expected failure of the program. The sentences of to_string are read by operators.
enum class Errc {
  DeadlineExceeded = 1,
  Cancelled,
  ResolveFailed,
  ConnectionFailed,
  ConnectionLost,
  TlsFailed,
  CertificateRejected,
  ProxyFailed,
  AddressRefused,
  HeaderTooLarge,
  BodyTooLarge,
  MalformedHttp,
  BadContentEncoding,
  MalformedJson,
  UnexpectedDocument,
  InvalidUrl,
  InvalidTime,
  InvalidSecret,
  StoreInUse,
  StoreFailed,
  StoreCorrupt,
  StoreTooNew,
  PathNotUsable,
  AddressInUse,
};

[[nodiscard]] std::string_view to_string(Errc code);
[[nodiscard]] const boost::system::error_category& error_category();
[[nodiscard]] boost::system::error_code make_error_code(Errc code);

/// A failure and where it happened: a path, a host, an id; never a secret, never a URL with one.
struct Error {
  boost::system::error_code code;
  std::string where;

  Error() = default;
  Error(boost::system::error_code c, std::string w) : code(c), where(std::move(w)) {}
  Error(Errc c, std::string w) : code(make_error_code(c)), where(std::move(w)) {}

  /// "where: sentence"
  [[nodiscard]] std::string message() const;
};

template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& location);

/// Logs to stderr and aborts. Kept on in release: systemd restarts, the store is consistent.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace mactiond

template <>
struct boost::system::is_error_code_enum<mactiond::Errc> : std::true_type {};

/// A broken precondition or an impossible state: a bug, never bad input.
#define MACTIOND_ASSERT(expression)    \
  ((expression) ? static_cast<void>(0) \
                : ::mactiond::assertion_failed(#expression, __FILE__, __LINE__))
