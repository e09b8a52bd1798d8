#include "sim/defender_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "defender/api.hpp"
#include "defender/codec.hpp"

namespace mactiond::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + hours(10)};

constexpr const char* kNobody = "00000000-0000-4000-8000-000000000000";

Spec planned(Plan plan) {
  Spec spec;
  spec.plan = std::move(plan);
  return spec;
}

ListOptions options_of(const std::string& query) {
  auto options = parse_list_options(query);
  if (options) return std::move(*options);
  ADD_FAILURE() << options.error().message;
  return {};
}

std::vector<std::string> ids(const ListAnswer& answer) {
  std::vector<std::string> out;
  for (const Version* row : answer.rows) out.push_back(row->entity().id);
  return out;
}

std::string listed_status(DefenderModel& model, const ActionId& id, WallTime now) {
  const auto answer = model.list(options_of("$filter=id eq '" + id.value + "'"), now);
  if (!answer || answer->rows.size() != 1) return "";
  return answer->rows.front()->entity().status;
}

std::string read_status(DefenderModel& model, const ActionId& id, WallTime now) {
  const auto answer = model.get(id, now);
  return answer ? (*answer)->entity().status : "";
}

class DefenderModelTest : public testing::Test {
 protected:
  DefenderModel& model() {
    if (!model_) model_.emplace(traits_, 1);
    return *model_;
  }
  /// The next model() is made from the traits as they are then.
  void renew() { model_.reset(); }
  Traits traits_;

 private:
  std::optional<DefenderModel> model_;
};

TEST_F(DefenderModelTest, WalksThePlanAtItsOwnTimesHoweverLateItIsAsked) {
  const ActionId id =
      model().add(planned({{seconds(5), "InProgress"}, {seconds(10), "Succeeded"}}), kStart);
  EXPECT_EQ(read_status(model(), id, kStart), "Pending");
  model().advance(kStart + hours(1));
  const auto history = model().history(id);
  ASSERT_EQ(history.size(), 3U);
  EXPECT_FALSE(history[0].from);
  EXPECT_EQ(history[1].from, "Pending");
  EXPECT_EQ(history[2].to, "Succeeded");
  EXPECT_GE(history[1].time, kStart + seconds(5));
  EXPECT_LT(history[1].time, kStart + seconds(5) + milliseconds(1));
  EXPECT_GE(history[2].time, kStart + seconds(15));
  EXPECT_LT(history[2].time, kStart + seconds(15) + milliseconds(2));
  EXPECT_EQ(read_status(model(), id, kStart + hours(1)), "Succeeded");
}

TEST_F(DefenderModelTest, SaysWhenTheNextChangeIsDue) {
  EXPECT_FALSE(model().next_change());
  (void)model().add(planned({{seconds(5), "Succeeded"}}), kStart);
  const auto due = model().next_change();
  ASSERT_TRUE(due);
  EXPECT_GE(*due, kStart + seconds(5));
  model().advance(*due - Duration(1));
  EXPECT_EQ(model().truth().size(), 1U);
  model().advance(*due);
  EXPECT_EQ(model().truth().size(), 2U);
  EXPECT_FALSE(model().next_change());
}

TEST_F(DefenderModelTest, NumbersTheTruthWithoutAGapInTheOrderOfHappening) {
  for (int i = 0; i < 50; ++i) {
    (void)model().add(planned({{milliseconds(7 * i + 1), "InProgress"}, {seconds(1), "Failed"}}),
                      kStart + milliseconds(i));
  }
  model().advance(kStart + minutes(1));
  const auto& truth = model().truth();
  ASSERT_EQ(truth.size(), 150U);
  for (std::size_t i = 0; i < truth.size(); ++i) EXPECT_EQ(truth[i].number, i + 1);
  EXPECT_TRUE(std::is_sorted(
      truth.begin() + 51, truth.end(),
      [](const Transition& left, const Transition& right) { return left.time < right.time; }));
}

