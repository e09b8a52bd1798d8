#include "mactionsim/tenant.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace mactiond::sim {
namespace {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<Encoding, 4> kEncodings{{{Encoding::Identity, "identity"},
                                         {Encoding::Gzip, "gzip"},
                                         {Encoding::Deflate, "deflate"},
                                         {Encoding::RawDeflate, "raw_deflate"}}};
constexpr Names<NextLink, 6> kNextLinks{{{NextLink::Standard, "standard"},
                                         {NextLink::Always, "always"},
                                         {NextLink::Never, "never"},
                                         {NextLink::Foreign, "foreign"},
                                         {NextLink::Relative, "relative"},
                                         {NextLink::Claimed, "claimed"}}};
constexpr Names<BadQueryBody, 7> kBadQueryBodies{{{BadQueryBody::OData, "odata"},
                                                  {BadQueryBody::NoCode, "no_code"},
                                                  {BadQueryBody::Other, "other"},
                                                  {BadQueryBody::Gateway, "gateway"},
                                                  {BadQueryBody::Html, "html"},
                                                  {BadQueryBody::Null, "null"},
                                                  {BadQueryBody::Empty, "empty"}}};
constexpr Names<RowOrder, 2> kOrders{
    {{RowOrder::NewestFirst, "newest_first"}, {RowOrder::Arbitrary, "arbitrary"}}};
constexpr Names<CancelMode, 3> kCancels{{{CancelMode::Immediate, "immediate"},
                                         {CancelMode::Delayed, "delayed"},
                                         {CancelMode::Never, "never"}}};
constexpr Names<Duplicate, 3> kDuplicates{{{Duplicate::Refuse, "refuse"},
                                           {Duplicate::ReturnFirst, "return_first"},
                                           {Duplicate::Allow, "allow"}}};
constexpr Names<bool, 2> kShapes{{{false, "full"}, {true, "minimal"}}};
constexpr Names<bool, 2> kWindows{{{false, "sliding"}, {true, "fixed"}}};
constexpr Names<ThrottleBody, 3> kBodies{{{ThrottleBody::Current, "current"},
                                          {ThrottleBody::Old, "old"},
                                          {ThrottleBody::Documented, "documented"}}};
constexpr Names<RetryAfter, 5> kRetryAfters{{{RetryAfter::Seconds, "seconds"},
                                             {RetryAfter::None, "none"},
                                             {RetryAfter::Date, "date"},
                                             {RetryAfter::Zero, "zero"},
                                             {RetryAfter::Huge, "huge"}}};

/// "varied" or 0 to 7.
void read_digits(Fields& fields, std::optional<int>& digits) {
  const auto* value = fields.take("fraction_digits");
  if (value == nullptr) return;
  if (value->is_string() && value->get_string() == "varied") {
    digits.reset();
  } else if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= 7) {
    digits = static_cast<int>(value->get_int64());
  } else {
    fields.complain("fraction_digits", "must be 0 to 7 or \"varied\"");
  }
}

void read_payload(Fields& fields, Traits& traits) {
  fields.read_name("shape", kShapes, traits.shape.minimal);
  fields.read("omit_nulls", traits.shape.omit_nulls);
  fields.read("unknown_keys", traits.shape.unknown_keys);
  fields.read("short_last_update", traits.shape.short_spelling);
  read_digits(fields, traits.fraction_digits);
  fields.read_ms("fill_after_ms", traits.fill_after);
}

void read_size(Fields& fields, std::string_view key, std::size_t& size) {
  std::uint64_t read = size;
  fields.read(key, read);
  size = read;
}

void read_listing(Fields& fields, Traits& traits) {
  fields.read_ms("visibility_list_ms", traits.visibility_list);
  fields.read_ms("visibility_get_ms", traits.visibility_get);
  fields.read_ms("list_lag_ms", traits.list_lag);
  fields.read_ms("get_lag_ms", traits.get_lag);
  fields.read("reject_last_update_filter", traits.reject_last_update_filter);
  fields.read("reject_order_by", traits.reject_order_by);
  fields.read("reject_in", traits.reject_in);
  fields.read_name("next_link", kNextLinks, traits.next_link);
  fields.read_name("order", kOrders, traits.order);
  fields.read("repeat_rows", traits.repeat_rows);
  fields.read_name("bad_query_body", kBadQueryBodies, traits.bad_query_body);
  fields.read("ignore_order_by", traits.ignore_order_by);
  fields.read("ignore_skip", traits.ignore_skip);
  read_size(fields, "page_max", traits.page_max);
  read_size(fields, "page_cap", traits.page_cap);
  read_size(fields, "top_max", traits.top_max);
}

