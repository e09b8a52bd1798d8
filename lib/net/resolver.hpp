#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "http/client.hpp"

namespace mactiond::net {

using Addresses = std::vector<boost::asio::ip::address>;

/// Blocks until a name is resolved, for as long as that takes. Called on threads of its own,
/// possibly several at a time. Success means at least one address.
using Lookup = std::function<Result<Addresses>(const std::string& host)>;

/// The system's resolver: getaddrinfo.
[[nodiscard]] Lookup system_lookup();

/// Resolves names and never waits longer than the given limit.
///
/// A lookup cannot be interrupted, so it runs on a thread that is abandoned when time is up:
/// neither the waiter nor the end of the process waits for it. Its answer, whenever it comes, is
/// kept, and the last good one serves while lookups fail or hang. One lookup per name runs at a
/// time, shared by all who ask, and only a few names at once.
class Resolver {
 public:
  Resolver(boost::asio::any_io_executor executor, Lookup lookup);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  /// Errc::ResolveFailed with the cause, or Errc::DeadlineExceeded, if there is no answer to fall
  /// back on. Literal addresses are returned as they are.
  [[nodiscard]] Task<Result<Addresses>> resolve(std::string host, Duration limit);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mactiond::net