TEST_F(DefenderModelTest, MovesOnRequestAndDropsTheRestOfThePlan) {
  const ActionId id = model().add(planned({{seconds(5), "Failed"}}), kStart);
  EXPECT_TRUE(model().move(id, "Succeeded", kStart + seconds(1)));
  model().advance(kStart + minutes(1));
  EXPECT_EQ(model().status(id), "Succeeded");
  EXPECT_EQ(model().history(id).size(), 2U);
  EXPECT_FALSE(model().move(ActionId{"unknown"}, "Failed", kStart + minutes(1)));
}

TEST_F(DefenderModelTest, TimesOutOnADeviceThatStaysOffline) {
  Spec spec;
  spec.machine_id = std::string(40, 'a');
  model().set_offline(spec.machine_id, true, kStart);
  const ActionId id = model().add(spec, kStart);
  EXPECT_EQ(read_status(model(), id, kStart + hours(72)), "Pending");
  EXPECT_EQ(read_status(model(), id, kStart + hours(72) + minutes(15)), "TimeOut");
  EXPECT_EQ((*model().get(id, kStart + hours(73)))->entity().error_hresult, -2145844840);
}

TEST_F(DefenderModelTest, GivesUpALiveResponseSoonerWhereConfigured) {
  traits_.live_offline_timeout = hours(2);
  Spec spec;
  spec.offline = true;
  const ActionId scan = model().add(spec, kStart);
  spec.type = "LiveResponse";
  const ActionId live = model().add(spec, kStart);
  EXPECT_EQ(read_status(model(), live, kStart + hours(1)), "Pending");
  EXPECT_EQ(read_status(model(), live, kStart + hours(3)), "TimeOut");
  EXPECT_EQ(read_status(model(), scan, kStart + hours(3)), "Pending");
}

TEST_F(DefenderModelTest, CarriesOnWhenTheDeviceComesBack) {
  Spec spec;
  spec.machine_id = std::string(40, 'a');
  const ActionId id = model().add(spec, kStart);
  model().set_offline(spec.machine_id, true, kStart + seconds(1));
  EXPECT_EQ(read_status(model(), id, kStart + hours(5)), "Pending");
  model().set_offline(spec.machine_id, false, kStart + hours(5));
  EXPECT_EQ(read_status(model(), id, kStart + hours(6)), "Succeeded");
}

TEST_F(DefenderModelTest, ScalesTheTimeOutBySpeed) {
  traits_.speed = 3600;
  Spec spec;
  spec.offline = true;
  const ActionId id = model().add(spec, kStart);
  EXPECT_EQ(read_status(model(), id, kStart + seconds(71)), "Pending");
  EXPECT_EQ(read_status(model(), id, kStart + seconds(73)), "TimeOut");
}

TEST_F(DefenderModelTest, HidesANewActionForTheVisibilityDelayEvenIfItChangesMeanwhile) {
  traits_.visibility_get = seconds(5);
  traits_.visibility_list = seconds(8);
  const ActionId id = model().add(planned({{seconds(2), "Succeeded"}}), kStart);
  EXPECT_FALSE(model().get(id, kStart + seconds(4)));
  EXPECT_EQ(model().get(id, kStart + seconds(4)).error().status, 404);
  EXPECT_EQ(read_status(model(), id, kStart + seconds(5)), "Succeeded");
  EXPECT_EQ(listed_status(model(), id, kStart + seconds(7)), "");
  EXPECT_EQ(listed_status(model(), id, kStart + seconds(8)), "Succeeded");
}

TEST_F(DefenderModelTest, ShowsTheOlderStateInALaggingList) {
  traits_.list_lag = seconds(10);
  const ActionId id = model().add(planned({{seconds(20), "Succeeded"}}), kStart);
  EXPECT_EQ(listed_status(model(), id, kStart + seconds(25)), "Pending");
  EXPECT_EQ(read_status(model(), id, kStart + seconds(25)), "Succeeded");
  EXPECT_EQ(listed_status(model(), id, kStart + seconds(31)), "Succeeded");
}

