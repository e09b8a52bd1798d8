#include "fuzz/entries.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <chrono>
#include <string>
#include <variant>

#include "base/error.hpp"
#include "base/http_date.hpp"
#include "base/iso_time.hpp"
#include "config/loader.hpp"
#include "defender/codec.hpp"
#include "defender/oauth.hpp"
#include "defender/outcome.hpp"
#include "defender/start_answer.hpp"
#include "http/proxy.hpp"
#include "http/status_meaning.hpp"
#include "http/url.hpp"
#include "support/event_samples.hpp"
#include "webhook/body_template.hpp"
#include "webhook/outcome.hpp"

namespace mactiond::fuzz {
namespace {

using namespace std::chrono_literals;

const WallTime kNow{Duration(1'795'000'000s)};

bool is_json(const std::string& text) {
  boost::system::error_code error;
  (void)boost::json::parse(text, error);
  return !error;
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\0'; });
}

// What is stored is read again after a restart and must be the same action then.
void expect_same_when_read_again(const MachineAction& action) {
  const auto again = defender::parse_action(action.document);
  MACTIOND_ASSERT(again.has_value());
  MACTIOND_ASSERT(again->id == action.id && again->status == action.status);
  MACTIOND_ASSERT(again->stamp() == action.stamp());
  MACTIOND_ASSERT(again->document == action.document);
}

}  // namespace

void page(std::string_view bytes) {
  if (const auto read = defender::parse_page(bytes)) {
    MACTIOND_ASSERT(read->unusable >= 0);
    for (const MachineAction& action : read->actions) {
      MACTIOND_ASSERT(!action.id.value.empty());
      MACTIOND_ASSERT(is_json(action.document));
      expect_same_when_read_again(action);
    }
  }
  if (const auto action = defender::parse_action(bytes)) expect_same_when_read_again(*action);
}

void config(std::string_view bytes) {
  const config::Environment environment{"host1", ""};
  const auto result = config::load_text(bytes, "fuzz.toml", environment);
  for (const config::Problem& problem : result.problems) {
    MACTIOND_ASSERT(problem.place.line >= 1 && problem.place.column >= 1);
    MACTIOND_ASSERT(!problem.message.empty() && is_one_line(problem.message));
  }
  if (!result.ok()) return;
  // What is printed can be read, but for the URLs in it, which are masked.
  const auto again =
      config::load_text(config::print(result, config::Printed::All), "printed.toml", environment);
  for (const config::Problem& problem : again.problems) {
    const bool masked = problem.message.find("usable http") != std::string::npos;
    MACTIOND_ASSERT(problem.warning || masked);
  }
}

void url(std::string_view bytes) {
  const auto read = http::parse_url(bytes);
  if (!read) {
    MACTIOND_ASSERT(read.error().message().find(bytes) == std::string::npos || bytes.size() < 16);
    return;
  }
  MACTIOND_ASSERT(read->target.starts_with('/'));
  const auto again = http::parse_url(read->scheme + "://" + read->authority() + read->target);
  MACTIOND_ASSERT(again.has_value() && *again == *read);
  MACTIOND_ASSERT(http::resolve(*read, "/x").target.ends_with("/x"));
}

void http_date(std::string_view bytes) {
  if (const auto time = parse_http_date(bytes)) {
    MACTIOND_ASSERT(parse_http_date(format_http_date(*time)) == *time);
  }
  if (const auto time = parse_iso_time(bytes)) {
    MACTIOND_ASSERT(parse_iso_time(format_iso_time(*time)) == *time);
    MACTIOND_ASSERT(parse_iso_time(format_iso_time_short(*time)) == *time);
  }
  if (const auto wait = http::parse_retry_after(bytes, kNow)) {
    MACTIOND_ASSERT(*wait >= Duration{} && *wait <= 24h * 30);
  }
}

// The first line is the proxy, the rest the list.
void no_proxy(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view text = bytes.substr(0, end);
  const auto proxy = http::parse_proxy(text);
  if (!proxy) {
    // A shorter text may be a part of our own sentence.
    MACTIOND_ASSERT(text.size() < 128 || proxy.error().where.find(text) == std::string::npos);
  } else {
    MACTIOND_ASSERT(!proxy->url.is_tls() && is_one_line(proxy->credentials.reveal()));
  }
  const http::NoProxy list(bytes.substr(end));
  for (const char* host : {"api.example.com", "10.1.2.3", "fd00::1"}) {
    http::Url server{"https", host, "443", "/"};
    const bool excluded = list.excludes(server);
    server.host += server.host.find(':') == std::string::npos ? "." : "";
    MACTIOND_ASSERT(list.excludes(server) == excluded);
  }
}

// The first byte chooses the status, the rest is the body and, in the API's shape, the message.
void answer(std::string_view bytes) {
  if (bytes.empty()) return;
  http::Response response;
  response.status = 200 + 3 * static_cast<unsigned char>(bytes.front());
  response.body = bytes.substr(1);
  webhook::Target target;
  for (const auto format : {webhook::Format::Slack, webhook::Format::Teams,
                            webhook::Format::SplunkHec, webhook::Format::PagerDuty}) {
    target.rendering.format = format;
    MACTIOND_ASSERT(is_one_line(webhook::outcome(target, response, kNow).detail));
  }
  (void)defender::parse_token(response.body, kNow);
  for (const int status : {response.status, 429}) {
    response.status = status;
    const Outcome api = defender::api_outcome(response, kNow);
    const Outcome token = defender::token_outcome(response, kNow);
    const StartAnswer start = defender::start_answer(response, kNow);
    MACTIOND_ASSERT(start.outcome.ok() == start.action.has_value() && !start.unsent);
    MACTIOND_ASSERT(is_one_line(start.outcome.detail));
    for (const Outcome& outcome : {api, token}) {
      MACTIOND_ASSERT(is_one_line(outcome.detail) && outcome.detail.size() <= 300);
      MACTIOND_ASSERT(outcome.retry_after.value_or(0s) >= Duration{});
      MACTIOND_ASSERT(!outcome.limit || outcome.limit->count >= 0);
    }
  }
}

void body_template(std::string_view bytes) {
  const auto parsed = webhook::BodyTemplate::parse(bytes);
  if (const auto* mistake = std::get_if<webhook::TemplateMistake>(&parsed)) {
    MACTIOND_ASSERT(mistake->line >= 1 && mistake->column >= 1 && !mistake->message.empty());
    return;
  }
  const auto& body = std::get<webhook::BodyTemplate>(parsed);
  MACTIOND_ASSERT(is_json(body.render(test::failed_isolation())));
  core::EventRecord bare;
  bare.type = core::EventType::RegionDegraded;
  MACTIOND_ASSERT(is_json(body.render(bare)));
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> kEntries{{"page", page},
                                           {"config", config},
                                           {"url", url},
                                           {"http_date", http_date},
                                           {"answer", answer},
                                           {"transition_log", transition_log},
                                           {"body_template", body_template},
                                           {"http_answer", http_answer},
                                           {"odd_answer", odd_answer},
                                           {"http_request", http_request},
                                           {"no_proxy", no_proxy},
                                           {"lookup", lookup},
                                           {"token_answer", token_answer},
                                           {"jwt", jwt},
                                           {"challenge", challenge},
                                           {"key_pair", key_pair}};
  return kEntries;
}

}  // namespace mactiond::fuzz
