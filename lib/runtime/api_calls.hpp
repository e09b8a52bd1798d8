#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "http/client.hpp"
#include "http/link_check.hpp"
#include "ops/metrics.hpp"
#include "runtime/token_source.hpp"

namespace mactiond::runtime {

/// How one region is reached.
struct RegionAccess {
  std::shared_ptr<http::Client> client;
  http::Url api;
  http::LinkHosts link_hosts{};
  std::shared_ptr<TokenSource> tokens;
};

/// By name.
using RegionAccesses = std::map<std::string, std::shared_ptr<RegionAccess>>;

struct CallKind;

/// The calls of the API, one task each. Every task ends in exactly one event given to post: also on
/// a deadline, on cancellation and at shutdown.
class ApiCalls {
 public:
  using Post = std::function<void(core::Event)>;
  ApiCalls(const Clock& clock, RegionAccesses regions, ops::Metrics& metrics, Post post);

  /// For the calls to come; those in progress end with what they began with.
  void set_regions(RegionAccesses regions) { regions_ = std::move(regions); }
  /// Null where there is no such region.
  [[nodiscard]] std::shared_ptr<RegionAccess> access(const std::string& region) const {
    const auto found = regions_.find(region);
    return found == regions_.end() ? nullptr : found->second;
  }

  [[nodiscard]] Task<void> run(core::FetchToken command);
  [[nodiscard]] Task<void> run(core::ListActions command);
  [[nodiscard]] Task<void> run(core::GetAction command);
  [[nodiscard]] Task<void> run(core::CancelAction command);
  [[nodiscard]] Task<void> run(core::StartAction command);
  [[nodiscard]] Task<void> run(core::AskApi command);

 private:
  using RegionRef = std::shared_ptr<RegionAccess>;

  Task<void> fetch_token(core::FetchToken command, RegionRef region);
  Task<void> list_actions(core::ListActions command, RegionRef region);
  Task<void> get_action(core::GetAction command, RegionRef region);
  Task<void> cancel_action(core::CancelAction command, RegionRef region);
  Task<void> start_action(core::StartAction command, RegionRef region);
  Task<void> ask_api(core::AskApi command, RegionRef region);

  /// An answer of the API, and what it means.
  struct Answer {
    http::Response response;
    Outcome outcome;
    std::optional<WallTime> server_date;
  };
  Task<http::SendResult> send(RegionRef region, const CallKind* kind, http::Request request,
                              MonoTime deadline, MonoTime send_by);
  Task<Answer> call(RegionRef region, const CallKind* kind, http::Request request,
                    MonoTime deadline, MonoTime send_by);
  /// Counts the call and posts its event.
  template <class Event>
  void finish(const std::string& region, const CallKind& kind, Event event);

  const Clock& clock_;
  RegionAccesses regions_;
  ops::Metrics& metrics_;
  Post post_;
};

}  // namespace mactiond::runtime
