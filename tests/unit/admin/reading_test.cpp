#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "unit/admin/fake_backend.hpp"

namespace mactiond::admin {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ActionsEndpoint, PassesTheFiltersOn) {
  FakeBackend backend = daemon_of_regions();
  EXPECT_EQ(backend.ask("/v1/actions").status, 200);
  EXPECT_FALSE(backend.action_filter.open_only);
  EXPECT_EQ(backend.action_filter.limit, 100);
  EXPECT_EQ(backend.action_filter.before, core::ActionCursor());

  EXPECT_EQ(backend
                .ask("/v1/actions?state=all&region=us&type=live%20response&status=canceled&"
                     "limit=1000")
                .status,
            200);
  EXPECT_FALSE(backend.action_filter.open_only);
  EXPECT_THAT(backend.action_filter.regions, ElementsAre("us"));
  EXPECT_THAT(backend.action_filter.types, ElementsAre("LiveResponse"));
  EXPECT_THAT(backend.action_filter.statuses, ElementsAre("Cancelled"));
  EXPECT_EQ(backend.action_filter.limit, 1000);
}

TEST(ActionsEndpoint, ShowsEachWithItsState) {
  FakeBackend backend = daemon_of_regions();
  backend.page.actions = {action_view("a"), action_view("b"), action_view("c")};
  backend.page.actions[1].open = false;
  backend.page.actions[2].open = false;
  backend.page.actions[2].vanished = true;
  const auto body = backend.json("/v1/actions");
  EXPECT_TRUE(body.at("next").is_null());
  const auto& actions = body.at("actions").as_array();
  EXPECT_EQ(actions.at(0).at("region"), "eu");
  EXPECT_EQ(actions.at(0).at("action").at("id"), "a");
  EXPECT_EQ(actions.at(0).at("state"), "open");
  EXPECT_EQ(actions.at(1).at("state"), "closed");
  EXPECT_EQ(actions.at(2).at("state"), "vanished");
}

TEST(ActionsEndpoint, TakesItsCursorBack) {
  FakeBackend backend = daemon_of_regions();
  backend.page.next = core::ActionCursor{WallTime(Duration(17)), "eu", "x y/\xc3\xa4"};
  const std::string next(backend.json("/v1/actions").at("next").as_string());
  EXPECT_EQ(backend.ask("/v1/actions?cursor=" + next).status, 200);
  EXPECT_EQ(backend.action_filter.before, *backend.page.next);
}

TEST(ActionsEndpoint, SaysWhatIsWrongWithAParameter) {
  FakeBackend backend = daemon_of_regions();
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"state=closed", "open or all"},
      {"region=eur", "did you mean eu? configured: eu, us"},
      {"region=EU", "did you mean eu?"},
      {"status=Pendng", "there is no status \\\"Pendng\\\"; did you mean Pending? known: Pending"},
      {"status=Failed,TimeOt", "did you mean TimeOut?"},
      {"status=Failed&status=Succes", "did you mean Succeeded?"},
      {"status=Done",
       "known: Pending, InProgress, Succeeded, Failed, TimeOut, Cancelled, vanished"},
      {"type=RunAVScan", "did you mean RunAntiVirusScan?"},
      {"type=Isolate,%20Islate", "did you mean Isolate?"},
      {"type=", "type is empty"},
      {"status=Failed,", "status is empty"},
      {"state=open&status=Failed", "no open action is Failed: ask for state all"},
      {"limit=0", "from 1 to 1000"},
      {"limit=1001", "from 1 to 1000"},
      {"limit=-1", "from 1 to 1000"},
      {"limit=1x", "from 1 to 1000"},
      {"limit=99999999999999999999", "from 1 to 1000"},
      {"cursor=abc", "cursor"},
      {"cursor=%21", "cursor"},
      {"cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTkKZXUKYQ", "cursor"},
      {"stat=open", "unknown parameter"},
      {"state=open&state=all", "more than once"},
      {"state=%4", "percent escape"},
      {"state=%00", "percent escape"},
  };
  for (const auto& [query, words] : wrong) {
    const auto response = backend.ask("/v1/actions?" + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_THAT(response.body, HasSubstr(words)) << query;
  }
}

