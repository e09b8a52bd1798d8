#include "config/check_enrich.hpp"

#include <array>
#include <string>

namespace mactiond::config {
namespace {

constexpr std::array<std::string_view, 2> kMachineKeys = {"machine_group", "machine_tag"};

}  // namespace

void check_machine_keys(const Node& root, const std::vector<const Node*>& tables,
                        std::string_view section, std::string_view group, const Config& config,
                        Reader& reader) {
  if (config.enrich.machine || !reader.is_good(root.find("enrich.machine"))) return;
  for (const Node* table : tables) {
    for (const std::string_view key : kMachineKeys) {
      const std::string path = std::string(group) + '.' + std::string(key);
      const Node* list = table->find(path);
      if (list == nullptr || !reader.is_good(list) || list->children.empty()) continue;
      reader.enter(std::string(section) + '.' + path);
      reader.fail(*list, "nothing is known of machines: write machine = true in [enrich]");
    }
  }
}

}  // namespace mactiond::config
