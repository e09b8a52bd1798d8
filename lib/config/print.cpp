#include <string>
#include <string_view>
#include <vector>

#include "config/loader.hpp"
#include "config/option_tables.hpp"

namespace mactiond::config {
namespace {

template <class Section>
void print_section(std::string& out, const std::string& name, bool in_list,
                   const std::vector<Option<Section>>& options, const Section& section) {
  if (!out.empty()) out += '\n';
  out += in_list ? "[[" + name + "]]\n" : '[' + name + "]\n";
  std::string_view table;
  for (const auto& option : options) {
    const std::string value = option.print(section);
    if (value.empty()) continue;
    const std::size_t dot = option.key.find('.');
    const bool nested = dot != std::string_view::npos;
    if (nested && option.key.substr(0, dot) != table) {
      table = option.key.substr(0, dot);
      out += '[' + name + '.' + std::string(table) + "]\n";
    }
    out += option.key.substr(nested ? dot + 1 : 0);
    out += " = " + value + "  # " + std::string(option.sentence) + '\n';
  }
}

}  // namespace

std::string print(const Config& config) {
  std::string out;
  print_section(out, "daemon", false, daemon_options(), config.daemon);
  print_section(out, "transition_log", false, transition_log_options(), config.transition_log);
  print_section(out, "admin", false, admin_options(), config.admin);
  print_section(out, "retention", false, retention_options(), config);
  print_section(out, "cancel", false, cancel_options(), config.cancel);
  print_section(out, "submit", false, submit_options(), config.submit);
  print_section(out, "enrich", false, enrich_options(), config.enrich);
  for (const Region& region : config.regions) {
    print_section(out, "region", true, region_options(), region);
  }
  for (const core::PolicyOptions& policy : config.policies) {
    print_section(out, "policy", true, policy_options(), policy);
  }
  for (const Webhook& webhook : config.webhooks) {
    print_section(out, "webhook", true, webhook_options(), webhook);
  }
  for (const Syslog& syslog : config.syslogs) {
    print_section(out, "syslog", true, syslog_options(), syslog);
  }
  return out;
}

}  // namespace mactiond::config