TEST_F(DefenderModelTest, FillsScopeAndNameInLaterWithoutANewStamp) {
  traits_.fill_after = seconds(3);
  Spec spec = planned({});
  spec.scope = "Full";
  spec.computer_dns_name = "host1";
  const ActionId id = model().add(spec, kStart);
  const Entity fresh = (*model().get(id, kStart))->entity();
  EXPECT_FALSE(fresh.scope);
  EXPECT_FALSE(fresh.computer_dns_name);
  const Entity filled = (*model().get(id, kStart + seconds(3)))->entity();
  EXPECT_EQ(filled.scope, "Full");
  EXPECT_EQ(filled.computer_dns_name, "host1");
  EXPECT_EQ(filled.last_update, fresh.last_update);
  EXPECT_EQ(model().truth().size(), 1U);
}

TEST_F(DefenderModelTest, ForgetsARemovedActionButNotItsHistory) {
  const ActionId id = model().add(planned({{seconds(1), "Succeeded"}}), kStart);
  EXPECT_TRUE(model().remove(id, kStart));
  EXPECT_FALSE(model().get(id, kStart + seconds(5)));
  EXPECT_EQ(listed_status(model(), id, kStart + seconds(5)), "");
  EXPECT_EQ(model().history(id).size(), 1U);
  EXPECT_FALSE(model().remove(id, kStart));
}

TEST_F(DefenderModelTest, ForgetsWhatIsOlderThanItsRetention) {
  traits_.retention = hours(24);
  const ActionId id = model().add(planned({{seconds(1), "Succeeded"}}), kStart);
  EXPECT_EQ(read_status(model(), id, kStart + hours(23)), "Succeeded");
  EXPECT_EQ(read_status(model(), id, kStart + hours(24)), "");
}

TEST_F(DefenderModelTest, ListsTheNewestCreationFirst) {
  std::vector<std::string> added;
  for (int i = 0; i < 5; ++i) added.push_back(model().add({}, kStart + seconds(i)).value);
  std::reverse(added.begin(), added.end());
  EXPECT_EQ(ids(*model().list(ListOptions{}, kStart + seconds(5))), added);
}

TEST_F(DefenderModelTest, ListsInTheOrderAskedFor) {
  const ActionId slow = model().add(planned({{seconds(50), "Succeeded"}}), kStart);
  const ActionId quick = model().add(planned({{seconds(5), "Succeeded"}}), kStart + seconds(1));
  const WallTime now = kStart + minutes(1);
  EXPECT_EQ(ids(*model().list(options_of("$orderby=lastUpdateDateTimeUtc asc"), now)),
            (std::vector{quick.value, slow.value}));
  EXPECT_EQ(ids(*model().list(options_of("$orderby=lastUpdateDateTimeUtc desc"), now)),
            (std::vector{slow.value, quick.value}));
}

TEST_F(DefenderModelTest, PagesThroughEveryRowOnce) {
  for (int i = 0; i < 25; ++i) (void)model().add({}, kStart + seconds(i));
  std::set<std::string> seen;
  for (int skip = 0; skip < 30; skip += 10) {
    const auto page =
        model().list(options_of("$top=10&$skip=" + std::to_string(skip)), kStart + minutes(1));
    EXPECT_EQ(page->rows.size(), skip == 20 ? 5U : 10U);
    EXPECT_FALSE(page->has_next_link);
    for (const std::string& id : ids(*page)) EXPECT_TRUE(seen.insert(id).second);
  }
  EXPECT_EQ(seen.size(), 25U);
}

