#include "sim/filter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/iso_time.hpp"

namespace mactiond::sim {
namespace {

Entity pending_scan() {
  Entity entity;
  entity.id = "5c5f0d2e-0000-4000-8000-000000000001";
  entity.type = "RunAntiVirusScan";
  entity.requestor = "o'brien@contoso.com";
  entity.status = "Pending";
  entity.machine_id = "0123456789abcdef0123456789abcdef01234567";
  entity.created = *parse_iso_time("2025-01-01T00:00:00.1549740Z");
  entity.last_update = *parse_iso_time("2025-01-01T00:00:00.1549741Z");
  return entity;
}

bool fits(const std::string& filter) {
  const auto parsed = parse_filter(filter);
  if (!parsed) {
    ADD_FAILURE() << filter << ": " << parsed.error().message;
    return false;
  }
  return matches(*parsed, pending_scan());
}

TEST(Filter, ComparesTextExactly) {
  EXPECT_TRUE(fits("status eq 'Pending'"));
  EXPECT_FALSE(fits("status eq 'pending'"));
  EXPECT_FALSE(fits("status ne 'Pending'"));
  EXPECT_TRUE(fits("status ne 'Failed'"));
}

TEST(Filter, FindsPropertiesAndKeywordsWhateverTheirLetterCase) {
  EXPECT_TRUE(fits("STATUS eq 'Pending' AND Type EQ 'RunAntiVirusScan'"));
  EXPECT_TRUE(fits("status eq 'Failed' OR NOT (machineid eq 'x')"));
}

TEST(Filter, ComparesStampsByTicksNotByText) {
  EXPECT_TRUE(fits("lastUpdateDateTimeUtc gt 2025-01-01T00:00:00.154974Z"));
  EXPECT_FALSE(fits("lastUpdateDateTimeUtc gt 2025-01-01T00:00:00.1549741Z"));
  EXPECT_TRUE(fits("lastUpdateDateTimeUtc ge 2025-01-01T00:00:00.1549741Z"));
  EXPECT_TRUE(fits("creationDateTimeUtc le 2025-01-01T00:00:00.154974Z"));
  EXPECT_FALSE(fits("creationDateTimeUtc lt 2025-01-01T00:00:00.154974Z"));
  EXPECT_TRUE(fits("creationDateTimeUtc gt 2025-01-01T00:00:00+01:00"));
}

TEST(Filter, ReadsDoubledQuotesAsOne) {
  EXPECT_TRUE(fits("requestor eq 'o''brien@contoso.com'"));
  EXPECT_TRUE(fits("startswith(requestor,'o''b')"));
  EXPECT_FALSE(fits("startswith(requestor, 'o''c')"));
}

TEST(Filter, FindsPartsOfText) {
  EXPECT_TRUE(fits("contains(requestor,'brien@')"));
  EXPECT_FALSE(fits("contains(requestor,'Brien')"));
  EXPECT_FALSE(fits("contains(scope,'Full')"));
  EXPECT_TRUE(fits("CONTAINS(type,'Virus') and not contains(status,'Failed')"));
}

TEST(Filter, TakesAnIdWithoutQuotes) {
  EXPECT_TRUE(fits("id eq 5c5f0d2e-0000-4000-8000-000000000001"));
  EXPECT_TRUE(fits("id eq 5C5F0D2E-0000-4000-8000-000000000001"));
  EXPECT_FALSE(fits("id ne 5c5f0d2e-0000-4000-8000-000000000001"));
  EXPECT_TRUE(fits("id in (5c5f0d2e-0000-4000-8000-000000000001, 'x')"));
}

TEST(Filter, BindsAndTighterThanOr) {
  EXPECT_TRUE(fits("status eq 'Pending' or status eq 'x' and type eq 'x'"));
  EXPECT_FALSE(fits("(status eq 'Pending' or status eq 'x') and type eq 'x'"));
  EXPECT_TRUE(fits("not status eq 'x' and type eq 'RunAntiVirusScan'"));
}

TEST(Filter, ListsMembersWithIn) {
  EXPECT_TRUE(fits("status in ('InProgress','Pending')"));
  EXPECT_TRUE(fits("id in( '5c5f0d2e-0000-4000-8000-000000000001' )"));
  EXPECT_FALSE(fits("status in ('Failed')"));
}

TEST(Filter, KnowsNull) {
  EXPECT_TRUE(fits("scope eq null"));
  EXPECT_FALSE(fits("scope ne null"));
  EXPECT_TRUE(fits("scope ne 'Full'"));
  EXPECT_FALSE(fits("scope gt 'A'"));
  EXPECT_FALSE(fits("cancellationDateTimeUtc lt 2030-01-01T00:00:00Z"));
  EXPECT_TRUE(fits("status ne null"));
}

TEST(Filter, ComparesNumbers) {
  EXPECT_TRUE(fits("errorHResult eq 0"));
  EXPECT_TRUE(fits("errorHResult gt -2145844840"));
}

TEST(Filter, RefusesWhatTheServiceRefuses) {
  const std::vector<std::string> bad{
      "",
      "status",
      "status eq",
      "status eq Pending",
      "status eq 'Pending",
      "status = 'Pending'",
      "status eq 'a' 'b'",
      "status eq 'a' and",
      "and status eq 'a'",
      "(status eq 'a'",
      "status eq 'a')",
      "nothing eq 'a'",
      "lastUpdateTimeUtc ge 2025-01-01T00:00:00Z",
      "creationDateTimeUtc ge '2025-01-01T00:00:00Z'",
      "creationDateTimeUtc ge 2025-01-01",
      "creationDateTimeUtc ge 2025-01-01T00:00:00",
      "creationDateTimeUtc ge 2025-02-30T00:00:00Z",
      "status eq 1",
      "errorHResult eq '0'",
      "status in ()",
      "status in ('a',)",
      "status in 'a'",
      "contains(errorHResult,'0')",
      "contains(status)",
      "endswith(status,'a')",
      "startswith(creationDateTimeUtc,'2')",
      "machineId eq 5c5f0d2e-0000-4000-8000-000000000001",
      "id eq 5c5f0d2e-0000-4000-8000-00000000000",
      "startswith(status)",
      "not",
      "status eq 'a' xor status eq 'b'",
  };
  for (const std::string& text : bad) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_filter(text));
  }
}

TEST(Filter, RefusesDepthInsteadOfFollowingIt) {
  const std::string deep = std::string(100'000, '(') + "status eq 'a'" + std::string(100'000, ')');
  EXPECT_FALSE(parse_filter(deep));
  std::string negations;
  for (int i = 0; i < 100'000; ++i) negations += "not ";
  EXPECT_FALSE(parse_filter(negations + "status eq 'a'"));
  EXPECT_TRUE(parse_filter(std::string(20, '(') + "status eq 'a'" + std::string(20, ')')));
}

TEST(Filter, RefusesEveryTruncation) {
  const std::string whole =
      "(startswith(requestor,'o') or status in ('Pending','x')) and not (type eq 'Isolate')";
  ASSERT_TRUE(parse_filter(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    SCOPED_TRACE(whole.substr(0, length));
    const bool complete = length == whole.find(" and not") || length == whole.find("and not");
    EXPECT_EQ(parse_filter(whole.substr(0, length)).has_value(), complete);
  }
}

}  // namespace
}  // namespace mactiond::sim
