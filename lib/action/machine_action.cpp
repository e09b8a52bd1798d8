#include "action/machine_action.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace mactiond {
namespace {

using Type = ActionType::Known;
using Status = ActionStatus::Known;

constexpr std::array<std::pair<Type, std::string_view>, 10> kTypes{{
    {Type::RunAntiVirusScan, "RunAntiVirusScan"},
    {Type::Offboard, "Offboard"},
    {Type::LiveResponse, "LiveResponse"},
    {Type::CollectInvestigationPackage, "CollectInvestigationPackage"},
    {Type::Isolate, "Isolate"},
    {Type::Unisolate, "Unisolate"},
    {Type::StopAndQuarantineFile, "StopAndQuarantineFile"},
    {Type::RestrictCodeExecution, "RestrictCodeExecution"},
    {Type::UnrestrictCodeExecution, "UnrestrictCodeExecution"},
    {Type::RequestSample, "RequestSample"},
}};

constexpr std::array<std::pair<Status, std::string_view>, 6> kStatuses{{
    {Status::Pending, "Pending"},
    {Status::InProgress, "InProgress"},
    {Status::Succeeded, "Succeeded"},
    {Status::Failed, "Failed"},
    {Status::TimeOut, "TimeOut"},
    {Status::Cancelled, "Cancelled"},
}};

template <class Table>
auto find_by_text(const Table& table, std::string_view text) {
  return std::find_if(table.begin(), table.end(),
                      [text](const auto& row) { return iequals(row.second, text); });
}

template <class Table, class Value>
std::string_view find_text(const Table& table, Value value, const std::string& other) {
  for (const auto& [known, text] : table) {
    if (known == value) return text;
  }
  return other.empty() ? std::string_view("Unknown") : std::string_view(other);
}

}  // namespace

ActionType ActionType::parse(std::string_view text) {
  std::string packed(text);
  std::erase(packed, ' ');
  ActionType type;
  if (const auto row = find_by_text(kTypes, packed); row != kTypes.end()) {
    type.known_ = row->first;
  } else if (!iequals(text, "Unknown")) {
    type.other_ = text;
  }
  return type;
}

std::string_view ActionType::text() const { return find_text(kTypes, known_, other_); }

ActionStatus ActionStatus::parse(std::string_view text) {
  ActionStatus status;
  if (const auto row = find_by_text(kStatuses, text); row != kStatuses.end()) {
    status.known_ = row->first;
  } else if (iequals(text, "Canceled")) {
    status.known_ = Known::Cancelled;
  } else if (!iequals(text, "Unknown")) {
    status.other_ = text;
  }
  return status;
}

std::string_view ActionStatus::text() const { return find_text(kStatuses, known_, other_); }

int ActionStatus::rank() const {
  if (is_final()) return 2;
  return known_ == Known::Pending ? 0 : 1;
}

WallTime MachineAction::stamp() const {
  if (last_update) return *last_update;
  return created.value_or(WallTime{});
}

int completed_commands(const MachineAction& action) {
  if (action.type.known() != ActionType::Known::LiveResponse) return 0;
  // The document has no spaces outside of strings, and inside of them quotes are escaped.
  constexpr std::string_view kMark = R"("commandStatus":"Completed")";
  int count = 0;
  std::size_t at = action.document.find(kMark);
  while (at != std::string::npos) {
    ++count;
    at = action.document.find(kMark, at + kMark.size());
  }
  return count;
}

std::uint64_t fingerprint(std::string_view document) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : document) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

}  // namespace mactiond
