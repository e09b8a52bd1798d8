#include "webhook/request.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace mactiond::webhook {

http::Request make_request(const Target& target, std::span<const core::EventRecord> events,
                           WallTime now) {
  Payload payload = render(target.rendering, events);
  const std::string id = core::make_message_id(events);
  const std::int64_t timestamp =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  http::Request request;
  request.method = "POST";
  request.url = target.url;
  request.headers = {{"Content-Type", std::move(payload.content_type)},
                     {"User-Agent", "mactiond/" MACTIOND_VERSION},
                     {"webhook-id", id},
                     {"webhook-timestamp", std::to_string(timestamp)}};
  if (!target.keys.empty()) {
    request.headers.push_back(
        {"webhook-signature", sign(target.keys, id, timestamp, payload.body)});
  }
  if (!target.rendering.splunk_channel.empty()) {
    request.headers.push_back({"X-Splunk-Request-Channel", target.rendering.splunk_channel});
  }
  const bool splunk = target.rendering.format == Format::SplunkHec;
  if (splunk) request.authorization = Secret("Splunk " + target.rendering.token.reveal());
  if (!target.bearer.empty()) request.authorization = Secret("Bearer " + target.bearer.reveal());
  if (!target.basic.empty()) {
    request.authorization = Secret("Basic " + base64_encode(target.basic.reveal()));
  }
  for (const auto& [name, value] : target.headers) {
    request.headers.push_back({name, value.reveal()});
  }
  request.body = std::move(payload.body);
  return request;
}

}  // namespace mactiond::webhook
