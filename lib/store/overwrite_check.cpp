#include "store/overwrite_check.hpp"

#include <utility>

namespace mactiond::store {
namespace {

constexpr std::size_t kHeader = 100;
// The format of the WAL-index: https://www.sqlite.org/walformat.html
constexpr int kRegion = 32 * 1024;
constexpr std::array<std::size_t, 4> kTraceAt{32, 36, 96, 128};

}  // namespace

OverwriteCheck::OverwriteCheck(SQLite::Database& database) {
  ::sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file_);
  page_ = database.execAndGet("PRAGMA page_size").getUInt();
  const auto root =
      database.execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = 'counter'").getInt64();
  counter_at_ = (root - 1) * static_cast<std::int64_t>(page_);
}

bool OverwriteCheck::overwritten() {
  const auto before = read_trace();
  auto fingerprint = read_fingerprint();
  const auto after = read_trace();
  if (!before || !fingerprint || !after) return false;
  // While a checkpoint runs, or after one that was killed, the file may change without a trace.
  const bool at_rest = trace_[2] == trace_[3];
  const bool changed = fingerprint_ && *fingerprint != *fingerprint_;
  if (changed && at_rest && *after == trace_) return true;
  trace_ = *before;
  fingerprint_ = std::move(*fingerprint);
  return false;
}

std::optional<OverwriteCheck::Trace> OverwriteCheck::read_trace() {
  if (file_ == nullptr || file_->pMethods == nullptr || file_->pMethods->iVersion < 2) return {};
  volatile void* index = nullptr;
  if (file_->pMethods->xShmMap(file_, 0, kRegion, 0, &index) != SQLITE_OK) return {};
  if (index == nullptr) return {};
  Trace trace{};
  const auto* words = static_cast<volatile std::uint32_t*>(index);
  for (std::size_t i = 0; i < trace.size(); ++i) trace[i] = words[kTraceAt[i] / sizeof *words];
  return trace;
}

std::optional<std::string> OverwriteCheck::read_fingerprint() {
  sqlite3_int64 size = 0;
  if (file_ == nullptr || file_->pMethods == nullptr) return {};
  if (file_->pMethods->xFileSize(file_, &size) != SQLITE_OK) return {};
  std::string fingerprint = std::to_string(size);
  if (!append(fingerprint, kHeader, 0) || !append(fingerprint, page_, counter_at_)) return {};
  return fingerprint;
}

/// False if it could not be read. What is beyond the end reads as zeros.
bool OverwriteCheck::append(std::string& fingerprint, std::size_t bytes, std::int64_t offset) {
  std::string part(bytes, '\0');
  const int code = file_->pMethods->xRead(file_, part.data(), static_cast<int>(bytes), offset);
  fingerprint += part;
  return code == SQLITE_OK || code == SQLITE_IOERR_SHORT_READ;
}

}  // namespace mactiond::store
