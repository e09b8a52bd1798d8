#include "webhook/splunk_ack.hpp"

#include <boost/json/object.hpp>
#include <utility>

#include "event/event_record.hpp"
#include "json/object.hpp"

namespace mactiond::webhook {
namespace {

constexpr std::string_view kCollector = "/services/collector";

/// Whatever is before the collector's path stays: a proxy may have put it there.
std::string ack_target(const std::string& event_target, const std::string& channel) {
  const std::size_t at = event_target.find(kCollector);
  const std::string prefix = at == std::string::npos ? "" : event_target.substr(0, at);
  return prefix + std::string(kCollector) + "/ack?channel=" + channel;
}

}  // namespace

std::string splunk_channel(std::string_view receiver, std::string_view webhook) {
  const std::string id = core::make_event_id(core::EventType::ActionTransition, receiver,
                                             "splunk_channel|" + std::string(webhook));
  return id.substr(id.find('_') + 1);
}

Result<std::int64_t> parse_ack_id(const http::Response& response) {
  const auto id = number_in(object_or_empty(response.body), "ackId");
  if (!id) return Error(Errc::UnexpectedDocument, "no ackId");
  return *id;
}

http::Request make_ack_request(const Target& target, std::int64_t ack_id) {
  http::Request request;
  request.method = "POST";
  request.url = target.url;
  request.url.target = ack_target(target.url.target, target.rendering.splunk_channel);
  request.headers = {{"Content-Type", "application/json"},
                     {"User-Agent", "mactiond/" MACTIOND_VERSION},
                     {"X-Splunk-Request-Channel", target.rendering.splunk_channel}};
  request.authorization = Secret("Splunk " + target.rendering.token.reveal());
  request.body = "{\"acks\":[" + std::to_string(ack_id) + "]}";
  return request;
}

bool is_acknowledged(const http::Response& response, std::int64_t ack_id) {
  if (response.status != 200) return false;
  const boost::json::object answer = object_or_empty(response.body);
  return is_true(object_in(answer, "acks"), std::to_string(ack_id));
}

Outcome not_acknowledgeable(int status) {
  return {Verdict::GiveUp,
          Reason::Rejected,
          status,
          std::nullopt,
          "no ackId in the answer: enable indexer acknowledgement for the token",
          std::nullopt};
}

Outcome not_acknowledged() {
  return {Verdict::Retry, Reason::Timeout, 0, std::nullopt, "not acknowledged by the indexer",
          std::nullopt};
}

}  // namespace mactiond::webhook
