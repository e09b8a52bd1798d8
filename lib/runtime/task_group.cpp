#include "runtime/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <utility>
#include <vector>

namespace mactiond::runtime {

namespace asio = boost::asio;

TaskGroup::TaskGroup(asio::any_io_executor executor, OnFailure on_failure,
                     std::function<void()> on_end)
    : executor_(std::move(executor)),
      on_failure_(std::move(on_failure)),
      on_end_(std::move(on_end)) {}

void TaskGroup::spawn(Task<void> task) {
  const std::uint64_t id = next_++;
  auto& signal = running_.emplace(id, std::make_unique<asio::cancellation_signal>()).first->second;
  auto ended = [this, id](std::exception_ptr failure) {
    running_.erase(id);
    if (failure) on_failure_(failure);
    on_end_();
  };
  asio::co_spawn(executor_, std::move(task),
                 asio::bind_cancellation_slot(signal->slot(), std::move(ended)));
}

void TaskGroup::cancel() {
  std::vector<std::uint64_t> ids;
  ids.reserve(running_.size());
  for (const auto& [id, signal] : running_) ids.push_back(id);
  // A task may end, and leave the map, while its signal is emitted.
  for (const std::uint64_t id : ids) {
    const auto found = running_.find(id);
    if (found != running_.end()) found->second->emit(asio::cancellation_type::terminal);
  }
}

}  // namespace mactiond::runtime
