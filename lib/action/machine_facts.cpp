#include "action/machine_facts.hpp"

#include <cstddef>

namespace mactiond {
namespace {

constexpr std::size_t kTagBytesMax = 16UL * 1024;

}  // namespace

MachineFacts facts_of(const Machine& machine) {
  MachineFacts facts;
  facts.marks.group = machine.rbac_group_name;
  facts.os_platform = machine.os_platform;
  facts.health_status = machine.health_status;
  std::size_t bytes = 0;
  for (const std::string& tag : machine.tags) {
    bytes += tag.size();
    if (bytes > kTagBytesMax) break;
    facts.marks.tags.push_back(tag);
  }
  return facts;
}

}  // namespace mactiond
