#include "syslog.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <utility>

namespace mactiond::daemon {
namespace {

/// For a chunk of messages, from connecting to the last acknowledgement.
constexpr Duration kSendLimit = std::chrono::seconds(30);

}  // namespace

Result<std::unique_ptr<net::SyslogClient>> make_syslog_client(
    const config::Syslog& syslog, const boost::asio::any_io_executor& executor,
    const Clock& clock) {
  return net::SyslogClient::make(executor, clock, syslog.url.host, syslog.url.port, syslog.ca_file);
}

Result<std::unique_ptr<runtime::SyslogSender>> open_syslog_sender(
    const config::Syslog& syslog, const boost::asio::any_io_executor& executor, const Clock& clock,
    store::Store& store, std::uint64_t first) {
  const auto stored = store.load_syslog_position(syslog.name);
  if (!stored) return stored.error();
  // A row that a damaged store made up must not keep events back.
  const std::uint64_t begin = std::min(stored->value_or(first), first);
  if (const auto kept = store.keep_syslog_position(syslog.name, begin); !kept) return kept.error();

  auto client = make_syslog_client(syslog, executor, clock);
  if (!client) return client.error();
  const std::shared_ptr<net::SyslogClient> shared = std::move(*client);
  auto send = [shared](std::string octets) { return shared->send(std::move(octets), kSendLimit); };
  std::random_device device;
  return std::make_unique<runtime::SyslogSender>(
      executor, store,
      runtime::SyslogSender::Receiver{syslog.name, syslog.style, syslog.filter, std::move(send)},
      begin, device());
}

}  // namespace mactiond::daemon
