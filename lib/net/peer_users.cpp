#include "net/peer_users.hpp"

#include <pwd.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "net/deadline.hpp"
#include "net/helper_threads.hpp"

namespace mactiond::net {
namespace {

namespace asio = boost::asio;

constexpr auto kAskAtMost = std::chrono::seconds(1);
/// Far more than a machine has operators; beyond it all names are forgotten.
constexpr std::size_t kNamesMax = 1000;

std::string look_up(unsigned uid) {
  std::array<char, 16 * 1024> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  const int failure = getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return failure == 0 && found != nullptr ? std::string(found->pw_name) : std::string();
}

std::optional<unsigned> peer_uid(int socket) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  if (::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return std::nullopt;
  if (domain != AF_UNIX) return std::nullopt;
  ucred credentials{};
  size = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
}

}  // namespace

NameLookup system_user_names() { return look_up; }

struct PeerUsers::State {
  State(const asio::any_io_executor& executor, NameLookup how)
      : lookup(std::move(how)), threads(executor) {}

  [[nodiscard]] std::string last_name(unsigned uid) const {
    const auto found = names.find(uid);
    return found != names.end() ? found->second : std::string();
  }
  void finish(unsigned uid, std::string name) {
    const auto waiters = pending.extract(uid);
    for (const auto& wait : waiters.mapped()) wait->cancel();
    if (names.size() >= kNamesMax) names.clear();
    names.insert_or_assign(uid, std::move(name));
  }

  NameLookup lookup;
  std::map<unsigned, std::string> names;
  /// By user id whose name is being looked up: who waits for it.
  std::map<unsigned, std::vector<std::shared_ptr<asio::steady_timer>>> pending;
  HelperThreads threads;
};

PeerUsers::PeerUsers(asio::any_io_executor executor, NameLookup lookup)
    : state_(std::make_shared<State>(executor, std::move(lookup))) {}

void PeerUsers::stop() { state_->threads.stop(); }

Task<std::optional<http::Peer>> PeerUsers::find(int socket) {
  const auto uid = peer_uid(socket);
  if (!uid) co_return std::nullopt;
  http::Peer peer;
  peer.uid = *uid;
  const auto state = state_;
  peer.name = co_await name_of(state, peer.uid);
  co_return peer;
}

Task<std::string> PeerUsers::name_of(std::shared_ptr<State> state, unsigned uid) {
  const bool asked = state->pending.contains(uid);
  if (asked && state->names.contains(uid)) co_return state->last_name(uid);
  const auto executor = co_await asio::this_coro::executor;
  const auto wait = std::make_shared<asio::steady_timer>(executor, kAskAtMost);
  if (!asked) {
    auto ask = [lookup = state->lookup, uid] { return lookup(uid); };
    auto done = [weak = std::weak_ptr<State>(state), uid](std::string name) {
      if (const auto alive = weak.lock()) alive->finish(uid, std::move(name));
    };
    if (!state->threads.run(std::move(ask), std::move(done))) co_return state->last_name(uid);
  }
  state->pending[uid].push_back(wait);
  co_await wait->async_wait(kAwait);
  co_return state->last_name(uid);
}

}  // namespace mactiond::net
