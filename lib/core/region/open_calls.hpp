#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "action/machine_action.hpp"
#include "action/quota_kind.hpp"
#include "base/time.hpp"
#include "core/command.hpp"
#include "core/region/lookup_queue.hpp"

namespace mactiond::core {

/// A call of a region, from its command to its answer.
struct RegionCall {
  enum class Kind : std::uint8_t {
    Token,
    Poll,
    Sweep,
    CancelRead,
    CancelPost,
    Start,
    LookupMany,
    LookupOne,
    Ask,
    Machine
  };
  Kind kind = Kind::Poll;
  std::vector<ActionId> ids{};  ///< of a lookup or a cancel
  MonoTime sent{};
  ManyIds many = ManyIds::None;  ///< of a LookupMany
  int top = 0;                   ///< of a list
  QuotaKind quota = QuotaKind::Api;
  std::string submission{};    ///< of a Start
  std::uint64_t question = 0;  ///< of an Ask: its number
  std::string machine{};       ///< of a Machine
};

/// The calls of a region that have no answer yet.
class OpenCalls {
 public:
  void add(CommandId id, RegionCall call);
  /// The answer is here.
  [[nodiscard]] RegionCall end(CommandId id);

  [[nodiscard]] std::size_t lookups() const;
  /// Whether the region or its token is being asked for.
  [[nodiscard]] bool has_poll_or_token() const;

 private:
  std::map<CommandId, RegionCall> calls_;
};

}  // namespace mactiond::core
