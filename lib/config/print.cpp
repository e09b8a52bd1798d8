#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/printable.hpp"
#include "config/check_auth.hpp"
#include "config/loader.hpp"
#include "config/option_tables.hpp"
#include "config/peer_types.hpp"

namespace mactiond::config {
namespace {

// Where a value comes from that no file sets.
std::string origin_of_default(std::string_view key, const Daemon& /*section*/) {
  return key == "instance" ? "host name" : "built-in";
}

std::string origin_of_default(std::string_view key, const Region& region) {
  if (const auto variable = variable_behind(key, region); !variable.empty()) {
    return '$' + std::string(variable);
  }
  const bool by_cloud = key == "api" || key == "audience" || key == "authority";
  return by_cloud ? "cloud " + region.cloud : "built-in";
}

template <class Section>
std::string origin_of_default(std::string_view /*key*/, const Section& /*section*/) {
  return "built-in";
}

template <class Section>
Section defaults_of(const Section& /*section*/) {
  return Section();
}

Region defaults_of(const Region& region) {
  Region defaults;
  Cloud::apply(region.cloud, defaults);
  defaults.cloud = Region().cloud;
  return defaults;
}

class Printer {
 public:
  Printer(const LoadResult& loaded, Printed what) : loaded_(loaded), what_(what) {}

  template <class Section>
  void single(const std::string& name, const std::vector<Option<Section>>& options,
              const Section& section) {
    print(name, '[' + name + "]\n", loaded_.document.child(name), options, section);
  }

  template <class Section>
  void list(const std::string& name, const std::vector<Option<Section>>& options,
            const std::vector<Section>& sections) {
    const Node* tables = loaded_.document.child(name);
    for (std::size_t i = 0; i < sections.size(); ++i) {
      print(name, "[[" + name + "]]\n", &tables->children[i], options, sections[i]);
    }
  }

  [[nodiscard]] std::string text() const { return out_; }

 private:
  template <class Section>
  void print(const std::string& name, std::string header, const Node* table,
             const std::vector<Option<Section>>& options, const Section& section) {
    const Section defaults = defaults_of(section);
    if (!out_.empty()) header = '\n' + header;
    std::string_view group;
    for (const auto& option : options) {
      const std::string value = option.print(section);
      const Node* node = table == nullptr ? nullptr : table->find(option.key);
      const std::string origin =
          node == nullptr ? origin_of_default(option.key, section) : origin_of(*node);
      const bool is_default =
          node == nullptr ? origin.front() != '$' : value == option.print(defaults);
      if (value.empty() || (is_default && what_ == Printed::Changed)) continue;
      out_ += header;
      header.clear();
      const std::size_t dot = option.key.find('.');
      const bool nested = dot != std::string_view::npos;
      if (nested && option.key.substr(0, dot) != group) {
        group = option.key.substr(0, dot);
        out_ += '[' + name + '.' + std::string(group) + "]\n";
      }
      out_ += option.key.substr(nested ? dot + 1 : 0);
      out_ += " = " + value + "  # " + origin + "; " + std::string(option.sentence) + '\n';
    }
  }

  [[nodiscard]] std::string origin_of(const Node& node) const {
    return (node.inherited ? "defaults, " : "") + printable(loaded_.files[node.place.file]) + ':' +
           std::to_string(node.place.line);
  }

  const LoadResult& loaded_;
  Printed what_;
  std::string out_;
};

}  // namespace

std::string print(const LoadResult& loaded, Printed what) {
  const Config& config = loaded.config;
  Printer printer(loaded, what);
  printer.single("daemon", daemon_options(), config.daemon);
  printer.single("transition_log", transition_log_options(), config.transition_log);
  printer.single("admin", admin_options(), config.admin);
  printer.single("retention", retention_options(), config);
  printer.single("cancel", cancel_options(), config.cancel);
  printer.single("submit", submit_options(), config.submit);
  printer.single("enrich", enrich_options(), config.enrich);
  printer.list("region", region_options(), config.regions);
  printer.list("policy", policy_options(), config.policies);
  printer.list("webhook", webhook_options(), config.webhooks);
  printer.list("syslog", syslog_options(), config.syslogs);
  return printer.text();
}

}  // namespace mactiond::config
