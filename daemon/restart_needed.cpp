#include "restart_needed.hpp"

#include <algorithm>
#include <utility>

namespace mactiond::daemon {
namespace {

class Comparison {
 public:
  template <class Value>
  void key(const std::string& name, const Value& running, const Value& next) {
    if (running == next) return;
    found_.push_back(name + " cannot change while the daemon runs: put it back, or restart");
  }
  std::vector<std::string> found() { return std::move(found_); }

 private:
  std::vector<std::string> found_;
};

void compare(Comparison& compared, const config::Region& running, const config::Region& next) {
  const std::string name = "region " + running.core.name + ": ";
  compared.key(name + "api", running.api, next.api);
  compared.key(name + "tenant_id", running.tenant_id, next.tenant_id);
  compared.key(name + "client_id", running.application(), next.application());
}

}  // namespace

std::vector<std::string> restart_needed(const config::Config& running, const config::Config& next) {
  Comparison compared;
  compared.key("daemon.instance", running.daemon.instance, next.daemon.instance);
  compared.key("daemon.state_dir", running.daemon.state_dir, next.daemon.state_dir);
  compared.key("daemon.log_level", running.daemon.log_level, next.daemon.log_level);
  compared.key("transition_log.path", running.transition_log.path, next.transition_log.path);
  compared.key("transition_log.format", running.transition_log.format, next.transition_log.format);
  compared.key("transition_log.sync", running.transition_log.sync, next.transition_log.sync);
  compared.key("admin.socket", running.admin.socket, next.admin.socket);
  compared.key("admin.listen", running.admin.listen, next.admin.listen);
  compared.key("syslog", running.syslogs, next.syslogs);
  for (const config::Region& region : next.regions) {
    const auto before = std::find_if(
        running.regions.begin(), running.regions.end(),
        [&](const config::Region& candidate) { return candidate.core.name == region.core.name; });
    if (before != running.regions.end()) compare(compared, *before, region);
  }
  return compared.found();
}

}  // namespace mactiond::daemon
