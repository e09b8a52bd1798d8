#include "runtime/examination.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <utility>

#include "doctor/receiver_checks.hpp"
#include "doctor/route_checks.hpp"
#include "http/host_port.hpp"
#include "net/await.hpp"

namespace mactiond::runtime {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kAtOnce = 8;
constexpr Duration kAllWithin = 2min;
constexpr Duration kRouteWithin = 10s;

doctor::Target target_of(const Examined& examined) {
  if (const auto* region = std::get_if<ExaminedRegion>(&examined)) return {"region", region->name};
  if (const auto* hook = std::get_if<ExaminedWebhook>(&examined)) return {"webhook", hook->name};
  return {"syslog", std::get<ExaminedSyslog>(examined).name};
}

doctor::Check not_examined(const Examined& examined) {
  return target_of(examined).bad("time", "not looked at: the time was up",
                                 "ask for it alone, with --region or --webhook");
}

}  // namespace

Examination::Examination(Parts parts, std::vector<Examined> targets)
    : parts_(std::move(parts)), targets_(std::move(targets)), found_(targets_.size()) {}

void Examination::start(const std::function<void(Task<void>)>& spawn, Done done) {
  done_ = std::move(done);
  until_ = parts_.clock.now().mono + kAllWithin;
  working_ = std::min(kAtOnce, targets_.size());
  if (working_ == 0) return done_({});
  const std::size_t workers = working_;
  for (std::size_t i = 0; i < workers; ++i) spawn(work(shared_from_this()));
}

Task<void> Examination::work(std::shared_ptr<Examination> self) {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (next_ < targets_.size()) {
    const std::size_t mine = next_++;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (net::is_cancelled(state) || parts_.clock.now().mono >= until_) {
      found_[mine] = {not_examined(targets_[mine])};
      continue;
    }
    const Examined& target = targets_[mine];
    found_[mine] = co_await examine(target);
  }
  if (--self->working_ > 0) co_return;
  doctor::Checks all;
  for (doctor::Checks& checks : found_) doctor::append(all, std::move(checks));
  done_(std::move(all));
}

Task<doctor::Checks> Examination::examine(const Examined& target) {
  if (const auto* region = std::get_if<ExaminedRegion>(&target)) return examine_one(*region);
  if (const auto* webhook = std::get_if<ExaminedWebhook>(&target)) return examine_one(*webhook);
  return examine_one(std::get<ExaminedSyslog>(target));
}

Task<doctor::Checks> Examination::look_at(Way way, net::RouteOptions options, http::Url url) {
  doctor::Route route;
  route.server = http::host_port_text(url.host, url.port);
  route.prefix = way.prefix;
  route.setting = way.setting;
  route.is_tls = url.is_tls();
  route.secret = way.secret;
  const auto executor = parts_.executor;
  route.passage =
      co_await net::try_route(executor, std::move(options), std::move(url), kRouteWithin);
  co_return doctor::route_checks(way.target, route, parts_.clock.now().wall);
}

Task<doctor::Checks> Examination::examine_one(const ExaminedWebhook& webhook) {
  Way way{{"webhook", webhook.name}, "", "url", webhook.secret_url};
  const net::RouteOptions options = webhook.options;
  const http::Url url = webhook.url;
  doctor::Checks checks = co_await look_at(std::move(way), options, url);
  if (!parts_.send || !doctor::all_ok(checks)) co_return checks;
  doctor::Check delivery = co_await test(webhook);
  checks.push_back(std::move(delivery));
  co_return checks;
}

Task<doctor::Check> Examination::test(const ExaminedWebhook& webhook) {
  const doctor::Target target{"webhook", webhook.name};
  if (parts_.deliveries.refuse_test(webhook.name)) {
    co_return target.bad("delivery", "not tried: another test of it is in progress, or it is gone",
                         "try again");
  }
  core::WebhookTested tested;
  const auto done = [&tested](core::WebhookTested result) { tested = std::move(result); };
  auto testing = parts_.deliveries.test(webhook.name, parts_.instance, done);
  co_await std::move(testing);
  co_return doctor::delivery_check(target, tested.outcome, tested.took);
}

Task<doctor::Checks> Examination::examine_one(const ExaminedSyslog& syslog) {
  Way way{{"syslog", syslog.name}, "", "address", false};
  const net::RouteOptions options = syslog.options;
  const http::Url url = syslog.url;
  doctor::Checks checks = co_await look_at(std::move(way), options, url);
  if (!parts_.send || !doctor::all_ok(checks)) co_return checks;
  const auto sent = co_await syslog.send_test();
  checks.push_back(doctor::syslog_check({"syslog", syslog.name}, sent));
  co_return checks;
}

}  // namespace mactiond::runtime