TEST_F(DefenderModelTest, AnswersTheSameByIndexAsByLookingAtEveryRow) {
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    Spec spec =
        planned({{seconds(random.below(600)), "InProgress"},
                 {seconds(random.below(600)), random.below(2) != 0U ? "Failed" : "Succeeded"}});
    spec.type = random.below(2) != 0U ? "Isolate" : "RunAntiVirusScan";
    (void)model().add(spec, kStart + seconds(i));
  }
  const WallTime now = kStart + minutes(12);
  for (const std::string filter :
       {"lastUpdateDateTimeUtc ge 2026-11-20T10:08:00Z",
        "lastUpdateDateTimeUtc gt 2026-11-20T10:03:00Z and lastUpdateDateTimeUtc le "
        "2026-11-20T10:06:00Z",
        "creationDateTimeUtc lt 2026-11-20T10:01:00Z and status eq 'Failed'",
        "status eq 'Pending' or status eq 'InProgress' or creationDateTimeUtc ge "
        "2026-11-20T10:04:00Z",
        "status in ('Failed','Pending') and type eq 'Isolate'", "not (status eq 'Failed')",
        "status ne 'Failed' or creationDateTimeUtc ge 2026-11-20T10:04:00Z",
        "errorHResult eq 0 and status eq 'Succeeded'", "errorHResult eq 0"}) {
    SCOPED_TRACE(filter);
    const ListOptions options = options_of("$filter=" + filter);
    const auto all = model().list(ListOptions{}, now);
    std::vector<std::string> expected;
    for (const Version* row : all->rows) {
      if (matches(*options.filter, row->entity())) expected.push_back(row->entity().id);
    }
    EXPECT_FALSE(expected.empty());
    EXPECT_LT(expected.size(), 300U);
    EXPECT_EQ(ids(*model().list(options, now)), expected);
  }
}

TEST_F(DefenderModelTest, NamesANextLinkOnlyWithoutTop) {
  traits_.page_max = 10;
  for (int i = 0; i < 15; ++i) (void)model().add({}, kStart);
  const ListOptions whole = options_of("$filter=status eq 'Pending'&$count=true");
  const auto page = model().list(whole, kStart);
  EXPECT_TRUE(page->has_next_link);
  const std::string json = model().list_json(*page, whole);
  EXPECT_NE(json.find("\"@odata.nextLink\":\"https://api.security.microsoft.com/api/machineactions?"
                      "$filter=status%20eq%20%27Pending%27&$count=true&$skip=10\""),
            std::string::npos);
  EXPECT_NE(json.find("\"@odata.count\":15"), std::string::npos);
  EXPECT_FALSE(model().list(options_of("$top=5"), kStart)->has_next_link);
  traits_.next_link = NextLink::Foreign;
  model().set_traits(traits_);
  const auto foreign = model().list(options_of("$top=5"), kStart);
  EXPECT_TRUE(foreign->has_next_link);
  EXPECT_NE(model().list_json(*foreign, {}).find("https://collector.example.net/"),
            std::string::npos);
}

TEST_F(DefenderModelTest, RefusesWhatTheTenantDoesNotSupport) {
  traits_.reject_last_update_filter = true;
  traits_.reject_order_by = true;
  traits_.reject_in = true;
  for (const std::string query :
       {"$filter=status eq 'x' or lastUpdateDateTimeUtc ge 2026-01-01T00:00:00Z", "$orderby=status",
        "$filter=not (id in ('a'))"}) {
    SCOPED_TRACE(query);
    const auto answer = model().list(options_of(query), kStart);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().status, 400);
    EXPECT_EQ(answer.error().code, "ODataError");
  }
  EXPECT_TRUE(model().list(options_of("$filter=status eq 'x'"), kStart));
}

TEST_F(DefenderModelTest, StampsWithSevenDigitsByDefault) {
  int with_odd_ticks = 0;
  for (int i = 0; i < 100; ++i) {
    const ActionId id = model().add({}, kStart);
    const auto ticks = model().history(id).front().time.time_since_epoch().count();
    if (ticks % 10 != 0) ++with_odd_ticks;
  }
  EXPECT_GT(with_odd_ticks, 60);
}

