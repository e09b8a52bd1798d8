#include "defender/api.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/iso_time.hpp"

namespace mactiond::defender {
namespace {

using core::Query;

Query query_of(Query::Kind kind) {
  Query query;
  query.kind = kind;
  query.since = *parse_iso_time("2026-11-20T10:00:00.154974Z");
  query.top = 10000;
  return query;
}

TEST(ListTarget, AsksForChangesInAscendingOrder) {
  EXPECT_EQ(list_target(query_of(Query::Kind::ChangedSince)),
            "/api/machineactions?$filter=lastUpdateDateTimeUtc%20ge%202026-11-20T10:00:00.154974Z"
            "&$orderby=lastUpdateDateTimeUtc%20asc&$top=10000");
}

TEST(ListTarget, AsksForTheOpenSetByDocumentedPropertiesOnly) {
  EXPECT_EQ(list_target(query_of(Query::Kind::OpenOrCreatedSince)),
            "/api/machineactions?$filter=status%20eq%20'Pending'%20or%20status%20eq%20'InProgress'"
            "%20or%20creationDateTimeUtc%20ge%202026-11-20T10:00:00.154974Z&$top=10000");
  EXPECT_EQ(list_target(query_of(Query::Kind::CreatedSince)),
            "/api/machineactions?$filter=creationDateTimeUtc%20ge%202026-11-20T10:00:00.154974Z"
            "&$top=10000");
}

TEST(ListTarget, SkipsOnlyWhereAsked) {
  Query query = query_of(Query::Kind::CreatedSince);
  query.top = 50;
  query.skip = 100;
  EXPECT_TRUE(list_target(query).ends_with("&$top=50&$skip=100"));
}

TEST(ListTarget, AsksForIdsInBothForms) {
  Query query = query_of(Query::Kind::IdIn);
  query.ids = {ActionId{"a-1"}, ActionId{"b-2"}};
  EXPECT_EQ(list_target(query), "/api/machineactions?$filter=id%20in%20('a-1','b-2')&$top=10000");
  query.kind = Query::Kind::IdEq;
  EXPECT_EQ(list_target(query),
            "/api/machineactions?$filter=id%20eq%20'a-1'%20or%20id%20eq%20'b-2'&$top=10000");
}

TEST(ListTarget, CannotBeBrokenOutOfByAnId) {
  Query query = query_of(Query::Kind::IdEq);
  query.ids = {ActionId{"x' or 1 eq 1&$top=1#+%"}};
  EXPECT_EQ(list_target(query),
            "/api/machineactions?$filter=id%20eq%20'x''%20or%201%20eq%201%26%24top%3D1%23%2B%25'"
            "&$top=10000");
}

TEST(ListTarget, StaysUnderTwoKilobytesForFortyIds) {
  Query query = query_of(Query::Kind::IdIn);
  query.ids.assign(40, ActionId{"5382f7ea-7557-4ab7-9782-d50480024a4e"});
  EXPECT_LT(list_target(query).size(), 2000U);
}

TEST(GetTarget, EncodesTheId) {
  EXPECT_EQ(get_target(ActionId{"5382f7ea-7557"}), "/api/machineactions/5382f7ea-7557");
  EXPECT_EQ(get_target(ActionId{"a/../b?c"}), "/api/machineactions/a%2F..%2Fb%3Fc");
}

TEST(ApiRequest, CarriesTheTokenApartFromTheHeaders) {
  const http::Url api = *http::parse_url("https://eu.api.example/prefix/");
  const http::Request request = get_request(api, ActionId{"a-1"}, Secret("tok"));
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url.host, "eu.api.example");
  EXPECT_EQ(request.url.target, "/prefix/api/machineactions/a-1");
  EXPECT_EQ(request.authorization.reveal(), "Bearer tok");
  EXPECT_EQ(http::find_header(request.headers, "Authorization"), std::nullopt);
  EXPECT_EQ(http::find_header(request.headers, "Accept"), "application/json");
  EXPECT_TRUE(request.body.empty());
}

TEST(ApiRequest, ListsUnderTheConfiguredBase) {
  const http::Url api = *http::parse_url("https://api.example");
  const Query query = query_of(Query::Kind::ChangedSince);
  EXPECT_EQ(list_request(api, query, Secret("tok")).url.target, list_target(query));
}

}  // namespace
}  // namespace mactiond::defender
