#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/submission.hpp"
#include "unit/store/rows.hpp"

namespace mactiond::store {

/// The row of one that was just asked for.
inline core::Submission queued_submission(const std::string& id, std::string region = "eu") {
  core::Submission row;
  row.id = id;
  row.order.region = std::move(region);
  row.order.machine = "m-1";
  row.order.request = RunScan{};
  row.order.comment = "look";
  row.order.by = {"alice (uid 1000)", {}};
  row.asked = {at(0), at(1), "boot-1", MonoTime(std::chrono::seconds(5))};
  return row;
}

inline core::Submission ended_submission(const std::string& id, core::SubmissionState state,
                                         std::int64_t ended) {
  core::Submission row = queued_submission(id);
  row.state = state;
  row.ended = at(ended);
  return row;
}

/// One in which every member differs from its default.
inline core::Submission full_submission(const std::string& id) {
  const auto stamp = [](std::int64_t seconds) {
    return core::SubmitStamp{at(seconds), at(seconds + 1), "boot-" + std::to_string(seconds),
                             MonoTime(std::chrono::seconds(seconds))};
  };
  core::Submission row = queued_submission(id);
  row.order.request = Isolate{Isolate::Scope::Selective};
  row.order.by.note = "case 7";
  row.order.key = "key";
  row.order.body_hash = 0xfedcba9876543210;
  row.order.on_blocker = core::OnBlocker::Cancel;
  row.order.wait_blocker = std::chrono::minutes(7);
  row.state = core::SubmissionState::Succeeded;
  row.asked = stamp(10);
  row.waiting = stamp(20);
  row.unblocked = stamp(30);
  row.posted = stamp(40);
  row.posts = 3;
  row.action.value = "a-1";
  row.blocked_by.value = "b-1";
  row.reason = "why";
  row.answer = "201";
  row.submitted = at(50);
  row.ended = at(60);
  return row;
}

}  // namespace mactiond::store
