#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "core/batch.hpp"
#include "core/rows.hpp"

namespace mactiond::core {

/// Marks of successful deliveries that wait a moment for one commit of many.
///
/// They alone may wait: a mark that is lost in a crash has its event sent once more, with the same
/// id, which receivers must expect anyway. Whatever reads the store has to write them first: it
/// hands out what is not marked, and the next event of the same action only after the mark.
class DeliveredMarks {
 public:
  /// Takes the rows over if they hold such marks and nothing else; writes is empty then.
  void absorb(Batch& writes, MonoTime now);
  /// Puts the waiting marks before the rows that are committed now.
  void drain_into(Batch& writes);

  [[nodiscard]] bool empty() const { return ends_.empty(); }
  /// When the waiting marks must be committed at the latest; nothing if there are none.
  [[nodiscard]] std::optional<MonoTime> due() const { return due_; }

 private:
  std::vector<DeliveryEndRow> ends_;
  std::optional<MonoTime> due_;
};

}  // namespace mactiond::core
