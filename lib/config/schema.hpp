#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// One option of a section: a row of the table that reads, checks and prints the configuration.
template <class Section>
struct Option {
  std::string_view key;  ///< from the section on: "quota.per_minute"
  bool required = false;
  std::string_view sentence;  ///< for operators: what it is
  std::function<bool(const Node&, Section&, Reader&)> read;
  std::function<std::string(const Section&)> print;  ///< the value as TOML
};

// In the order in which they are read and printed.
[[nodiscard]] const std::vector<Option<Daemon>>& daemon_options();
[[nodiscard]] const std::vector<Option<TransitionLog>>& transition_log_options();
[[nodiscard]] const std::vector<Option<Admin>>& admin_options();
[[nodiscard]] const std::vector<Option<Config>>& retention_options();
[[nodiscard]] const std::vector<Option<Region>>& region_options();
[[nodiscard]] const std::vector<Option<Webhook>>& webhook_options();

}  // namespace mactiond::config
