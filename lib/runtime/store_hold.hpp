#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "core/command.hpp"
#include "core/step.hpp"
#include "store/store.hpp"

namespace mactiond::runtime {

/// Why nothing may be started: what was decided waits because another program holds the store's
/// write lock, or it can no longer be stored because the store's files are gone.
class StoreHold {
 public:
  [[nodiscard]] bool holds() const { return waits() || is_gone(); }
  [[nodiscard]] bool waits() const { return waiting_.has_value(); }
  [[nodiscard]] bool is_gone() const { return gone_.has_value(); }

  /// The step was not stored: it waits. After two seconds that is logged.
  void wait(core::Step step, MonoTime now);
  /// Commands that wait with the step.
  void set_commands(std::vector<core::Command> commands) {
    waiting_->commands = std::move(commands);
  }
  /// The step that waits, to be stored now: then release(), else wait() again.
  [[nodiscard]] core::Step take() { return std::exchange(*waiting_, {}); }
  void release(MonoTime now);

  /// Looks for the store's files, every four seconds, or at once after a commit that met other
  /// content. True when they are gone for the first time.
  [[nodiscard]] bool look(store::Store& store, MonoTime now);

  /// Why nothing may be started now.
  [[nodiscard]] std::optional<Error> refusal() const;
  /// What operators must know of. A lock is no trouble in its first half minute.
  [[nodiscard]] std::optional<std::string> trouble(MonoTime now) const;

 private:
  [[nodiscard]] std::string gone_text() const;

  std::optional<core::Step> waiting_;
  MonoTime waiting_since_{};
  bool reported_ = false;
  std::optional<std::string>
      gone_;  ///< which file of the store was removed, replaced or overwritten
  MonoTime looked_{};
};

}  // namespace mactiond::runtime
