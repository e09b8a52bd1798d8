#include "action/api_method.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "action/known_values.hpp"
#include "base/enum_values.hpp"

namespace mactiond {
namespace {

TEST(ApiMethod, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const ApiMethod method : kValuesOf<ApiMethod>) names.insert(to_string(method));
  EXPECT_EQ(names.size(), kValuesOf<ApiMethod>.size());
}

TEST(ApiMethod, EachButCancelHasAPermission) {
  for (const ApiMethod method : kValuesOf<ApiMethod>) {
    EXPECT_EQ(permission_for(method).empty(), method == ApiMethod::Cancel) << to_string(method);
  }
}

TEST(ApiMethod, TwoHaveAMeterOfTheirOwn) {
  for (const ApiMethod method : kValuesOf<ApiMethod>) {
    QuotaKind expected = QuotaKind::Api;
    if (method == ApiMethod::PackageLink) expected = QuotaKind::PackageLink;
    if (method == ApiMethod::RunLiveResponse) expected = QuotaKind::LiveResponse;
    EXPECT_EQ(quota_of(method), expected) << to_string(method);
  }
}

TEST(ApiMethod, EachTypeThatCanBeStartedHasOne) {
  std::set<ApiMethod> methods;
  for (const std::string_view text : known_action_types()) {
    const auto method = method_that_starts(ActionType::parse(text));
    EXPECT_EQ(method.has_value(), text != "RequestSample") << text;
    if (method) methods.insert(*method);
  }
  EXPECT_EQ(methods.size(), 9U);
  EXPECT_EQ(method_that_starts(ActionType::parse("Contain")), std::nullopt);
}

TEST(ApiMethod, ATypeIsStartedAndCancelledWithOnePermission) {
  using Known = ActionType::Known;
  EXPECT_EQ(permission_for(ActionType(Known::Unisolate)), "Machine.Isolate");
  EXPECT_EQ(permission_for(ActionType(Known::UnrestrictCodeExecution)),
            "Machine.RestrictExecution");
  EXPECT_EQ(permission_for(ActionType(Known::StopAndQuarantineFile)), "Machine.StopAndQuarantine");
  EXPECT_EQ(permission_for(ActionType::parse("Contain")), "the one for Contain");
}

}  // namespace
}  // namespace mactiond