TEST(ActionEndpoint, DecodesTheIdAndShowsTheHistory) {
  FakeBackend backend = daemon_of_regions();
  backend.found = {action_view("a/b?c")};
  backend.events = {event_record(1), event_record(2)};
  backend.decisions.emplace_back();
  backend.decisions[0].by = core::Operator{"ann (uid 7)", "root"};
  const auto body = backend.json("/v1/actions/a%2Fb%3Fc");
  EXPECT_EQ(body.at("decisions").as_array().at(0).at("operator"), "ann (uid 7)");
  EXPECT_EQ(body.at("decisions").as_array().at(0).at("operator_note"), "root");
  EXPECT_EQ(body.at("decisions").as_array().at(0).at("state"), "decided");
  EXPECT_TRUE(body.at("decisions").as_array().at(0).at("policy").is_null());
  EXPECT_EQ(backend.asked_id, "a/b?c");
  EXPECT_EQ(body.at("action").at("id"), "a/b?c");
  EXPECT_EQ(body.at("events").as_array().size(), 2U);
  EXPECT_EQ(body.at("events").as_array().at(1).at("seq"), 2);
}

TEST(ActionEndpoint, AsksForTheRegionWhereSeveralKnowTheAction) {
  FakeBackend backend = daemon_of_regions();
  EXPECT_EQ(backend.ask("/v1/actions/a").status, 404);
  backend.found = {action_view("a", "eu"), action_view("a", "us")};
  auto response = backend.ask("/v1/actions/a");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("eu, us"));
  backend.found = {action_view("abcdef", "eu"), action_view("abcdef", "us")};
  response = backend.ask("/v1/actions/abcd");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("several regions (eu, us)"));
  backend.found = {action_view("a", "eu"), action_view("a", "us")};
  EXPECT_EQ(backend.json("/v1/actions/a?region=us").at("region"), "us");
  EXPECT_EQ(backend.ask("/v1/actions/a?region=uk").status, 404);
}

TEST(ActionEndpoint, ARegionThatThereIsNotIsRefusedWithTheNearestOne) {
  FakeBackend backend = daemon_of_regions();
  backend.found = {action_view("a", "eu")};
  for (const char* action : {"a", "unknown"}) {
    const auto response = backend.ask("/v1/actions/" + std::string(action) + "?region=usa");
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("there is no region \\\"usa\\\"; did you mean us?"));
  }
  EXPECT_THAT(backend.ask("/v1/actions/a?region=us").body, HasSubstr("known in: eu"));
}

TEST(EventsEndpoint, GivesEventsAfterASeq) {
  FakeBackend backend = daemon_of_regions();
  backend.events = {event_record(1), event_record(2), event_record(3)};
  EXPECT_EQ(backend.json("/v1/events").at("events").as_array().size(), 3U);
  const auto body = backend.json("/v1/events?after=2&limit=7");
  EXPECT_EQ(body.at("last_seq"), 3);
  EXPECT_EQ(body.at("events").as_array().at(0).at("id"), "ma_3");
  EXPECT_EQ(backend.event_filter.limit, 7);
  EXPECT_TRUE(backend.json("/v1/events?after=3").at("events").as_array().empty());
  for (const char* after : {"", "x", "-1", "1.5", "4"}) {
    EXPECT_EQ(backend.ask(std::string("/v1/events?after=") + after).status, 400) << after;
  }
}

const std::vector<http::Header> kStream = {{"Accept", "text/html, text/event-stream;q=0.9"}};

TEST(EventsEndpoint, StreamsToThoseWhoAcceptIt) {
  FakeBackend backend = daemon_of_regions();
  backend.events = {event_record(3)};
  backend.events[0].document = "{\"id\":\n\r\"a\"}";
  auto stream = std::get<http::Stream>(backend.answer("/v1/events?after=2", "GET", kStream));
  EXPECT_EQ(http::find_header(stream.headers, "content-type"), "text/event-stream");
  EXPECT_EQ(stream.pull(), "retry: 2000\nid: 2\n\n");
  const auto piece = stream.pull().value();
  EXPECT_THAT(piece, testing::StartsWith("id: 3\ndata: {\"seq\":3,"));
  EXPECT_THAT(piece, testing::EndsWith("}\n\n"));
  EXPECT_EQ(std::count(piece.begin(), piece.end(), '\n'), 3);
  EXPECT_THAT(piece, Not(HasSubstr("\r")));
  EXPECT_EQ(stream.pull(), "");
  backend.events.push_back(event_record(4));
  EXPECT_THAT(stream.pull().value(), HasSubstr("id: 4\n"));
  EXPECT_EQ(stream.heartbeat, ":\n\n");
  EXPECT_LE(backend.event_filter.bytes, 65536U);
}

