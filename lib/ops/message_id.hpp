#pragma once

#include <span>
#include <string_view>

namespace mactiond::ops {

/// A kind of diagnostic that journalctl -x explains.
struct MessageKind {
  std::string_view event;
  std::string_view id;  ///< 128 bits in hexadecimal, the journal's MESSAGE_ID
};

[[nodiscard]] std::span<const MessageKind> message_kinds();

/// Empty for an event that no catalog explains.
[[nodiscard]] std::string_view message_id(std::string_view event);

}  // namespace mactiond::ops
