#include "config/loader.hpp"

#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "base/suggestion.hpp"
#include "config/check.hpp"
#include "config/check_auth.hpp"
#include "config/check_keys.hpp"
#include "config/document.hpp"
#include "config/merge.hpp"
#include "config/option_tables.hpp"
#include "config/peer_types.hpp"
#include "config/reader.hpp"
#include "config/sources.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

template <class Section>
void read_section(const Node& table, const std::string& name,
                  const std::vector<Option<Section>>& options, Section& section, Reader& reader) {
  check_keys(table, name, keys_of(options), reader);
  const bool is_whole = !name.starts_with("defaults.");
  for (const auto& option : options) {
    const Node* node = table.find(option.key);
    const bool inherited = node != nullptr && node->inherited;
    reader.enter((inherited ? "defaults." : "") + name + '.' + std::string(option.key));
    if (node != nullptr) {
      if (!option.read(*node, section, reader)) reader.mark_bad(*node);
    } else if (is_whole && option.presence == Presence::Required &&
               !reader.is_misplaced(table, option.key)) {
      reader.fail(table, "missing: " + std::string(option.sentence));
    }
  }
}

template <class Section>
void read_single(const Node& root, const std::string& name,
                 const std::vector<Option<Section>>& options, Section& section, Reader& reader) {
  const Node* table = root.find(name);
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

// Also what every table overrides; what one takes over is reported once.
void read_defaults(const Node& root, Reader& reader) {
  const Node* defaults = root.child("defaults");
  if (defaults == nullptr) return;
  reader.enter("defaults");
  if (defaults->kind != Node::Kind::Table) {
    reader.fail(*defaults, "must be a table: write [defaults.region]");
    return;
  }
  const Keys known = {"region", "webhook"};
  for (const Node& node : defaults->children) {
    reader.enter("defaults." + node.key);
    if (node.key != known[0] && node.key != known[1]) {
      const std::string guess(nearest(node.key, known));
      reader.fail(node.key_place,
                  "unknown key; " + (guess.empty() ? "there are defaults.region and "
                                                     "defaults.webhook"
                                                   : "did you mean defaults." + guess + '?'));
    } else if (const Node* name = node.child("name")) {
      reader.fail(name->key_place,
                  "a name belongs to one " + node.key + ": put it below [[" + node.key + "]]");
    }
  }
  Region region;
  read_single(root, "defaults.region", region_options(), region, reader);
  Webhook webhook;
  read_single(root, "defaults.webhook", webhook_options(), webhook, reader);
}

void read_singles(const Node& root, Config& config, Reader& reader) {
  read_single(root, "daemon", daemon_options(), config.daemon, reader);
  set_instance(root, config, reader);
  read_single(root, "transition_log", transition_log_options(), config.transition_log, reader);
  read_single(root, "admin", admin_options(), config.admin, reader);
  read_single(root, "retention", retention_options(), config, reader);
  read_single(root, "cancel", cancel_options(), config.cancel, reader);
  read_single(root, "submit", submit_options(), config.submit, reader);
  read_single(root, "enrich", enrich_options(), config.enrich, reader);
}

void read_root(const Node& root, Config& config, Reader& reader) {
  check_sections(root, reader);
  read_singles(root, config, reader);
  read_defaults(root, reader);

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

// All files as one document; a file that is no TOML is reported, and the others are not judged
// without it.
bool read_documents(const std::vector<SourceText>& sources, Node& root, Reader& reader) {
  bool good = true;
  std::vector<Node> documents;
  for (unsigned i = 0; i < sources.size(); ++i) {
    const std::string& text = sources[i].text;
    if (text.size() > kFileMax) {
      good = reader.fail(Place{1, 1, i}, "is larger than 1 MiB");
      continue;
    }
    auto document = parse_document(text, i);
    if (const auto* error = std::get_if<SyntaxError>(&document)) {
      good = reader.fail(error->place, error->message);
    } else {
      documents.push_back(std::move(std::get<Node>(document)));
    }
  }
  if (!good) return false;
  root.kind = Node::Kind::Table;
  for (Node& document : documents) merge(root, std::move(document), reader);
  apply_defaults(root);
  return true;
}

}  // namespace

LoadResult load_file(const std::string& path, const Environment& environment) {
  auto sources = read_sources(path);
  if (const auto* read = std::get_if<std::vector<SourceText>>(&sources)) {
    return load_sources(*read, environment);
  }
  LoadResult result;
  result.files.push_back(path);
  result.problems = std::move(std::get<std::vector<Problem>>(sources));
  return result;
}

LoadResult load_text(std::string_view text, const std::string& path,
                     const Environment& environment) {
  return load_sources({{path, std::string(text)}}, environment);
}

LoadResult load_sources(const std::vector<SourceText>& sources, const Environment& environment) {
  LoadResult result;
  for (const SourceText& source : sources) result.files.push_back(source.path);
  Reader reader(result.files, environment);
  if (read_documents(sources, result.document, reader)) {
    read_root(result.document, result.config, reader);
  }
  result.problems = reader.take_problems();
  return result;
}

}  // namespace mactiond::config
