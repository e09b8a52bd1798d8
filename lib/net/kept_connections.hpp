#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace mactiond::net {

/// How long a connection may serve. Devices on the way forget an idle one without a word, and a
/// name may move to another address while a connection stays.
struct ConnectionLimits {
  Duration idle = std::chrono::seconds(60);
  Duration age = std::chrono::minutes(5);

  [[nodiscard]] bool allow(MonoTime opened, MonoTime used, MonoTime now) const {
    return now - used < idle && now - opened < age;
  }
};

/// A connection and when it was opened.
template <class Connection>
struct Opened {
  std::unique_ptr<Connection> connection;
  MonoTime at{};
};

/// Connections that wait for their next request, under a key for each peer. Whatever is over a
/// limit is closed at the next call, whomever that is about.
template <class Connection>
class KeptConnections {
 public:
  using Held = Opened<Connection>;

  /// most: for each key.
  explicit KeptConnections(std::size_t most) : most_(most) {}

  /// The one that was used last, if it is within the limits and its peer has been quiet.
  [[nodiscard]] Held take(const std::string& key, MonoTime now) {
    close_old(now);
    const auto found = kept_.find(key);
    while (found != kept_.end() && !found->second.empty()) {
      Held held = std::move(found->second.back().held);
      found->second.pop_back();
      if (held.connection->is_quiet()) return held;
    }
    return {};
  }

  void keep(const std::string& key, Held held, MonoTime now) {
    close_old(now);
    auto& kept = kept_[key];
    if (kept.size() < most_ && limits_.allow(held.at, now, now)) {
      kept.push_back({std::move(held), now});
    }
  }

 private:
  struct Waiting {
    Held held;
    MonoTime used{};
  };

  void close_old(MonoTime now) {
    for (auto& [key, kept] : kept_) {
      std::erase_if(kept, [&](const Waiting& waiting) {
        return !limits_.allow(waiting.held.at, waiting.used, now);
      });
    }
    std::erase_if(kept_, [](const auto& row) { return row.second.empty(); });
  }

  std::size_t most_;
  ConnectionLimits limits_;
  std::map<std::string, std::vector<Waiting>> kept_;
};

}  // namespace mactiond::net
