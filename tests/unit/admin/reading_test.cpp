#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "unit/admin/views.hpp"

namespace mactiond::admin {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

FakeStore store_of_regions() {
  FakeStore store;
  for (const char* name : {"eu", "us"}) {
    store.status.regions.emplace_back();
    store.status.regions.back().name = name;
  }
  store.status.last_seq = 3;
  return store;
}

TEST(ActionsEndpoint, PassesTheFiltersOn) {
  FakeStore store = store_of_regions();
  EXPECT_EQ(store.ask("/v1/actions").status, 200);
  EXPECT_FALSE(store.action_filter.open_only);
  EXPECT_EQ(store.action_filter.limit, 100);
  EXPECT_EQ(store.action_filter.before, core::ActionCursor());

  EXPECT_EQ(store
                .ask("/v1/actions?state=all&region=us&type=live%20response&status=canceled&"
                     "limit=1000")
                .status,
            200);
  EXPECT_FALSE(store.action_filter.open_only);
  EXPECT_THAT(store.action_filter.regions, ElementsAre("us"));
  EXPECT_THAT(store.action_filter.types, ElementsAre("LiveResponse"));
  EXPECT_THAT(store.action_filter.statuses, ElementsAre("Cancelled"));
  EXPECT_EQ(store.action_filter.limit, 1000);
}

TEST(ActionsEndpoint, ShowsEachWithItsState) {
  FakeStore store = store_of_regions();
  store.page.actions = {action_view("a"), action_view("b"), action_view("c")};
  store.page.actions[1].open = false;
  store.page.actions[2].open = false;
  store.page.actions[2].vanished = true;
  const auto body = store.json("/v1/actions");
  EXPECT_TRUE(body.at("next").is_null());
  const auto& actions = body.at("actions").as_array();
  EXPECT_EQ(actions.at(0).at("region"), "eu");
  EXPECT_EQ(actions.at(0).at("action").at("id"), "a");
  EXPECT_EQ(actions.at(0).at("state"), "open");
  EXPECT_EQ(actions.at(1).at("state"), "closed");
  EXPECT_EQ(actions.at(2).at("state"), "vanished");
}

TEST(ActionsEndpoint, TakesItsCursorBack) {
  FakeStore store = store_of_regions();
  store.page.next = core::ActionCursor{WallTime(Duration(17)), "eu", "x y/\xc3\xa4"};
  const std::string next(store.json("/v1/actions").at("next").as_string());
  EXPECT_EQ(store.ask("/v1/actions?cursor=" + next).status, 200);
  EXPECT_EQ(store.action_filter.before, *store.page.next);
}

TEST(ActionsEndpoint, SaysWhatIsWrongWithAParameter) {
  FakeStore store = store_of_regions();
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
    const auto response = store.ask("/v1/actions?" + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_THAT(response.body, HasSubstr(words)) << query;
  }
}

TEST(ActionEndpoint, DecodesTheIdAndShowsTheHistory) {
  FakeStore store = store_of_regions();
  store.found = {action_view("a/b?c")};
  store.events = {event_record(1), event_record(2)};
  store.decisions.emplace_back();
  store.decisions[0].by = {"ann (uid 7)", "root"};
  const auto body = store.json("/v1/actions/a%2Fb%3Fc");
  EXPECT_EQ(body.at("decisions").as_array().at(0).at("operator"), "ann (uid 7)");
  EXPECT_EQ(body.at("decisions").as_array().at(0).at("operator_note"), "root");
  EXPECT_EQ(body.at("decisions").as_array().at(0).at("state"), "decided");
  EXPECT_TRUE(body.at("decisions").as_array().at(0).at("policy").is_null());
  EXPECT_EQ(store.asked_id, "a/b?c");
  EXPECT_EQ(body.at("action").at("id"), "a/b?c");
  EXPECT_EQ(body.at("events").as_array().size(), 2U);
  EXPECT_EQ(body.at("events").as_array().at(1).at("seq"), 2);
}

TEST(ActionEndpoint, AsksForTheRegionWhereSeveralKnowTheAction) {
  FakeStore store = store_of_regions();
  EXPECT_EQ(store.ask("/v1/actions/a").status, 404);
  store.found = {action_view("a", "eu"), action_view("a", "us")};
  auto response = store.ask("/v1/actions/a");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("eu, us"));
  store.found = {action_view("abcdef", "eu"), action_view("abcdef", "us")};
  response = store.ask("/v1/actions/abcd");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("several regions (eu, us)"));
  store.found = {action_view("a", "eu"), action_view("a", "us")};
  EXPECT_EQ(store.json("/v1/actions/a?region=us").at("region"), "us");
  EXPECT_EQ(store.ask("/v1/actions/a?region=uk").status, 404);
}

