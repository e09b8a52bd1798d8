#include "sim/odata.hpp"

#include <gtest/gtest.h>

#include <string>

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

TEST(ListOptions, ReadsAnEncodedQuery) {
  const auto options = parse_list_options(
      "%24filter=status+eq+%27Pending%27&$orderby=lastUpdateDateTimeUtc%20asc,id%20desc&$top=1000"
      "&$skip=20&$count=true&api-version=1");
  ASSERT_TRUE(options);
  ASSERT_TRUE(options->filter);
  EXPECT_TRUE(matches(*options->filter, pending_scan()));
  ASSERT_EQ(options->order.size(), 2U);
  EXPECT_EQ(options->order[0].property, Property::LastUpdateDateTimeUtc);
  EXPECT_FALSE(options->order[0].descending);
  EXPECT_TRUE(options->order[1].descending);
  EXPECT_EQ(options->top, 1000U);
  EXPECT_EQ(options->skip, 20U);
  EXPECT_TRUE(options->count);
}

TEST(ListOptions, RefusesBadValues) {
  for (const char* query :
       {"$top=10001", "$top=-1", "$top=", "$top=1x", "$skip=a", "$orderby=status up",
        "$orderby=", "$orderby=nothing", "$count=1", "$stop=3", "$top=1&$top=2", "$filter=%zz",
        "$filter=", "$select=", "$select=id,,type", "$select=nothing"}) {
    SCOPED_TRACE(query);
    EXPECT_FALSE(parse_list_options(query));
  }
  EXPECT_TRUE(parse_list_options("$top=10000"));
  EXPECT_TRUE(parse_list_options(""));
}

TEST(ListOptions, SelectsKeysByTheirNamesOnTheWire) {
  const auto options = parse_list_options("$select=ID,%20lastupdatedatetimeutc,commands");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->select, (KeySelection{"id", "lastUpdateDateTimeUtc", "commands"}));
  Shape shape;
  EXPECT_EQ(render(pending_scan(), shape, options->select),
            R"({"id":"5c5f0d2e-0000-4000-8000-000000000001",)"
            R"("lastUpdateDateTimeUtc":"2025-01-01T00:00:00.1549741Z","commands":[]})");
  shape.short_spelling = true;
  EXPECT_NE(render(pending_scan(), shape, options->select).find("lastUpdateTimeUtc"),
            std::string::npos);
}

TEST(ListOptions, ReadsTheClientsQueryWithoutText) {
  core::Query query;
  query.kind = core::Query::Kind::OpenOrCreatedSince;
  query.since = *parse_iso_time("2025-01-02T00:00:00Z");
  EXPECT_TRUE(matches(*to_list_options(query).filter, pending_scan()));
  query.kind = core::Query::Kind::CreatedSince;
  EXPECT_FALSE(matches(*to_list_options(query).filter, pending_scan()));
  query.kind = core::Query::Kind::IdEq;
  EXPECT_FALSE(matches(*to_list_options(query).filter, pending_scan()));
  query.ids.push_back({pending_scan().id});
  EXPECT_TRUE(matches(*to_list_options(query).filter, pending_scan()));
  query.kind = core::Query::Kind::IdIn;
  EXPECT_TRUE(matches(*to_list_options(query).filter, pending_scan()));
}

}  // namespace
}  // namespace mactiond::sim
