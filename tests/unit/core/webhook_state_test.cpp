#include "core/webhook_state.hpp"

#include <gtest/gtest.h>

#include "base/enum_values.hpp"

namespace mactiond::core {
namespace {

// Stores of former versions hold these words.
TEST(WebhookState, IsStoredByTheseNames) {
  ASSERT_EQ(kValuesOf<WebhookState>.size(), 3U);
  EXPECT_EQ(value_named<WebhookState>("ok"), WebhookState::Ok);
  EXPECT_EQ(value_named<WebhookState>("paused"), WebhookState::Paused);
  EXPECT_EQ(value_named<WebhookState>("disabled"), WebhookState::Disabled);
  EXPECT_FALSE(value_named<WebhookState>("failing"));
}

}  // namespace
}  // namespace mactiond::core
