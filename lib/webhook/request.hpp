#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "event/event_record.hpp"
#include "http/message.hpp"
#include "webhook/payload.hpp"
#include "webhook/signature.hpp"

namespace mactiond::webhook {

/// How one configured webhook is called.
struct Target {
  http::Url url;
  Rendering rendering;
  std::vector<SigningKey> keys;  ///< empty: unsigned
  Secret bearer;                 ///< empty: no Authorization
  Secret basic{};                ///< "user:password"; empty: no Authorization
  /// Sent with every request; the values may be secrets.
  std::vector<std::pair<std::string, Secret>> headers{};
};

/// One attempt at one message, signed for now: webhook-id, webhook-timestamp, webhook-signature,
/// User-Agent. More than one event only where the format has digests (render).
[[nodiscard]] http::Request make_request(const Target& target,
                                         std::span<const core::EventRecord> events, WallTime now);

}  // namespace mactiond::webhook