void read_life(Fields& fields, Traits& traits) {
  fields.read_name("cancel", kCancels, traits.cancel);
  fields.read_ms("cancel_delay_ms", traits.cancel_delay);
  fields.read("cancel_noted_at_once", traits.cancel_noted_at_once);
  fields.read_name("duplicate", kDuplicates, traits.duplicate);
  fields.read("name_blocker", traits.name_blocker);
  fields.read("created_status", traits.created_status);
  fields.read("strict_machines", traits.strict_machines);
  fields.read("no_machines_404", traits.no_machines_404);
  fields.read("live_sessions", traits.live_sessions);
  fields.read_ms("offline_timeout_ms", traits.offline_timeout);
  fields.read_ms("live_offline_timeout_ms", traits.live_offline_timeout);
  fields.read_ms("retention_ms", traits.retention);
  fields.read("speed", traits.speed);
  if (traits.speed <= 0) fields.complain("speed", "must be positive");
}

void read_throttle(Fields& fields, ThrottleOptions& throttle) {
  fields.read("throttle_per_minute", throttle.per_minute);
  fields.read("throttle_per_hour", throttle.per_hour);
  fields.read("package_per_minute", throttle.package_per_minute);
  fields.read("package_per_hour", throttle.package_per_hour);
  fields.read("live_response_per_minute", throttle.live_response_per_minute);
  fields.read_name("throttle_window", kWindows, throttle.fixed_windows);
  fields.read_name("throttle_body", kBodies, throttle.body);
  fields.read_name("retry_after", kRetryAfters, throttle.retry_after);
  fields.read("shared_calls_per_minute", throttle.shared_calls_per_minute);
}

void read_links(Fields& fields, LinkOptions& links) {
  fields.read("link_scheme", links.scheme);
  fields.read("link_host", links.host);
  fields.read("link_quotes", links.quoted_package);
  fields.read("link_entities", links.entities);
  fields.read("link_ranges", links.ranges);
  fields.read("link_tags", links.tags);
  fields.read_ms("link_lifetime_ms", links.lifetime);
  fields.read("package_bytes", links.package_bytes);
  fields.read("file_bytes", links.file_bytes);
  fields.read("script_output", links.script_output);
  fields.read("script_errors", links.script_errors);
  fields.read("script_exit_code", links.script_exit_code);
}

Switches with_quota(const Settings& settings) {
  Switches switches = settings.switches;
  switches.throttle.per_minute = settings.per_minute;
  switches.throttle.per_hour = settings.per_hour;
  return switches;
}

}  // namespace

void read_switches(Fields& fields, Switches& switches) {
  read_payload(fields, switches.traits);
  read_listing(fields, switches.traits);
  read_life(fields, switches.traits);
  read_throttle(fields, switches.throttle);
  read_links(fields, switches.links);
  fields.read_name("encoding", kEncodings, switches.encoding);
  fields.read("chunked", switches.chunked);
  fields.read_ms("latency_ms", switches.latency);
  fields.read("expires_in_s", switches.expires_in_s);
}

Tenant::Tenant(const Settings& settings)
    : configured(with_quota(settings)),
      switches(configured),
      entra(settings.entra),
      model(configured.traits, settings.seed),
      ledger({{"minute", std::chrono::minutes(1), settings.per_minute},
              {"hour", std::chrono::hours(1), settings.per_hour}}),
      faults(settings.seed + 1),
      links(settings.seed + 2) {
  set(configured);
}

void Tenant::set(Switches changed) {
  switches = std::move(changed);
  model.set_traits(switches.traits);
  entra.options().expires_in_s = switches.expires_in_s;
}

}  // namespace mactiond::sim
