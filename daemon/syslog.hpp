#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>

#include "config/config.hpp"
#include "runtime/syslog_sender.hpp"

namespace mactiond::daemon {

/// The sender of one receiver, with its connection; clock outlives it. It begins where the store
/// says, or with event first, which the store knows from then on.
[[nodiscard]] Result<std::unique_ptr<runtime::SyslogSender>> open_syslog_sender(
    const config::Syslog& syslog, const boost::asio::any_io_executor& executor, const Clock& clock,
    store::Store& store, std::uint64_t first);

}  // namespace mactiond::daemon
