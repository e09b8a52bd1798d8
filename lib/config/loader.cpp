#include "config/loader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include "base/printable.hpp"
#include "base/suggestion.hpp"
#include "config/check.hpp"
#include "config/check_auth.hpp"
#include "config/document.hpp"
#include "config/option_tables.hpp"
#include "config/peer_types.hpp"
#include "config/reader.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

constexpr std::size_t kFileMax = std::size_t{1} << 20U;

using Keys = std::vector<std::string_view>;

template <class Section>
Keys keys_of(const std::vector<Option<Section>>& options) {
  Keys keys;
  for (const auto& option : options) keys.push_back(option.key);
  return keys;
}

// What may be in the table that prefix ("" or "quota.") names, and the options elsewhere in the
// section by their last part.
std::string guess_key(std::string_view word, std::string_view prefix, const Keys& keys) {
  Keys near;
  for (const std::string_view key : keys) {
    if (!key.starts_with(prefix)) continue;
    const std::string_view rest = key.substr(prefix.size());
    near.push_back(rest.substr(0, rest.find('.')));
  }
  if (const auto guess = nearest(word, near); !guess.empty()) return std::string(guess);
  for (const std::string_view key : keys) {
    if (key.ends_with(word) && key.size() > word.size() && key[key.size() - word.size() - 1] == '.')
      return std::string(key);
  }
  return {};
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

void check_keys(const Node& table, const std::string& section, const std::string& prefix,
                const Keys& keys, Reader& reader) {
  for (const Node& node : table.children) {
    const std::string key = prefix + node.key;
    reader.enter(section + '.' + key);
    // A dot inside quotes belongs to the key itself, and no option has one.
    const bool dotted = node.key.find('.') != std::string::npos;
    if (!dotted && std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    const std::string inner = key + '.';
    const bool is_group =
        !dotted && std::any_of(keys.begin(), keys.end(),
                               [&](std::string_view known) { return known.starts_with(inner); });
    const bool of_section = std::find(keys.begin(), keys.end(), node.key) != keys.end();
    if (!is_group && of_section && !prefix.empty()) {
      reader.fail(node.key_place, "belongs to " + section + ": put it above [" + section + '.' +
                                      prefix.substr(0, prefix.size() - 1) + ']');
    } else if (!is_group) {
      report_unknown(node, guess_key(node.key, prefix, keys), reader);
    } else if (node.kind != Node::Kind::Table) {
      reader.fail(node, "must be a table: write [" + section + '.' + key + ']');
    } else {
      check_keys(node, section, inner, keys, reader);
    }
  }
}

template <class Section>
void read_section(const Node& table, const std::string& name,
                  const std::vector<Option<Section>>& options, Section& section, Reader& reader) {
  check_keys(table, name, "", keys_of(options), reader);
  for (const auto& option : options) {
    reader.enter(name + '.' + std::string(option.key));
    const Node* node = table.find(option.key);
    if (node != nullptr) {
      if (!option.read(*node, section, reader)) reader.mark_bad(*node);
    } else if (option.presence == Presence::Required) {
      reader.fail(table, "missing: " + std::string(option.sentence));
    }
  }
}

template <class Section>
void read_single(const Node& root, const std::string& name,
                 const std::vector<Option<Section>>& options, Section& section, Reader& reader) {
  const Node* table = root.child(name);
  if (table == nullptr) return;
  reader.enter(name);
  if (table->kind != Node::Kind::Table) {
    reader.fail(*table, "must be a table: write [" + name + ']');
    return;
  }
  read_section(*table, name, options, section, reader);
}

// The tables under [[name]]; anything else there is reported.
std::vector<const Node*> tables_of(const Node& root, const std::string& name, Reader& reader) {
  std::vector<const Node*> tables;
  const Node* list = root.child(name);
  if (list == nullptr) return tables;
  reader.enter(name);
  if (list->kind != Node::Kind::List) {
    reader.fail(*list, "must be a list of tables: write [[" + name + "]]");
    return tables;
  }
  for (const Node& item : list->children) {
    if (item.kind == Node::Kind::Table) {
      tables.push_back(&item);
    } else {
      reader.fail(item, "must be a table: write [[" + name + "]]");
    }
  }
  return tables;
}

// "daemon.instance" for "instance": an option whose table's line is missing.
std::string table_of(std::string_view key) {
  const std::array<std::pair<std::string_view, Keys>, 8> kTables = {
      {{"daemon", keys_of(daemon_options())},
       {"transition_log", keys_of(transition_log_options())},
       {"admin", keys_of(admin_options())},
       {"retention", keys_of(retention_options())},
       {"cancel", keys_of(cancel_options())},
       {"submit", keys_of(submit_options())},
       {"enrich", keys_of(enrich_options())},
       {"region", keys_of(region_options())}}};
  for (const auto& [table, keys] : kTables) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
      return std::string(table) + '.' + std::string(key);
    }
  }
  return {};
}

