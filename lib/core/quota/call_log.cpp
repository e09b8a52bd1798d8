#include "core/quota/call_log.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kFine = 1s;
constexpr Duration kCoarse = 30s;
/// Calls younger than this are kept by the second.
constexpr Duration kFineFor = 1min + kSendWithin;
constexpr std::int64_t kCountMax = 10'000'000;
constexpr std::size_t kTotalMax = 100'000'000;

// The end of the slice that holds the time; it belongs to the slice.
MonoTime slice_end(MonoTime time, Duration length) {
  const auto since = time.time_since_epoch() % length;
  if (since == Duration{}) return time;
  return time - since + (since > Duration{} ? length : Duration{});
}

std::optional<std::int64_t> take_number(std::string_view& text, std::int64_t most) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0 || value > most) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

void CallLog::add(MonoTime now) {
  while (!slices_.empty() && slices_.front().last <= now - kRemembered) {
    total_ -= static_cast<std::size_t>(slices_.front().count);
    slices_.pop_front();
  }
  ++total_;
  // What was restored may lie a part of a second ahead.
  if (!slices_.empty()) now = std::max(now, slices_.back().last);
  if (slices_.empty() || slice_end(slices_.back().last, kFine) != slice_end(now, kFine)) {
    slices_.push_back({now, 1});
    return;
  }
  slices_.back().last = now;
  ++slices_.back().count;
}

int CallLog::count(Duration window, MonoTime now) const {
  int count = 0;
  for (auto slice = slices_.rbegin(); slice != slices_.rend(); ++slice) {
    if (slice->last <= now - window) break;
    count += slice->count;
  }
  return count;
}

std::optional<MonoTime> CallLog::time_of_last(std::size_t count) const {
  MACTIOND_ASSERT(count > 0);
  if (total_ < count) return std::nullopt;
  std::size_t later = 0;
  for (auto slice = slices_.rbegin(); slice != slices_.rend(); ++slice) {
    later += static_cast<std::size_t>(slice->count);
    if (later >= count) return slice->last;
  }
  return std::nullopt;
}

// Each slice as "seconds to the one after it*calls", the newest first: "0*2 3*1 30*12".
CallLog::Stored CallLog::stored() const {
  Stored stored;
  if (slices_.empty()) return stored;
  stored.end = slice_end(slices_.back().last, kFine);
  MonoTime after = stored.end;
  for (auto slice = slices_.rbegin(); slice != slices_.rend();) {
    const MonoTime last = slice_end(slice->last, kFine);
    const Duration length = stored.end - last < kFineFor ? kFine : kCoarse;
    const MonoTime end = slice_end(last, length);
    int count = 0;
    for (; slice != slices_.rend() && slice_end(slice->last, length) == end; ++slice) {
      count += slice->count;
    }
    if (!stored.text.empty()) stored.text += ' ';
    stored.text += std::to_string(to_seconds(after - last)) + '*' + std::to_string(count);
    stored.total += count;
    after = last;
  }
  return stored;
}

bool CallLog::restore(std::string_view text, MonoTime end) {
  std::vector<Slice> slices;
  std::size_t total = 0;
  MonoTime last = end;
  while (!text.empty()) {
    if (!slices.empty() && !take(text, ' ')) return false;
    const auto seconds = take_number(text, to_seconds(kRemembered));
    if (!seconds || !take(text, '*')) return false;
    const auto count = take_number(text, kCountMax);
    if (!count || *count == 0) return false;
    last -= std::chrono::seconds(*seconds);
    total += static_cast<std::size_t>(*count);
    if (end - last > kRemembered + kCoarse || total > kTotalMax) return false;
    slices.push_back({last, static_cast<int>(*count)});
  }
  slices_.assign(slices.rbegin(), slices.rend());
  total_ = total;
  return true;
}

}  // namespace mactiond::core