TEST_F(DefenderModelTest, CutsStampsToTheDigitsAskedFor) {
  traits_.fraction_digits = 2;
  const ActionId id = model().add(
      planned({{milliseconds(1), "InProgress"}, {milliseconds(1), "Succeeded"}}), kStart);
  model().advance(kStart + seconds(1));
  WallTime last{};
  for (const Transition& change : model().history(id)) {
    EXPECT_EQ(change.time.time_since_epoch().count() % 100'000, 0);
    EXPECT_GE(change.time, last);
    last = change.time;
  }
}

TEST_F(DefenderModelTest, CancelsTheOriginalAction) {
  const ActionId id = model().add(planned({{hours(1), "Succeeded"}}), kStart);
  const auto answer = model().cancel(id, "too late", "app", kStart + seconds(30));
  ASSERT_TRUE(answer);
  const Entity& entity = (*answer)->entity();
  EXPECT_EQ(entity.status, "Cancelled");
  EXPECT_EQ(entity.cancellation_comment, "too late");
  EXPECT_EQ(entity.cancellation_requestor, "app");
  EXPECT_EQ(entity.error_hresult, -2147467260);
  EXPECT_EQ(*entity.cancelled, entity.last_update - Duration(1));
  model().advance(kStart + hours(2));
  EXPECT_EQ(model().history(id).size(), 2U);
  EXPECT_EQ(model().cancel(id, "again", "app", kStart + hours(2)).error().status, 400);
  EXPECT_EQ(model().cancel({kNobody}, "x", "app", kStart + hours(2)).error().status, 404);
}

TEST_F(DefenderModelTest, LetsAnActionOvertakeADelayedCancelEdge) {
  traits_.cancel = CancelMode::Delayed;
  traits_.cancel_delay = seconds(10);
  const ActionId overtaken = model().add(planned({{seconds(5), "Succeeded"}}), kStart);
  const ActionId cancelled = model().add(planned({{seconds(15), "Succeeded"}}), kStart);
  EXPECT_EQ((*model().cancel(overtaken, "c", "app", kStart))->entity().status, "Pending");
  EXPECT_TRUE(model().cancel(cancelled, "c", "app", kStart));
  model().advance(kStart + minutes(1));
  EXPECT_EQ(model().status(overtaken), "Succeeded");
  EXPECT_EQ(model().status(cancelled), "Cancelled");
}

TEST_F(DefenderModelTest, RefusesASecondCancelInEveryMode) {
  for (const CancelMode mode : {CancelMode::Immediate, CancelMode::Delayed, CancelMode::Never}) {
    traits_.cancel = mode;
    traits_.cancel_delay = minutes(1);
    renew();
    const ActionId id = model().add(planned({{hours(1), "Succeeded"}}), kStart);
    EXPECT_TRUE(model().cancel(id, "c", "app", kStart));
    const auto again = model().cancel(id, "c", "app", kStart + seconds(1));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().status, 400);
  }
}

TEST_F(DefenderModelTest, NotesACancelBeforeItsEffectWhereConfigured) {
  traits_.cancel = CancelMode::Delayed;
  traits_.cancel_delay = minutes(1);
  const ActionId silent = model().add(planned({{hours(1), "Succeeded"}}), kStart);
  EXPECT_FALSE((*model().cancel(silent, "c", "app", kStart))->entity().cancelled);
  renew();
  traits_.cancel_noted_at_once = true;
  const ActionId noted = model().add(planned({{hours(1), "Succeeded"}}), kStart);
  ASSERT_TRUE(model().cancel(noted, "c", "app", kStart));
  const auto read = model().get(noted, kStart);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)->entity().status, "Pending");
  EXPECT_EQ((*read)->entity().cancellation_comment, "c");
  EXPECT_TRUE((*read)->value({}).cancellation_noted);
  EXPECT_EQ(model().history(noted).size(), 1U);
}

TEST_F(DefenderModelTest, SaysThatAnIdIsNoGuid) {
  const auto read = model().get({"none"}, kStart);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().status, 400);
  EXPECT_EQ(read.error().code, "BadRequest");
  EXPECT_NE(read.error().message.find("Edm.Guid"), std::string::npos);
  EXPECT_EQ(model().cancel({"none"}, "c", "app", kStart).error().code, "BadRequest");
  EXPECT_EQ(model().get({kNobody}, kStart).error().code, "ResourceNotFound");
}

// The in-memory rows stand in for the JSON way; they must not differ from it in anything.
class Shapes : public testing::TestWithParam<Shape> {};

