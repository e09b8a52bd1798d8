#include "config/check_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/suggestion.hpp"
#include "config/option_tables.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

bool contains(const Keys& keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// "quota.per_hour" for "per_hour": an option of another table of the section.
std::string same_word(std::string_view word, const Keys& keys) {
  for (const std::string_view key : keys) {
    if (key.ends_with(word) && key.size() > word.size() && key[key.size() - word.size() - 1] == '.')
      return std::string(key);
  }
  return {};
}

// What may be in the table that prefix ("" or "quota.") names.
std::string near_word(std::string_view word, std::string_view prefix, const Keys& keys) {
  Keys near;
  for (const std::string_view key : keys) {
    if (!key.starts_with(prefix)) continue;
    const std::string_view rest = key.substr(prefix.size());
    near.push_back(rest.substr(0, rest.find('.')));
  }
  return std::string(nearest(word, near));
}

using Table = std::pair<std::string_view, Keys>;

const std::array<Table, 8>& all_tables() {
  static const std::array<Table, 8> kTables = {
      {{"daemon", keys_of(daemon_options())},
       {"transition_log", keys_of(transition_log_options())},
       {"admin", keys_of(admin_options())},
       {"retention", keys_of(retention_options())},
       {"cancel", keys_of(cancel_options())},
       {"submit", keys_of(submit_options())},
       {"enrich", keys_of(enrich_options())},
       {"region", keys_of(region_options())}}};
  return kTables;
}

// "daemon" for "instance": the section of an option whose table's line is missing.
std::string_view section_of(std::string_view key) {
  for (const auto& [section, keys] : all_tables()) {
    if (contains(keys, key)) return section;
  }
  return {};
}

std::string in_brackets(std::string_view section) {
  return section == "region" ? "[[region]]" : '[' + std::string(section) + ']';
}

void report_unknown(const Node& node, const std::string& guess, Reader& reader,
                    const std::string& otherwise = {}) {
  std::string message = "unknown key";
  if (!guess.empty()) {
    message += "; did you mean " + guess + '?';
  } else if (node.key.find('.') != std::string::npos) {
    message += "; a dot in quotes is a part of the key: leave the quotes out";
  } else if (!otherwise.empty()) {
    message += "; " + otherwise;
  }
  reader.fail(node.key_place, message);
}

class KeyCheck {
 public:
  KeyCheck(const Node& table, const std::string& section, const Keys& keys, Reader& reader)
      : top_(table), section_(section), keys_(keys), reader_(reader) {}

  void check(const Node& table, const std::string& prefix) {
    for (const Node& node : table.children) {
      if (!node.inherited || node.kind == Node::Kind::Table) check_key(node, prefix);
    }
  }

 private:
  void check_key(const Node& node, const std::string& prefix) {
    const std::string key = prefix + node.key;
    reader_.enter(section_ + '.' + key);
    // A dot inside quotes belongs to the key itself, and no option has one.
    const bool dotted = node.key.find('.') != std::string::npos;
    if (!dotted && contains(keys_, key)) return;
    const std::string inner = key + '.';
    const bool is_group =
        !dotted && std::any_of(keys_.begin(), keys_.end(),
                               [&](std::string_view known) { return known.starts_with(inner); });
    if (!is_group) {
      if (!node.inherited) report(node, prefix);
    } else if (node.kind != Node::Kind::Table) {
      reader_.fail(node, "must be a table: write [" + section_ + '.' + key + ']');
    } else {
      check(node, inner);
    }
  }

  void report(const Node& node, const std::string& prefix) {
    const bool in_group = !prefix.empty();
    if (in_group && contains(keys_, node.key)) return misplaced(node, node.key, prefix);
    const std::string elsewhere = same_word(node.key, keys_);
    if (in_group && !elsewhere.empty()) return misplaced(node, elsewhere, prefix);
    std::string guess = near_word(node.key, prefix, keys_);
    if (guess.empty() && !elsewhere.empty()) {
      reader_.mark_misplaced(top_, elsewhere);
      guess = elsewhere;
    }
    if (!guess.empty()) return report_unknown(node, guess, reader_);
    report_foreign(node);
  }

  // A key behind the line of a table belongs to that table: the commonest slip of TOML.
  void misplaced(const Node& node, const std::string& key, const std::string& prefix) {
    reader_.mark_misplaced(top_, key);
    const std::size_t dot = key.find('.');
    if (dot == std::string::npos) {
      reader_.fail(node.key_place, "belongs to " + section_ + ": put it above [" + section_ + '.' +
                                       prefix.substr(0, prefix.size() - 1) + ']');
    } else {
      const std::string table = section_ + '.' + key.substr(0, dot);
      reader_.fail(node.key_place, "belongs to " + table + ": put it below [" + table + ']');
    }
  }

  void report_foreign(const Node& node) {
    const std::string_view other = section_of(node.key);
    const bool dotted = node.key.find('.') != std::string::npos;
    if (other.empty() || dotted || node.key == "name") return report_unknown(node, {}, reader_);
    reader_.fail(node.key_place,
                 "belongs to " + std::string(other) + ": put it below " + in_brackets(other));
  }

  const Node& top_;
  const std::string& section_;
  const Keys& keys_;
  Reader& reader_;
};

}  // namespace

void check_keys(const Node& table, const std::string& section, const Keys& keys, Reader& reader) {
  KeyCheck(table, section, keys, reader).check(table, "");
}

void check_sections(const Node& root, Reader& reader) {
  static const Keys kKnown = {"daemon", "transition_log", "admin",   "retention",
                              "cancel", "submit",         "enrich",  "defaults",
                              "region", "policy",         "webhook", "syslog"};
  for (const Node& node : root.children) {
    if (contains(kKnown, node.key)) continue;
    reader.enter(node.key);
    std::string guess(nearest(node.key, kKnown));
    if (const auto section = section_of(node.key); guess.empty() && !section.empty()) {
      guess = std::string(section) + '.' + node.key;
    }
    report_unknown(node, guess, reader, "there are " + joined(kKnown));
  }
}

}  // namespace mactiond::config
