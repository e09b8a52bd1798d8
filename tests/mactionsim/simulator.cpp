#include "mactionsim/simulator.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/http_date.hpp"
#include "mactionsim/document.hpp"
#include "mactionsim/spoil.hpp"

namespace mactiond::sim {
namespace {

/// What the token endpoint says where the API would say it in its own words.
std::optional<Reply> token_fault(Fault fault, WallTime now) {
  if (fault == Fault::Unauthorized) {
    return Entra::refuse(401, "invalid_client", 7000215, "Invalid client secret provided.", now);
  }
  if (fault == Fault::Throttled || fault == Fault::ServerErrorJson) {
    const int status = fault == Fault::Throttled ? 429 : 503;
    Reply reply = Entra::refuse(status, "temporarily_unavailable", 90033,
                                "A transient error has occurred. Please try again.", now);
    if (status == 429) reply.headers.push_back({"Retry-After", "1"});
    return reply;
  }
  return std::nullopt;
}

}  // namespace

Simulator::Simulator(const Settings& settings, const Clock& clock)
    : clock_(clock),
      start_(clock.now()),
      skew_(settings.skew),
      tenant_(settings),
      api_(tenant_),
      downloads_(tenant_),
      control_(tenant_) {}

CallTime Simulator::read_time() const {
  CallTime time;
  time.steady = start_.wall + (clock_.now().mono - start_.mono);
  time.server = time.steady + skew_;
  return time;
}

Reply Simulator::on(const Call& call) {
  const CallTime time = read_time();
  const std::string_view target = call.target;
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, mark);
  const std::string_view query = target.substr(std::min(mark + 1, target.size()));
  constexpr std::string_view kControl = "/_sim";
  Reply reply;
  if (path.starts_with(kControl)) {
    reply = control_.on(call, path.substr(kControl.size()), query, time.server);
  } else {
    if (Entra::is_token_path(path)) {
      reply = token(call, path, time);
    } else if (Entra::is_discovery_path(path)) {
      reply = tenant_.entra.discovery(host_of(call));
    } else if (const auto segments = api_segments(path)) {
      reply = api_.on(call, *segments, query, time);
    } else if (Downloads::is_link_path(path)) {
      reply = downloads_.on(call, query, time);
    } else {
      reply = no_such_method();
    }
    reply.delay = tenant_.switches.latency;
  }
  reply.headers.push_back({"Date", format_http_date(time.server)});
  return reply;
}

Reply Simulator::token(const Call& call, std::string_view path, CallTime time) {
  tenant_.ledger.record(Operation::Token, time.steady);
  const auto fault = tenant_.faults.draw(Operation::Token);
  if (!fault) return tenant_.entra.token(call, path, time.server);
  if (auto refusal = token_fault(*fault, time.server)) return std::move(*refusal);
  return spoil(tenant_.entra.token(call, path, time.server), *fault, call, time.server);
}

}  // namespace mactiond::sim
