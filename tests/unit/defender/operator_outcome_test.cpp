#include "defender/operator_outcome.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::defender {
namespace {

Outcome outcome(int status, const std::string& code, const std::string& message = "m") {
  const std::string body = R"({"error":{"code":")" + code + R"(","message":")" + message + R"("}})";
  return operator_outcome(http::Response{status, {}, code.empty() ? "<html>" : body}, WallTime{});
}

TEST(OperatorOutcome, IsNotFoundOnlyWhereTheApiSaysSo) {
  EXPECT_EQ(outcome(404, "ResourceNotFound").reason, Reason::NotFound);
  EXPECT_EQ(outcome(404, "").reason, Reason::Rejected);
}

TEST(OperatorOutcome, IsAPermissionOnlyWhereOneWouldHelp) {
  EXPECT_EQ(outcome(403, "Forbidden").reason, Reason::Permission);
  EXPECT_EQ(outcome(403, "DisabledFeature").reason, Reason::Rejected);
  EXPECT_EQ(outcome(403, "Forbidden", "No License").reason, Reason::Rejected);
}

TEST(OperatorOutcome, SaysWhatToDoAboutAFinalRefusalOnly) {
  EXPECT_EQ(outcome(400, "InvalidInput", "no").detail,
            "InvalidInput: no; the API does not accept a value: correct the one that the message "
            "names");
  EXPECT_EQ(outcome(503, "X", "no").detail, "X: no");
  EXPECT_EQ(outcome(200, "").detail, "");
}

}  // namespace
}  // namespace mactiond::defender
