#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/client.hpp"
#include "http/message.hpp"

namespace mactiond::net {

/// Blocks until the name of a user id is known, for as long as that takes; empty where the system
/// has none. Called on threads of its own.
using NameLookup = std::function<std::string(unsigned uid)>;

/// The system's user database: getpwuid_r. A directory service behind it may take its time.
[[nodiscard]] NameLookup system_user_names();

/// Who is at the other end of a connection. A name is looked up each time, one lookup of a user id
/// at once; the last answer serves while a lookup hangs.
class PeerUsers {
 public:
  PeerUsers(boost::asio::any_io_executor executor, NameLookup lookup);
  PeerUsers(const PeerUsers&) = delete;
  PeerUsers& operator=(const PeerUsers&) = delete;
  ~PeerUsers() { stop(); }

  /// No lookup comes back from here on: the executor's context may go.
  void stop();

  /// Within a second; without the name where none is known by then. Nothing where socket is no
  /// connected Unix socket.
  [[nodiscard]] Task<std::optional<http::Peer>> find(int socket);

 private:
  struct State;
  [[nodiscard]] static Task<std::string> name_of(std::shared_ptr<State> state, unsigned uid);
  std::shared_ptr<State> state_;
};

}  // namespace mactiond::net