TEST(EventsEndpoint, StreamsFromNowUnlessAskedOtherwise) {
  FakeBackend backend = daemon_of_regions();
  auto stream = std::get<http::Stream>(backend.answer("/v1/events", "GET", kStream));
  EXPECT_EQ(stream.pull(), "retry: 2000\nid: 3\n\n");
}

TEST(EventsEndpoint, ResumesByLastEventIdWhateverTheUrlSays) {
  FakeBackend backend = daemon_of_regions();
  auto headers = kStream;
  headers.push_back({"Last-Event-ID", "2"});
  auto stream = std::get<http::Stream>(backend.answer("/v1/events?after=0", "GET", headers));
  EXPECT_EQ(stream.pull(), "retry: 2000\nid: 2\n\n");
  headers.back().value = "17";
  const auto beyond = backend.ask("/v1/events", "GET", headers);
  EXPECT_EQ(beyond.status, 400);
  EXPECT_THAT(beyond.body, AllOf(HasSubstr("Last-Event-ID 17"), HasSubstr("after=0")));
}

TEST(EventsEndpoint, EndsAStreamWhoseStoreFails) {
  FakeBackend backend = daemon_of_regions();
  auto stream = std::get<http::Stream>(backend.answer("/v1/events", "GET", kStream));
  EXPECT_TRUE(stream.pull());
  backend.fails = true;
  EXPECT_FALSE(stream.pull());
}

TEST(DeadLettersEndpoint, ListsAndShowsThem) {
  FakeBackend backend = daemon_of_regions();
  core::DeadLetterView letter;
  letter.webhook = "soc";
  letter.attempts = 10;
  letter.reason = "server_error 500";
  letter.died = WallTime(std::chrono::seconds(1));
  letter.seq = 7;
  letter.event = event_record(7);
  backend.letters = {{letter}, true};
  const auto body = backend.json("/v1/dead-letters?webhook=soc&limit=1");
  EXPECT_EQ(backend.letter_filter.webhook, "soc");
  EXPECT_EQ(body.at("next"), "soc/7");
  const auto& first = body.at("dead_letters").as_array().at(0);
  EXPECT_EQ(first.at("seq"), 7);
  EXPECT_EQ(first.at("attempts"), 10);
  EXPECT_EQ(first.at("reason"), "server_error 500");
  EXPECT_EQ(first.at("died"), "1970-01-01T00:00:01.0000000Z");
  EXPECT_EQ(first.at("action_id"), "a");

  EXPECT_EQ(backend.ask("/v1/dead-letters?cursor=soc%2F7").status, 200);
  EXPECT_EQ(backend.letter_filter.after_webhook, "soc");
  EXPECT_EQ(backend.letter_filter.after_seq, 7U);
  EXPECT_EQ(backend.ask("/v1/dead-letters?cursor=soc").status, 400);

  EXPECT_EQ(backend.json("/v1/dead-letters/soc/7").at("event").at("id"), "ma_7");
  EXPECT_EQ(backend.ask("/v1/dead-letters/soc/8").status, 404);
  EXPECT_EQ(backend.ask("/v1/dead-letters/soc/x").status, 400);
}

TEST(DeadLettersEndpoint, ListsOneWhoseEventCannotBeRead) {
  FakeBackend backend = daemon_of_regions();
  core::DeadLetterView letter;
  letter.webhook = "soc";
  letter.seq = 7;
  letter.reason = "the stored event is damaged: its text is no JSON";
  backend.letters = {{letter}, true};
  const auto body = backend.json("/v1/dead-letters");
  EXPECT_EQ(body.at("next"), "soc/7");
  const auto& first = body.at("dead_letters").as_array().at(0);
  EXPECT_EQ(first.at("seq"), 7);
  for (const char* key : {"id", "type", "action_id"}) EXPECT_TRUE(first.at(key).is_null()) << key;
  EXPECT_TRUE(backend.json("/v1/dead-letters/soc/7").at("event").is_null());
}

/// Asks about letters 7 and 8; the event of 7 may be one that cannot be read.
template <class Asked>
std::vector<std::uint64_t> asked_with(const std::string& path, const std::string& body,
                                      bool readable = true, int status = 200) {
  FakeBackend backend = daemon_of_regions();
  for (const std::uint64_t seq : {7U, 8U}) {
    core::DeadLetterView letter;
    letter.webhook = "soc";
    letter.seq = seq;
    letter.event = event_record(seq);
    backend.letters.letters.push_back(letter);
  }
  if (!readable) backend.letters.letters[0].event.reset();
  EXPECT_EQ(backend.post(path, body).status, status);
  std::vector<std::uint64_t> seqs;
  if (!backend.operated) return seqs;
  for (const auto& letter : std::get<Asked>(*backend.operated).letters) {
    seqs.push_back(letter.seq);
  }
  return seqs;
}

