#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>

#include "config/config.hpp"
#include "net/syslog_client.hpp"
#include "runtime/syslog_sender.hpp"

namespace mactiond::daemon {

/// Touches no network before it sends. clock outlives it.
[[nodiscard]] Result<std::unique_ptr<net::SyslogClient>> make_syslog_client(
    const config::Syslog& syslog, const boost::asio::any_io_executor& executor, const Clock& clock);

/// The sender of one receiver, with its connection; clock outlives it. It begins where the store
/// says, or with event first, which the store knows from then on.
[[nodiscard]] Result<std::unique_ptr<runtime::SyslogSender>> open_syslog_sender(
    const config::Syslog& syslog, const boost::asio::any_io_executor& executor, const Clock& clock,
    store::Store& store, std::uint64_t first);

}  // namespace mactiond::daemon