std::vector<Spec> variety() {
  std::vector<Spec> specs(6);
  specs[0].type = "StopAndQuarantineFile";
  specs[0].sha1 = std::string(40, '7');
  specs[1].type = "LiveResponse";
  specs[1].commands = {
      {"RunScript", {{"ScriptName", "a \"b\".ps1"}, {"Args", "-x"}}, "Created", {}, {}},
      {"GetFile", {{"Path", "C:\\temp\\x.zip"}}, "Created", {}, {}}};
  specs[2].type = "Hibernate";
  specs[2].status = "Rebooting";
  specs[3].type = "Live Response";
  specs[3].status = "Canceled";
  specs[4].comment = "Größe \u2028 \x01\x1f\x7f tab\t \"quoted\" back\\slash / \U0001F512";
  specs[4].title = "T";
  specs[4].external_id = "ext-1";
  specs[5].scope = "Full";
  specs[5].age = hours(30);
  return specs;
}

TEST_P(Shapes, ReadAsTheValuesTheModelHandsOut) {
  Traits traits;
  traits.shape = GetParam();
  traits.fraction_digits.reset();
  DefenderModel model(traits, 5);
  for (const Spec& spec : variety()) {
    const ActionId id = model.add(spec, kStart);
    (void)model.cancel(id, "c", "app", kStart + seconds(1));
  }
  for (const Spec& spec : variety()) (void)model.add(spec, kStart + seconds(1));
  const WallTime now = kStart + minutes(1);
  const auto answer = model.list(ListOptions{}, now);
  const auto page = defender::parse_page(model.list_json(*answer, {}));
  ASSERT_TRUE(page) << page.error().message();
  const auto values = model.values(*answer);
  ASSERT_EQ(page->actions.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const MachineAction& read = page->actions[i];
    EXPECT_EQ(read.document, values[i].document);
    EXPECT_EQ(read.id, values[i].id);
    EXPECT_EQ(read.type, values[i].type);
    EXPECT_EQ(read.status, values[i].status);
    EXPECT_EQ(read.machine_id, values[i].machine_id);
    EXPECT_EQ(read.computer_dns_name, values[i].computer_dns_name);
    EXPECT_EQ(read.requestor, values[i].requestor);
    EXPECT_EQ(read.requestor_comment, values[i].requestor_comment);
    EXPECT_EQ(read.request_source, values[i].request_source);
    EXPECT_EQ(read.created, values[i].created);
    EXPECT_EQ(read.last_update, values[i].last_update);
    EXPECT_EQ(read.cancellation_comment, values[i].cancellation_comment);
    EXPECT_EQ(read.cancellation_noted, values[i].cancellation_noted);
  }
  const auto single = defender::parse_action(model.entity_json(*answer->rows.front()));
  ASSERT_TRUE(single);
  EXPECT_EQ(single->document, values.front().document);
}

INSTANTIATE_TEST_SUITE_P(All, Shapes,
                         testing::Values(Shape{}, Shape{true, false, false, false},
                                         Shape{false, true, false, false},
                                         Shape{false, false, true, false},
                                         Shape{false, false, false, true},
                                         Shape{true, true, true, true}));

TEST_F(DefenderModelTest, AnswersTheClientsOwnQueryTextAsTheQueryItself) {
  for (int i = 0; i < 40; ++i) {
    (void)model().add(planned({{seconds(i), "InProgress"}, {seconds(i), "Succeeded"}}),
                      kStart + seconds(i));
  }
  core::Query query;
  query.since = kStart + seconds(45) + Duration(1234567);
  query.ids = {ActionId{model().truth()[0].id}, ActionId{"it's gone"}};
  for (const auto kind :
       {core::Query::Kind::ChangedSince, core::Query::Kind::OpenOrCreatedSince,
        core::Query::Kind::CreatedSince, core::Query::Kind::IdIn, core::Query::Kind::IdEq}) {
    query.kind = kind;
    const std::string target = defender::list_target(query);
    SCOPED_TRACE(target);
    const WallTime now = kStart + seconds(60);
    const auto by_text = model().list(options_of(target.substr(target.find('?') + 1)), now);
    const auto by_value = model().list(query, now);
    ASSERT_TRUE(by_text);
    EXPECT_EQ(ids(*by_text), ids(*by_value));
  }
}

}  // namespace
}  // namespace mactiond::sim
