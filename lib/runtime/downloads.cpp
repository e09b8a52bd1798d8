#include "runtime/downloads.hpp"

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "http/link_check.hpp"
#include "ops/log.hpp"

namespace mactiond::runtime {

namespace asio = boost::asio;

namespace {

using Level = core::LogEntry::Level;
using Why = core::Unanswered::Why;

constexpr std::size_t kAtOnce = 4;

/// A download that logs its end, whichever it is.
class LoggedDownload final : public http::BodySource {
 public:
  LoggedDownload(std::unique_ptr<net::Download> download, Downloads::Place place,
                 std::string region, ActionId action)
      : download_(std::move(download)),
        place_(std::move(place)),
        region_(std::move(region)),
        action_(std::move(action)) {}
  ~LoggedDownload() override {
    if (!has_ended_) log("left", "");
  }

  Task<Result<std::string>> next() override {
    auto piece = co_await download_->next();
    if (!piece && piece.error().code != Errc::Cancelled) log("failed", download_->failure());
    if (piece && piece->empty()) log("whole", "");
    co_return piece;
  }

 private:
  void log(const char* result, const std::string& why) {
    has_ended_ = true;
    const bool failed = !why.empty();
    ops::Fields fields = {{"region", region_},
                          {"action", action_.value},
                          {"result", result},
                          {"bytes", std::to_string(download_->received())}};
    if (failed) fields.push_back({"reason", why});
    ops::log(failed ? Level::Warning : Level::Info, "download_ended", fields);
  }

  std::unique_ptr<net::Download> download_;
  Downloads::Place place_;
  std::string region_;
  ActionId action_;
  bool has_ended_ = false;
};

}  // namespace

Downloads::Place Downloads::take_place() {
  if (*taken_ >= kAtOnce) return {};
  ++*taken_;
  return {taken_.get(), [taken = taken_](void* /*place*/) { --*taken; }};
}

Task<void> Downloads::fetch(std::string region, ActionId action, core::Link link, Place place,
                            Done done) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto access = regions_.find(region);
  if (access == regions_.end()) {
    done(core::Unanswered{Why::NoRegion, "the region " + region + " is not configured any more"});
    co_return;
  }
  auto checked = http::check_link(link.url, access->second->link_hosts);
  if (const auto* refusal = std::get_if<http::LinkRefusal>(&checked)) {
    done(core::Unanswered{Why::Refused, refusal->sentence});
    co_return;
  }
  auto download = std::make_unique<net::Download>(
      access->second->client, std::get<http::Url>(std::move(checked)), clock_, limits_);
  const auto begun = co_await download->begin();
  if (!begun) {
    const bool stopping = begun.error().code == Errc::Cancelled;
    done(stopping ? core::Unanswered{Why::Unavailable, "the daemon is stopping"}
                  : core::Unanswered{Why::Failed, download->failure()});
    co_return;
  }
  http::Transfer transfer;
  transfer.size = download->size();
  transfer.body = std::make_shared<LoggedDownload>(std::move(download), std::move(place),
                                                   std::move(region), std::move(action));
  done(std::move(transfer));
}

}  // namespace mactiond::runtime
