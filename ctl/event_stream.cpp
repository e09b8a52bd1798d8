#include "event_stream.hpp"

#include <cstddef>
#include <utility>

namespace mactiond::ctl {
namespace {

constexpr std::size_t kLineMax = std::size_t{64} << 20U;

}  // namespace

bool EventStream::push(std::string_view bytes, const std::function<bool(std::string_view)>& take) {
  rest_ += bytes;
  std::size_t begin = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    const std::string line = rest_.substr(begin, end - begin);
    begin = end + 1;
    if (!take_line(line, take)) return false;
  }
  rest_.erase(0, begin);
  return rest_.size() <= kLineMax;
}

bool EventStream::take_line(std::string_view line,
                            const std::function<bool(std::string_view)>& take) {
  constexpr std::string_view kData = "data: ";
  constexpr std::string_view kId = "id: ";
  if (line.starts_with(kId)) id_ = line.substr(kId.size());
  if (line.starts_with(kData)) data_ = line.substr(kData.size());
  if (!line.empty()) return true;
  // Only now, or an event that was cut off would count as seen.
  const std::string id = std::exchange(id_, {});
  const std::string data = std::exchange(data_, {});
  if (!id.empty()) last_id_ = id;
  return data.empty() || take(data);
}

}  // namespace mactiond::ctl
