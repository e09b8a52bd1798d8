#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// Whether a section must have an option.
enum class Presence : std::uint8_t { Optional, Required, Depends };

/// One option of a section: a row of the table that reads, checks and prints the configuration.
template <class Section>
struct Option {
  std::string_view key;  ///< from the section on: "quota.per_minute"
  Presence presence = Presence::Optional;
  std::string_view sentence;  ///< for operators: what it is
  std::function<bool(const Node&, Section&, Reader&)> read;
  std::function<std::string(const Section&)> print;  ///< the value as TOML; empty: not set
};

inline constexpr Presence kRequired = Presence::Required;
inline constexpr Presence kOptional = Presence::Optional;
/// On what other options hold: a check decides.
inline constexpr Presence kDepends = Presence::Depends;

/// Adds a row whose value is the part of the section that access names.
template <class Section, class Kind, class Access>
void add(std::vector<Option<Section>>& options, std::string_view key, Presence presence, Kind kind,
         Access access, std::string_view sentence) {
  auto read = [kind, access](const Node& node, Section& section, Reader& reader) {
    return kind.read(node, access(section), reader);
  };
  auto print = [kind, access](const Section& section) { return kind.print(access(section)); };
  options.push_back({key, presence, sentence, std::move(read), std::move(print)});
}

}  // namespace mactiond::config
