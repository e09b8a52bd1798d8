#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "event/event_record.hpp"
#include "format/line.hpp"
#include "ops/log_file.hpp"
#include "ops/log_place.hpp"

namespace mactiond::ops {

/// The events, exactly once and in seq order, one line each. The format may change from one run to
/// the next: what is in the file is read in any.
///
/// The driver commits position() in the transaction that stores new events, then calls append().
/// After a crash open() reads the file from the committed offset on, cuts a torn last line off
/// and knows from the whole lines found how far it got, also where the file was renamed since
/// (the inode is searched in the same directory) or copied beside it and then emptied or removed.
class TransitionLog {
 public:
  /// The file is locked until the log is closed: Errc::StoreInUse if another holds it.
  /// Errc::PathNotUsable with the cause in `where`, also if the file holds events that the store
  /// does not know.
  [[nodiscard]] static Result<TransitionLog> open(const LogOpening& opening);

  /// The next event to be written, and where.
  [[nodiscard]] LogFilePosition position() const;

  /// Writes the lines of events, whose first seq is position().first_seq, without a gap. On an
  /// error (disk full, …) the whole lines written so far count, a torn one is cut off, and the
  /// rest can be given again later. A first seq beyond position().first_seq is an error too: the
  /// store no longer has the events in between. A sync that fails takes its lines back: position()
  /// is the last one known to be durable then, and they are to be given again.
  [[nodiscard]] Result<void> append(const std::vector<core::EventRecord>& events);

  /// Closes the file and opens path again (after a rotation). The caller commits position()
  /// before the next append. On an error the old file stays in use.
  [[nodiscard]] Result<void> reopen();

  /// Whether path no longer names the open file (renamed, removed).
  [[nodiscard]] bool moved() const;

 private:
  TransitionLog(const LogOpening& opening, File file, LogFilePosition position);
  [[nodiscard]] std::string one_line(const core::EventRecord& event) const;
  [[nodiscard]] Result<void> follow_size();
  [[nodiscard]] Result<void> write_lines(std::string_view text);
  [[nodiscard]] Result<void> make_durable();
  [[nodiscard]] Result<void> undo_unsynced();
  [[nodiscard]] Error missing(std::uint64_t seq, const std::string& text);

  std::string path_;
  LogSync sync_;
  format::LineFormat format_;
  File file_;
  LogFilePosition position_;
  LogFilePosition durable_;  ///< as position_, after the last sync that succeeded
  bool unsynced_ = false;    ///< what follows durable_ has yet to be cut off
};

}  // namespace mactiond::ops