TEST(DeadLettersEndpoint, PurgesWhatCannotBeReadAndReplaysTheRest) {
  constexpr const char* kReplay = "/v1/dead-letters/replay";
  constexpr const char* kPurge = "/v1/dead-letters/purge";
  const std::string all = R"({"webhook":"soc"})";
  const std::string named = R"({"webhook":"soc","seqs":[7,8]})";
  EXPECT_THAT(asked_with<core::PurgeDeadLetters>(kPurge, all, false), testing::ElementsAre(7, 8));
  EXPECT_THAT(asked_with<core::PurgeDeadLetters>(kPurge, named, false), testing::ElementsAre(7, 8));
  EXPECT_THAT(asked_with<core::ReplayDeadLetters>(kReplay, all, false), testing::ElementsAre(8));
  EXPECT_THAT(asked_with<core::ReplayDeadLetters>(kReplay, named, false, 409), testing::IsEmpty());
}

TEST(DeadLettersEndpoint, TakesALetterThatIsNamedTwiceOnce) {
  const std::string body = R"({"webhook":"soc","seqs":[8,7,8]})";
  EXPECT_THAT(asked_with<core::ReplayDeadLetters>("/v1/dead-letters/replay", body),
              testing::ElementsAre(7, 8));
  EXPECT_THAT(asked_with<core::PurgeDeadLetters>("/v1/dead-letters/purge", body),
              testing::ElementsAre(7, 8));
}

TEST(DeadLettersEndpoint, ReplaysInTheOrderThatTheEventsWereQueuedIn) {
  FakeBackend backend = daemon_of_regions();
  core::DeadLetterView letter;
  letter.webhook = "soc";
  letter.seq = 7;
  letter.event = event_record(7);
  backend.letters.letters = {letter, letter, letter};
  auto& letters = backend.letters.letters;
  letters[1].event->type = core::EventType::RegionRecovered;
  letters[1].event->action = {};
  letters[2].event->type = core::EventType::WebhookResumed;
  letters[2].event->subject.webhook = "siem";
  EXPECT_EQ(backend.post("/v1/dead-letters/replay", R"({"webhook":"soc"})").status, 200);
  std::vector<std::string> orders;
  for (const auto& key : std::get<core::ReplayDeadLetters>(backend.operated.value()).letters) {
    orders.push_back(key.order.value);
  }
  EXPECT_THAT(orders, testing::ElementsAre("a", "region eu", "webhook siem"));
}

TEST(ReopenEndpoint, ReopensOnPostAlone) {
  FakeBackend backend;
  EXPECT_EQ(backend.ask("/v1/reopen").status, 405);
  EXPECT_EQ(backend.reopened, 0);
  EXPECT_EQ(backend.ask("/v1/reopen", "POST").status, 200);
  EXPECT_EQ(backend.reopened, 1);
  backend.fails = true;
  const auto failed = backend.ask("/v1/reopen", "POST");
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, HasSubstr("/var/log/t.jsonl"));
}

TEST(OperatorApi, RefusesABodyItCannotTake) {
  FakeBackend backend;
  const std::vector<http::Header> json = {{"Content-Type", "application/json; charset=utf-8"}};
  EXPECT_EQ(backend.ask("/v1/reopen", "POST", json, "{}").status, 200);
  EXPECT_EQ(backend.ask("/v1/reopen", "POST", {}, "{}").status, 415);
  EXPECT_EQ(backend.ask("/v1/reopen", "POST", json, "[]").status, 400);
  EXPECT_EQ(backend.ask("/v1/reopen", "POST", json, "{").status, 400);
  EXPECT_EQ(backend.ask("/v1/reopen", "POST", json, R"({"now":true})").status, 400);
  EXPECT_EQ(backend.ask("/v1/reopen", "POST", json, std::string(65537, ' ')).status, 413);
  EXPECT_EQ(backend.reopened, 1);
}

TEST(OperatorApi, SaysWhenTheStoreFails) {
  FakeBackend backend = daemon_of_regions();
  backend.fails = true;
  for (const char* path : {"/v1/actions", "/v1/actions/a", "/v1/events"}) {
    const auto response = backend.ask(path);
    EXPECT_EQ(response.status, 500) << path;
    EXPECT_THAT(response.body, HasSubstr("store.db")) << path;
  }
}

}  // namespace
}  // namespace mactiond::admin
