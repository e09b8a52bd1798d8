#pragma once

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/submission.hpp"
#include "unit/admin/fake_backend.hpp"

namespace mactiond::admin {

inline const std::string kMachine = "1234567890abcdef1234567890abcdef12345678";
inline const std::string kSubmission = "sub_0123456789abcdef0123456789abcdef";

/// It follows one region, and takes every order as this submission.
inline FakeBackend daemon_of_one_region() {
  FakeBackend backend;
  backend.engine.regions.emplace_back();
  backend.engine.regions.back().name = "eu";
  backend.reply = core::SubmissionAccepted{kSubmission, true};
  return backend;
}

inline core::Submission submission(const std::string& id = kSubmission,
                                   core::SubmissionState state = core::SubmissionState::Queued) {
  core::Submission one;
  one.id = id;
  one.order.region = "eu";
  one.order.machine = kMachine;
  one.order.request = RunScan{};
  one.order.comment = "after the incident";
  one.order.by = {"alice (uid 1000)", ""};
  one.state = state;
  one.asked.wall = WallTime(std::chrono::hours(24 * 365 * 50));
  return one;
}

/// A body that is right.
inline boost::json::object scan_body() {
  return {{"machine", kMachine}, {"type", "RunAntiVirusScan"}, {"comment", "after the incident"}};
}

inline http::Response submit(FakeBackend& backend, const boost::json::object& body,
                             const std::vector<http::Header>& more = {}) {
  std::vector<http::Header> headers = {{"Content-Type", "application/json"}};
  headers.insert(headers.end(), more.begin(), more.end());
  return backend.ask("/v1/submissions", "POST", std::move(headers), boost::json::serialize(body));
}

/// The scan with one member set.
inline http::Response submit_with(FakeBackend& backend, const std::string& key,
                                  const boost::json::value& value) {
  boost::json::object body = scan_body();
  body[key] = value;
  return submit(backend, body);
}

inline const core::SubmissionOrder& ordered(const FakeBackend& backend) {
  return std::get<core::AskSubmission>(*backend.operated).order;
}

inline std::string detail(const http::Response& response) {
  return std::string(boost::json::parse(response.body).as_object().at("detail").as_string());
}

inline std::string header(const http::Response& response, std::string_view name) {
  return std::string(http::find_header(response.headers, name).value_or("absent"));
}

}  // namespace mactiond::admin
