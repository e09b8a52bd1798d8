#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "action/known_values.hpp"
#include "base/suggestion.hpp"
#include "base/text.hpp"
#include "config/option_tables.hpp"
#include "config/toml_text.hpp"
#include "config/value_types.hpp"
#include "http/metadata_address.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

constexpr std::size_t kLinkHostsMax = 32;
constexpr std::size_t kHostMax = 253;
constexpr std::size_t kLabelMax = 63;
/// Each waits in memory and in the store until it is sent.
constexpr int kSubmissionsMax = 10'000;

/// Calls take with each item that is text and not in the list before; false where one was wrong.
template <class Take>
bool read_items(const Node& node, std::string_view wanted, Reader& reader, Take take) {
  if (node.kind != Node::Kind::List) return wrong_type(node, "a list of texts", reader);
  bool good = true;
  Texts before;
  for (const Node& item : node.children) {
    if (!is_text(item, wanted, reader)) {
      good = false;
    } else if (std::find(before.begin(), before.end(), to_lower(item.text)) != before.end()) {
      reader.warn(item.place, shown(item.text) + " is in the list already");
    } else {
      before.push_back(to_lower(item.text));
      good = take(item) && good;
    }
  }
  return good;
}

/// Types that can be started, by their whole names: what is started is never left to a glob.
struct StartableTypes {
  bool read(const Node& node, Texts& value, Reader& reader) const {
    Texts types;
    const bool good = read_items(node, "an action type in quotes", reader, [&](const Node& item) {
      types.push_back(item.text);
      return is_type(item, reader);
    });
    if (good) value = std::move(types);
    return good;
  }
  [[nodiscard]] std::string print(const Texts& value) const { return toml_list(value); }

 private:
  static bool is_type(const Node& item, Reader& reader) {
    const auto known = startable_action_types();
    if (std::find(known.begin(), known.end(), item.text) != known.end()) return true;
    std::string message = "must be one of " + joined(known) + ", not " + shown(item.text);
    const std::string_view guess = nearest(item.text, known);
    if (!guess.empty()) message += "; did you mean " + std::string(guess) + '?';
    return reader.fail(item, message);
  }
};

bool is_label(std::string_view label) {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !label.empty() && label.size() <= kLabelMax &&
         std::all_of(label.begin(), label.end(), is_fit);
}

bool is_host(std::string_view text) {
  if (text.size() > kHostMax) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

/// "files.example", or "*.files.example" for every name below it.
struct LinkHosts {
  bool read(const Node& node, Texts& value, Reader& reader) const {
    Texts hosts;
    const bool good = read_items(node, kWanted, reader, [&](const Node& item) {
      hosts.push_back(item.text);
      return is_link_host(item, reader);
    });
    if (!good) return false;
    if (hosts.size() > kLinkHostsMax) {
      return reader.fail(node, "must have at most " + std::to_string(kLinkHostsMax) + " hosts");
    }
    value = std::move(hosts);
    return true;
  }
  [[nodiscard]] std::string print(const Texts& value) const { return toml_list(value); }

 private:
  static constexpr std::string_view kWanted =
      R"(a host name like "files.example" or "*.files.example", without a scheme or port)";
  static bool is_link_host(const Node& item, Reader& reader) {
    std::string_view host = item.text;
    const bool below = host.starts_with("*.");
    if (below) host.remove_prefix(2);
    if (!is_host(host) || http::literal_bytes(std::string(host))) {
      return reader.fail(item, "must be " + std::string(kWanted) + ", not " + shown(item.text));
    }
    if (below && host.find('.') == std::string_view::npos) {
      return reader.fail(item, shown(item.text) + " fits too many hosts: give at least two " +
                                   "labels after \"*.\"");
    }
    return true;
  }
};

}  // namespace

const std::vector<Option<core::SubmitOptions>>& submit_options() {
  static const auto kOptions = [] {
    std::vector<Option<core::SubmitOptions>> options;
    add(
        options, "enabled", kOptional, Boolean{}, [](auto& s) -> auto& { return s.enabled; },
        "true: actions can be started through the daemon");
    add(
        options, "types", kOptional, StartableTypes{}, [](auto& s) -> auto& { return s.types; },
        "action types that may be started, by their whole names");
    add(
        options, "max_per_hour", kOptional, IntegerRange{0, kSubmissionsMax},
        [](auto& s) -> auto& { return s.max_per_hour; },
        "submissions of all regions in any trailing hour; 0: nothing is ever started");
    add(
        options, "link_hosts", kOptional, LinkHosts{},
        [](auto& s) -> auto& { return s.link_hosts; },
        "hosts that links to packages and results may lead to; empty: those of the region's cloud");
    add(
        options, "send_within", kOptional, DurationRange{1s, 24h},
        [](auto& s) -> auto& { return s.send_within; },
        "a submission that cannot be sent within this time expires and is never sent");
    return options;
  }();
  return kOptions;
}

}  // namespace mactiond::config