TEST(ActionEndpoint, ARegionThatThereIsNotIsRefusedWithTheNearestOne) {
  FakeStore store = store_of_regions();
  store.found = {action_view("a", "eu")};
  for (const char* action : {"a", "unknown"}) {
    const auto response = store.ask("/v1/actions/" + std::string(action) + "?region=usa");
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("there is no region \\\"usa\\\"; did you mean us?"));
  }
  EXPECT_THAT(store.ask("/v1/actions/a?region=us").body, HasSubstr("known in: eu"));
}

TEST(EventsEndpoint, TellsEventsAfterASeq) {
  FakeStore store = store_of_regions();
  store.events = {event_record(1), event_record(2), event_record(3)};
  EXPECT_EQ(store.json("/v1/events").at("events").as_array().size(), 3U);
  const auto body = store.json("/v1/events?after=2&limit=7");
  EXPECT_EQ(body.at("last_seq"), 3);
  EXPECT_EQ(body.at("events").as_array().at(0).at("id"), "ma_3");
  EXPECT_EQ(store.event_filter.limit, 7);
  EXPECT_TRUE(store.json("/v1/events?after=3").at("events").as_array().empty());
  for (const char* after : {"", "x", "-1", "1.5", "4"}) {
    EXPECT_EQ(store.ask(std::string("/v1/events?after=") + after).status, 400) << after;
  }
}

const std::vector<http::Header> kStream = {{"Accept", "text/html, text/event-stream;q=0.9"}};

TEST(EventsEndpoint, StreamsToThoseWhoAcceptIt) {
  FakeStore store = store_of_regions();
  store.events = {event_record(3)};
  store.events[0].document = "{\"id\":\n\r\"a\"}";
  auto stream = std::get<http::Stream>(store.answer("/v1/events?after=2", "GET", kStream));
  EXPECT_EQ(http::find_header(stream.headers, "content-type"), "text/event-stream");
  EXPECT_EQ(stream.pull(), "retry: 2000\nid: 2\n\n");
  const auto piece = stream.pull().value();
  EXPECT_THAT(piece, testing::StartsWith("id: 3\ndata: {\"seq\":3,"));
  EXPECT_THAT(piece, testing::EndsWith("}\n\n"));
  EXPECT_EQ(std::count(piece.begin(), piece.end(), '\n'), 3);
  EXPECT_THAT(piece, Not(HasSubstr("\r")));
  EXPECT_EQ(stream.pull(), "");
  store.events.push_back(event_record(4));
  EXPECT_THAT(stream.pull().value(), HasSubstr("id: 4\n"));
  EXPECT_EQ(stream.heartbeat, ":\n\n");
  EXPECT_LE(store.event_filter.bytes, 65536U);
}

TEST(EventsEndpoint, StreamsFromNowUnlessTold) {
  FakeStore store = store_of_regions();
  auto stream = std::get<http::Stream>(store.answer("/v1/events", "GET", kStream));
  EXPECT_EQ(stream.pull(), "retry: 2000\nid: 3\n\n");
}

TEST(EventsEndpoint, ResumesByLastEventIdWhateverTheUrlSays) {
  FakeStore store = store_of_regions();
  auto headers = kStream;
  headers.push_back({"Last-Event-ID", "2"});
  auto stream = std::get<http::Stream>(store.answer("/v1/events?after=0", "GET", headers));
  EXPECT_EQ(stream.pull(), "retry: 2000\nid: 2\n\n");
  headers.back().value = "17";
  const auto beyond = store.ask("/v1/events", "GET", headers);
  EXPECT_EQ(beyond.status, 400);
  EXPECT_THAT(beyond.body, AllOf(HasSubstr("Last-Event-ID 17"), HasSubstr("after=0")));
}

TEST(EventsEndpoint, EndsAStreamWhoseStoreFails) {
  FakeStore store = store_of_regions();
  auto stream = std::get<http::Stream>(store.answer("/v1/events", "GET", kStream));
  EXPECT_TRUE(stream.pull());
  store.fails = true;
  EXPECT_FALSE(stream.pull());
}

TEST(DeadLettersEndpoint, ListsAndShowsThem) {
  FakeStore store = store_of_regions();
  core::DeadLetterView letter;
  letter.webhook = "soc";
  letter.attempts = 10;
  letter.reason = "server_error 500";
  letter.died = WallTime(std::chrono::seconds(1));
  letter.event = event_record(7);
  store.letters = {{letter}, true};
  const auto body = store.json("/v1/dead-letters?webhook=soc&limit=1");
  EXPECT_EQ(store.letter_filter.webhook, "soc");
  EXPECT_EQ(body.at("next"), "soc/7");
  const auto& first = body.at("dead_letters").as_array().at(0);
  EXPECT_EQ(first.at("seq"), 7);
  EXPECT_EQ(first.at("attempts"), 10);
  EXPECT_EQ(first.at("reason"), "server_error 500");
  EXPECT_EQ(first.at("died"), "1970-01-01T00:00:01.0000000Z");
  EXPECT_EQ(first.at("action_id"), "a");

  EXPECT_EQ(store.ask("/v1/dead-letters?cursor=soc%2F7").status, 200);
  EXPECT_EQ(store.letter_filter.after_webhook, "soc");
  EXPECT_EQ(store.letter_filter.after_seq, 7U);
  EXPECT_EQ(store.ask("/v1/dead-letters?cursor=soc").status, 400);

  EXPECT_EQ(store.json("/v1/dead-letters/soc/7").at("event").at("id"), "ma_7");
  EXPECT_EQ(store.ask("/v1/dead-letters/soc/8").status, 404);
  EXPECT_EQ(store.ask("/v1/dead-letters/soc/x").status, 400);
}

