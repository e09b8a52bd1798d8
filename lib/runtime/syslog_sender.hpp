#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "base/random.hpp"
#include "core/options.hpp"
#include "core/outbox/syslog_feed.hpp"
#include "core/status.hpp"
#include "format/syslog.hpp"
#include "http/client.hpp"
#include "net/async_event.hpp"
#include "store/store.hpp"

namespace mactiond::runtime {

/// Sends every event to one syslog receiver, in order. Its position is in the store: after a crash
/// it continues after the last event whose octets were acknowledged, so events may come twice and,
/// where a receiver loses what its host has acknowledged, not at all.
class SyslogSender {
 public:
  struct Receiver {
    std::string name;
    format::SyslogStyle style;
    core::WebhookFilter filter;
    /// Ends with an error unless every octet has been acknowledged.
    std::function<Task<Result<void>>(std::string)> send;
  };

  /// first: the event to begin with where the store knows no position for this name.
  SyslogSender(boost::asio::any_io_executor executor, store::Store& store, Receiver receiver,
               std::uint64_t first, std::uint64_t seed);

  /// New events are in the store.
  void notify() { wakeup_.set(); }

  /// Ends when cancelled.
  Task<void> run();
  /// last_seq: of the newest event in the store.
  [[nodiscard]] core::SyslogStatus status(std::uint64_t last_seq) const;

 private:
  struct Chunk {
    std::string octets;
    bool unread = false;      ///< the store could not be read
    std::uint64_t last = 0;   ///< 0: no events at all
    std::uint64_t count = 0;  ///< that the filter lets through
    bool full = false;        ///< there may be more
  };
  [[nodiscard]] Chunk next_chunk();
  [[nodiscard]] Task<void> wait(Duration delay);
  void advance(const Chunk& chunk);
  void keep_position();
  void failed(const Error& error);

  boost::asio::any_io_executor executor_;
  store::Store& store_;
  Receiver receiver_;
  core::SyslogFeed feed_;
  Random random_;
  net::AsyncEvent wakeup_;
  std::uint64_t sent_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace mactiond::runtime
