#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace mactiond::core {

/// [region.quota]
struct QuotaOptions {
  int per_minute = 100;
  int per_hour = 1500;
  double share = 1.0;  ///< in (0, 1]; a limit never falls below 1
};

enum class Filters : std::uint8_t { Auto, Documented };

/// [region.poll]
struct PollOptions {
  Duration min_interval = std::chrono::seconds(2);
  Duration idle_interval = std::chrono::seconds(15);
  Duration overlap = std::chrono::minutes(5);
  Duration lookback = std::chrono::hours(24 * 4);
  int page_size = 10000;
  Filters filters = Filters::Auto;
};

struct RegionOptions {
  std::string name;
  QuotaOptions quota;
  PollOptions poll;
};

/// [webhook.filter]: lists of globs; an empty list lets everything pass.
struct WebhookFilter {
  std::vector<std::string> event;
  std::vector<std::string> region;
  std::vector<std::string> type;
  std::vector<std::string> to;
};

struct WebhookOptions {
  std::string name;
  Duration timeout = std::chrono::seconds(15);
  int max_in_flight = 8;
  WebhookFilter filter;
};

/// Everything the engine is configured by.
struct Options {
  std::string instance;
  std::string boot_id;
  std::vector<RegionOptions> regions;
  std::vector<WebhookOptions> webhooks;
  Duration closed_actions = std::chrono::hours(24 * 30);
};

}  // namespace mactiond::core
