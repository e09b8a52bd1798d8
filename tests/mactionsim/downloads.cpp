#include "mactionsim/downloads.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "action/machine_action.hpp"
#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "mactionsim/artifact.hpp"
#include "mactionsim/document.hpp"
#include "mactionsim/spoil.hpp"

namespace mactiond::sim {
namespace {

constexpr std::string_view kPackagePath = "/safedownload/WDATP_Investigation_Package.zip";
constexpr std::string_view kResultPath = "/results/output";

/// The token of a link, under either of the names it goes by.
std::string_view token_of(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view item = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    for (const std::string_view name : {"token=", "sig="}) {
      if (item.starts_with(name)) return item.substr(name.size());
    }
  }
  return {};
}

Reply content_reply(const Call& call, const Artifact& artifact, const LinkOptions& options) {
  std::string content = make_content(artifact, options);
  const std::string tag = fmt::format("\"{:016x}\"", fingerprint(content));
  Reply reply;
  reply.headers.push_back({"Content-Type", content_type(artifact)});
  if (options.tags) reply.headers.push_back({"ETag", tag});
  reply.headers.push_back({"Accept-Ranges", options.ranges ? "bytes" : "none"});
  const auto condition = http::find_header(call.headers, "If-Range");
  const bool same = !condition || (options.tags && *condition == tag);
  const ByteRange range = options.ranges && same
                              ? pick_range(http::find_header(call.headers, "Range"), content.size())
                              : ByteRange{};
  if (range.kind == ByteRange::Kind::Whole) {
    reply.body = std::move(content);
    return reply;
  }
  if (range.kind == ByteRange::Kind::None) {
    reply.status = 416;
    reply.headers.push_back({"Content-Range", fmt::format("bytes */{}", content.size())});
    return reply;
  }
  reply.status = 206;
  reply.headers.push_back(
      {"Content-Range",
       fmt::format("bytes {}-{}/{}", range.first, range.first + range.length - 1, content.size())});
  reply.body = content.substr(range.first, range.length);
  return reply;
}

std::string with_entities(std::string_view link) {
  std::string out;
  for (const char c : link) out += c == '&' ? std::string("&amp;") : std::string(1, c);
  return out;
}

}  // namespace

std::string make_link(Tenant& tenant, const Call& call, const Artifact& artifact, WallTime now) {
  const LinkOptions& options = tenant.switches.links;
  const WallTime expires = now + options.lifetime;
  const std::string token = tenant.links.issue(artifact, expires);
  const std::string host = options.host.empty() ? host_of(call) : options.host;
  const std::string base = options.scheme + "://" + host;
  if (artifact.kind == Artifact::Kind::Package) {
    return base + std::string(kPackagePath) + "?token=" + token;
  }
  const std::string link = base + std::string(kResultPath) +
                           "?se=" + percent_encode(format_iso_time(expires)) +
                           "&sp=r&sv=2021-12-02&sr=b&sig=" + token;
  return options.entities ? with_entities(link) : link;
}

bool Downloads::is_link_path(std::string_view path) {
  return path == kPackagePath || path == kResultPath;
}

Reply Downloads::on(const Call& call, std::string_view query, CallTime time) {
  if (call.method != "GET") return no_such_method();
  tenant_.ledger.record(Operation::Download, time.steady);
  const auto fault = tenant_.faults.draw(Operation::Download);
  Reply reply = serve(call, query, time.server);
  return fault ? spoil(std::move(reply), *fault, call, time.server) : reply;
}

Reply Downloads::serve(const Call& call, std::string_view query, WallTime now) {
  const bool bearer = http::find_header(call.headers, "Authorization").has_value();
  const auto artifact = tenant_.links.open(token_of(query), bearer, now);
  if (!artifact) return refusal_reply(artifact.error());
  return content_reply(call, *artifact, tenant_.switches.links);
}

}  // namespace mactiond::sim
