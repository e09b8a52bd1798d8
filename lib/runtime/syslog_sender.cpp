#include "runtime/syslog_sender.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "core/event_filter.hpp"
#include "ops/log.hpp"

namespace mactiond::runtime {

namespace asio = boost::asio;

namespace {

using Level = core::LogEntry::Level;

constexpr int kEventsPerChunk = 200;
/// A chunk ends with the event that reaches this.
constexpr std::size_t kChunkOctets = std::size_t{256} * 1024;

/// Others have their turn between two chunks that nothing is sent of.
constexpr Duration kTurn{};
constexpr Duration kReadRetry = std::chrono::seconds(1);

}  // namespace

SyslogSender::SyslogSender(asio::any_io_executor executor, store::Store& store, Receiver receiver,
                           std::uint64_t first, std::uint64_t seed)
    : executor_(executor),
      store_(store),
      receiver_(std::move(receiver)),
      feed_(first),
      random_(seed),
      wakeup_(executor) {}

Task<void> SyslogSender::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (true) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (net::is_cancelled(state)) co_return;
    Chunk chunk = next_chunk();
    if (chunk.unread) {
      co_await wait(kReadRetry);
      continue;
    }
    if (chunk.last == 0) {
      co_await wakeup_.wait();
      wakeup_.reset();
      continue;
    }
    if (chunk.count == 0) {
      feed_.pass(chunk.last);
      // Otherwise a position would be written for every event that goes to nobody.
      if (chunk.full) keep_position();
      co_await wait(kTurn);
      continue;
    }
    const auto sent = co_await receiver_.send(std::move(chunk.octets));
    if (sent) {
      advance(chunk);
      continue;
    }
    const Duration delay = feed_.failed(random_);
    failed(sent.error());
    co_await wait(delay);
  }
}

void SyslogSender::advance(const Chunk& chunk) {
  sent_ += chunk.count;
  const bool recovered = feed_.sent(chunk.last);
  if (recovered) ops::log(Level::Info, "syslog_recovered", {{"syslog", receiver_.name}});
  keep_position();
}

core::SyslogStatus SyslogSender::status(std::uint64_t last_seq) const {
  const std::uint64_t next = feed_.next();
  return {receiver_.name, sent_, failures_, last_seq >= next ? last_seq + 1 - next : 0};
}

SyslogSender::Chunk SyslogSender::next_chunk() {
  Chunk chunk;
  const auto events = store_.load_events(feed_.next(), kEventsPerChunk);
  if (!events) {
    ops::log(Level::Error, "store_failed", {{"error", events.error().message()}});
    chunk.unread = true;
    return chunk;
  }
  if (const std::uint64_t lost = feed_.skip_lost(*events); lost > 0) {
    ops::log(Level::Error, "syslog_events_lost",
             {{"syslog", receiver_.name}, {"count", std::to_string(lost)}});
  }
  chunk.full = events->size() == kEventsPerChunk;
  for (const core::EventRecord& event : *events) {
    chunk.last = event.seq;
    if (!core::passes(receiver_.filter, event)) continue;
    ++chunk.count;
    chunk.octets += format::syslog_frame(receiver_.style, event);
    if (chunk.octets.size() >= kChunkOctets) break;
  }
  return chunk;
}

Task<void> SyslogSender::wait(Duration delay) {
  asio::steady_timer timer(executor_, std::chrono::duration_cast<std::chrono::nanoseconds>(delay));
  co_await timer.async_wait(net::kAwait);
}

void SyslogSender::keep_position() {
  const auto kept = store_.keep_syslog_position(receiver_.name, feed_.next());
  if (!kept) ops::log(Level::Error, "store_failed", {{"error", kept.error().message()}});
}

/// Logged when the trouble begins; the rest is repetition.
void SyslogSender::failed(const Error& error) {
  ++failures_;
  const Level level = feed_.failures() == 1 ? Level::Error : Level::Debug;
  ops::log(level, "syslog_failed", {{"syslog", receiver_.name}, {"error", error.message()}});
}

}  // namespace mactiond::runtime
