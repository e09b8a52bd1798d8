#include "defender/api.hpp"

#include <string_view>

#include "base/error.hpp"
#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "defender/api_request.hpp"
#include "defender/odata.hpp"

namespace mactiond::defender {
namespace {

constexpr std::string_view kPath = "/api/machineactions";

// Every id as prefix + 'id', joined by separator.
std::string join_ids(const std::vector<ActionId>& ids, std::string_view prefix,
                     std::string_view separator) {
  MACTIOND_ASSERT(!ids.empty());
  std::string out;
  for (const ActionId& id : ids) {
    if (!out.empty()) out += separator;
    out += prefix;
    out += odata_text(id.value);
  }
  return out;
}

std::string filter_of(const core::Query& query) {
  using Kind = core::Query::Kind;
  const std::string since = format_iso_time_short(query.since);
  switch (query.kind) {
    case Kind::ChangedSince:
      return "lastUpdateDateTimeUtc ge " + since;
    case Kind::OpenOrCreatedSince:
      return "status eq 'Pending' or status eq 'InProgress' or creationDateTimeUtc ge " + since;
    case Kind::CreatedSince:
      return "creationDateTimeUtc ge " + since;
    case Kind::IdIn:
      return "id in (" + join_ids(query.ids, "", ",") + ')';
    case Kind::IdEq:
      return join_ids(query.ids, "id eq ", " or ");
  }
  return {};
}

}  // namespace

std::string list_target(const core::Query& query) {
  std::string target(kPath);
  target += "?$filter=" + encode_expression(filter_of(query));
  if (query.kind == core::Query::Kind::ChangedSince) {
    target += "&$orderby=" + encode_expression("lastUpdateDateTimeUtc asc");
  }
  target += "&$top=" + std::to_string(query.top);
  if (query.skip > 0) target += "&$skip=" + std::to_string(query.skip);
  return target;
}

std::string get_target(const ActionId& action) {
  return std::string(kPath) + '/' + percent_encode(action.value);
}

http::Request list_request(const http::Url& api, const core::Query& query, const Secret& token) {
  return api_get(api, list_target(query), token);
}

http::Request get_request(const http::Url& api, const ActionId& action, const Secret& token) {
  return api_get(api, get_target(action), token);
}

http::Request cancel_request(const http::Url& api, const ActionId& action,
                             const std::string& comment, const Secret& token) {
  return api_post(api, get_target(action) + "/cancel",
                  '{' + JsonMembers().add("Comment", comment).text() + '}', token);
}

}  // namespace mactiond::defender
