#include "ops/message_id.hpp"

#include <algorithm>
#include <array>

namespace mactiond::ops {
namespace {

// Explained in systemd/mactiond.catalog. An identifier never changes.
constexpr std::array<MessageKind, 33> kKinds = {
    {{"started", "dde53983365841f5a231600da2fd4ac1"},
     {"stopped", "396df4693b794224aac9ae9e994e2396"},
     {"reloaded", "34fecd1c8514475790cff1036638aa15"},
     {"reload_refused", "881c21362e5649d8bf3fc87f8b9dfd4f"},
     {"region_degraded", "f77d907002e441ea853c695a444e14b7"},
     {"region_recovered", "c19c5e45e45d45059f23689c03f9d020"},
     {"permission_missing", "eb163c087951498e993e281053ddc01d"},
     {"credential_expiring", "312f1f4e624e4065a8141196d4ce3767"},
     {"webhook_paused", "c33846d6d2c8490887b356123eec9f8f"},
     {"webhook_resumed", "efe286727bfc47689f5d3a05b9ac4d85"},
     {"webhook_failing", "175f2692352f4a8c911b71ba5358449c"},
     {"webhook_recovered", "d3c16201d80642dd820f47a891d57a09"},
     {"webhook_disabled", "b9f708a8f8a946f4a404d2f10f8b2cf3"},
     {"delivery_dead", "8bb599ada8334e78ad059aa6a76a3966"},
     {"cancel_forbidden", "da3b8fa7b29a41d9985df0374bcc9a8e"},
     {"cancel_suppressed", "2afc0f4f5915406e8afd647ff8a9e2f3"},
     {"submission_lost", "9a5a812f30ac44b7adb672f35355aa4c"},
     {"certificate_not_usable", "7c98ce49253b4eaaace80b45c9ac55e4"},
     {"secrets_not_usable", "a0a6d527f1754b8f8d18f6571a1a4b2e"},
     {"store_failed", "2016a2b5d7fb443db55f160c2248a639"},
     {"store_not_usable", "de26657790b24362b4a095e2827e243f"},
     {"store_recovered", "34967e826b69476bb7759260edbd2239"},
     {"store_gone", "748e5ff886cd4f2599e569ba194cda2b"},
     {"store_locked", "6764a206ca6141819ca99d6c22066048"},
     {"store_row_left_out", "0b94a9707ed04e03a9414a187e9fd0b2"},
     {"transition_log_failed", "abc5d2b7520a418ab49f2606e6003a9f"},
     {"transition_log_recovered", "22679d9305e74b07aef7309901cb2327"},
     {"transition_log_not_usable", "ab42f704c9cc4069a11f21e3ba87b30a"},
     {"syslog_failed", "ecde553e31d44046b5fd1098a9f4bd4f"},
     {"syslog_events_lost", "1e287b96078d4443ba3aed08ad669a73"},
     {"socket_not_usable", "6d57dea42e7446ccbb8fe506595975ae"},
     {"listen_not_usable", "62e5d2403fd94d2aa04cfa77d93ac912"},
     {"task_failed", "12eea2e1734a487eb632a420e0366d83"}}};

}  // namespace

std::span<const MessageKind> message_kinds() { return kKinds; }

std::string_view message_id(std::string_view event) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [event](const MessageKind& kind) { return kind.event == event; });
  return found == kKinds.end() ? std::string_view() : found->id;
}

}  // namespace mactiond::ops