void check_sections(const Node& root, Reader& reader) {
  static const Keys kKnown = {"daemon", "transition_log", "admin",  "retention", "cancel", "submit",
                              "enrich", "region",         "policy", "webhook",   "syslog"};
  for (const Node& node : root.children) {
    if (std::find(kKnown.begin(), kKnown.end(), node.key) != kKnown.end()) continue;
    reader.enter(node.key);
    std::string guess(nearest(node.key, kKnown));
    if (guess.empty()) guess = table_of(node.key);
    report_unknown(node, guess, reader, "there are " + joined(kKnown));
  }
}

void set_instance(const Node& root, Config& config, Reader& reader) {
  if (root.find("daemon.instance") != nullptr) return;
  if (Name::fits(reader.environment().host_name)) {
    config.daemon.instance = reader.environment().host_name;
    return;
  }
  const Node* table = root.child("daemon");
  reader.enter("daemon.instance");
  reader.fail(table != nullptr ? table->place : Place{},
              "missing, and the host name cannot be used as a name");
}

void read_root(const Node& root, Config& config, Reader& reader) {
  check_sections(root, reader);
  read_single(root, "daemon", daemon_options(), config.daemon, reader);
  set_instance(root, config, reader);
  read_single(root, "transition_log", transition_log_options(), config.transition_log, reader);
  read_single(root, "admin", admin_options(), config.admin, reader);
  read_single(root, "retention", retention_options(), config, reader);
  read_single(root, "cancel", cancel_options(), config.cancel, reader);
  read_single(root, "submit", submit_options(), config.submit, reader);
  read_single(root, "enrich", enrich_options(), config.enrich, reader);

  const auto regions = tables_of(root, "region", reader);
  for (const Node* table : regions) {
    Region& region = config.regions.emplace_back();
    Cloud::apply(region.cloud, region);
    read_section(*table, "region", region_options(), region, reader);
    complete_auth(*table, region);
  }
  const auto policies = tables_of(root, "policy", reader);
  for (const Node* table : policies) {
    read_section(*table, "policy", policy_options(), config.policies.emplace_back(), reader);
  }
  const auto webhooks = tables_of(root, "webhook", reader);
  for (const Node* table : webhooks) {
    Webhook& webhook = config.webhooks.emplace_back();
    read_section(*table, "webhook", webhook_options(), webhook, reader);
    webhook.core.alerts_only = webhook.format == webhook::Format::PagerDuty;
    if (webhook.format == webhook::Format::Teams) webhook.core.digest = webhook.teams;
  }
  const auto syslogs = tables_of(root, "syslog", reader);
  for (const Node* table : syslogs) {
    read_section(*table, "syslog", syslog_options(), config.syslogs.emplace_back(), reader);
  }
  check(root, regions, policies, webhooks, syslogs, config, reader);
}

LoadResult failed(const std::string& path, Place place, std::string_view message) {
  LoadResult result;
  result.file = path;
  result.problems.push_back({path, place.line, place.column, printable(message), false});
  return result;
}

std::string errno_text() { return std::generic_category().message(errno); }

// The file's text, or why there is none.
std::pair<std::optional<std::string>, std::string> read_text(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return {std::nullopt, "cannot be read: " + errno_text()};
  std::string why;
  std::string text;
  struct stat status {};
  if (fstat(fd, &status) != 0) {
    why = "cannot be read: " + errno_text();
  } else if (S_ISDIR(status.st_mode)) {
    why = "is a directory, not a file";
  } else if (!S_ISREG(status.st_mode)) {
    why = "is not a regular file";
  }
  std::array<char, 16384> buffer{};
  while (why.empty() && text.size() <= kFileMax) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0) break;
    if (got < 0 && errno != EINTR) why = "cannot be read: " + errno_text();
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(fd);
  if (!why.empty()) return {std::nullopt, why};
  return {std::move(text), {}};
}

}  // namespace

LoadResult load_file(const std::string& path, const Environment& environment) {
  const auto [text, why] = read_text(path);
  if (!text) return failed(path, {}, why);
  return load_text(*text, path, environment);
}

LoadResult load_text(std::string_view text, const std::string& path,
                     const Environment& environment) {
  if (text.size() > kFileMax) return failed(path, {}, "is larger than 1 MiB");
  auto document = parse_document(text);
  if (const auto* error = std::get_if<SyntaxError>(&document)) {
    return failed(path, error->place, error->message);
  }
  LoadResult result;
  result.file = path;
  result.document = std::move(std::get<Node>(document));
  Reader reader(path, environment);
  read_root(result.document, result.config, reader);
  result.problems = reader.take_problems();
  return result;
}

}  // namespace mactiond::config