template <class Asked>
std::vector<std::uint64_t> asked_with(const std::string& path, const std::string& body) {
  FakeStore store = store_of_regions();
  for (const std::uint64_t seq : {7U, 8U}) {
    core::DeadLetterView letter;
    letter.webhook = "soc";
    letter.event = event_record(seq);
    store.letters.letters.push_back(letter);
  }
  std::vector<std::uint64_t> seqs;
  Operations operations = store.operations();
  operations.operate = [&](core::Event event) -> Result<core::Reply> {
    for (const auto& letter : std::get<Asked>(event).letters) seqs.push_back(letter.seq);
    return core::Reply{core::Reply::Outcome::Done, "done"};
  };
  http::Request request;
  request.method = "POST";
  request.url.target = path;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = body;
  const auto answer = answer_operator(request, store.views(), operations);
  EXPECT_EQ(std::get<http::Response>(answer).status, 200);
  return seqs;
}

TEST(DeadLettersEndpoint, TakesALetterThatIsNamedTwiceOnce) {
  const std::string body = R"({"webhook":"soc","seqs":[8,7,8]})";
  EXPECT_THAT(asked_with<core::ReplayDeadLetters>("/v1/dead-letters/replay", body),
              testing::ElementsAre(7, 8));
  EXPECT_THAT(asked_with<core::PurgeDeadLetters>("/v1/dead-letters/purge", body),
              testing::ElementsAre(7, 8));
}

TEST(DeadLettersEndpoint, ReplaysInTheOrderThatTheEventsWereQueuedIn) {
  FakeStore store = store_of_regions();
  core::DeadLetterView letter;
  letter.webhook = "soc";
  letter.event = event_record(7);
  store.letters.letters = {letter, letter, letter};
  auto& letters = store.letters.letters;
  letters[1].event.type = core::EventType::RegionRecovered;
  letters[1].event.action = {};
  letters[2].event.type = core::EventType::WebhookResumed;
  letters[2].event.fields = R"("webhook":"siem","reason":"by an operator")";
  std::vector<std::string> orders;
  Operations operations = store.operations();
  operations.operate = [&](core::Event event) -> Result<core::Reply> {
    for (const auto& key : std::get<core::ReplayDeadLetters>(event).letters) {
      orders.push_back(key.action.value);
    }
    return core::Reply{core::Reply::Outcome::Done, "done"};
  };
  http::Request request;
  request.method = "POST";
  request.url.target = "/v1/dead-letters/replay";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = R"({"webhook":"soc"})";
  (void)answer_operator(request, store.views(), operations);
  EXPECT_THAT(orders, testing::ElementsAre("a", "region eu", "webhook siem"));
}

TEST(ReopenEndpoint, ReopensOnPostAlone) {
  FakeStore store;
  EXPECT_EQ(store.ask("/v1/reopen").status, 405);
  EXPECT_EQ(store.reopened, 0);
  EXPECT_EQ(store.ask("/v1/reopen", "POST").status, 200);
  EXPECT_EQ(store.reopened, 1);
  store.fails = true;
  const auto failed = store.ask("/v1/reopen", "POST");
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, HasSubstr("/var/log/t.jsonl"));
}

TEST(OperatorApi, RefusesABodyItCannotTake) {
  FakeStore store;
  const std::vector<http::Header> json = {{"Content-Type", "application/json; charset=utf-8"}};
  EXPECT_EQ(store.ask("/v1/reopen", "POST", json, "{}").status, 200);
  EXPECT_EQ(store.ask("/v1/reopen", "POST", {}, "{}").status, 415);
  EXPECT_EQ(store.ask("/v1/reopen", "POST", json, "[]").status, 400);
  EXPECT_EQ(store.ask("/v1/reopen", "POST", json, "{").status, 400);
  EXPECT_EQ(store.ask("/v1/reopen", "POST", json, R"({"now":true})").status, 400);
  EXPECT_EQ(store.ask("/v1/reopen", "POST", json, std::string(65537, ' ')).status, 413);
  EXPECT_EQ(store.reopened, 1);
}

TEST(OperatorApi, SaysWhenTheStoreFails) {
  FakeStore store = store_of_regions();
  store.fails = true;
  for (const char* path : {"/v1/actions", "/v1/actions/a", "/v1/events"}) {
    const auto response = store.ask(path);
    EXPECT_EQ(response.status, 500) << path;
    EXPECT_THAT(response.body, HasSubstr("store.db")) << path;
  }
}

}  // namespace
}  // namespace mactiond::admin
