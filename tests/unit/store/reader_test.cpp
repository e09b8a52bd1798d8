#include "store/reader.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/store/rows.hpp"

namespace mactiond::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Status = ActionStatus::Known;

class Reading : public StoreTest {
 protected:
  /// An action created at a second, last in its status.
  core::ActionRow row(const std::string& id, Status status, std::int64_t created,
                      const std::string& region = "eu") {
    core::ActionRow row = action_row(id, status);
    row.region = region;
    row.action.created = at(created);
    return row;
  }
  void commit_actions(std::vector<core::ActionRow> rows) {
    core::Batch batch;
    batch.actions = std::move(rows);
    commit(batch);
  }
  core::ActionPage page(const core::ActionFilter& filter) {
    auto found = store_.find_actions(filter);
    EXPECT_TRUE(found) << found.error().message();
    return found ? *found : core::ActionPage{};
  }
  static std::vector<std::string> ids(const core::ActionPage& page) {
    std::vector<std::string> found;
    for (const auto& action : page.actions) found.push_back(action.id.value);
    return found;
  }
  core::DeadLetterPage letters(const core::DeadLetterFilter& filter) {
    auto found = store_.find_dead_letters(filter);
    EXPECT_TRUE(found) << found.error().message();
    return found ? *found : core::DeadLetterPage{};
  }
};

TEST_F(Reading, ListsTheNewestCreationFirst) {
  commit_actions(
      {row("b", Status::Pending, 2), row("a", Status::Succeeded, 1), row("c", Status::Failed, 3)});
  const auto found = page({});
  EXPECT_THAT(ids(found), ElementsAre("c", "b", "a"));
  EXPECT_FALSE(found.next);
  EXPECT_EQ(found.actions[0].region, "eu");
  EXPECT_FALSE(found.actions[0].open);
  EXPECT_TRUE(found.actions[1].open);
  EXPECT_EQ(found.actions[1].document, R"({"id":"b","status":"Pending"})");
}

TEST_F(Reading, ListsActionsWithoutACreationLast) {
  auto unknown = row("x", Status::Pending, 0);
  unknown.action.created.reset();
  commit_actions({unknown, row("a", Status::Pending, 1)});
  EXPECT_THAT(ids(page({})), ElementsAre("a", "x"));
}

TEST_F(Reading, ListsOpenActionsOnlyWhenAsked) {
  commit_actions({row("a", Status::Pending, 1), row("b", Status::InProgress, 2),
                  row("c", Status::Succeeded, 3), row("d", Status::Pending, 4)});
  core::Batch gone;
  gone.vanished = {{"eu", ActionId{"d"}}};
  commit(gone);
  core::ActionFilter filter;
  filter.open_only = true;
  EXPECT_THAT(ids(page(filter)), ElementsAre("b", "a"));
  EXPECT_TRUE(page({}).actions[0].vanished);
  EXPECT_FALSE(page({}).actions[0].open);
}

TEST_F(Reading, FiltersByRegionTypeAndStatus) {
  auto scan = row("s", Status::Pending, 4);
  scan.action.type = ActionType::Known::RunAntiVirusScan;
  commit_actions({row("a", Status::Pending, 1), row("b", Status::Failed, 2),
                  row("c", Status::Pending, 3, "us"), scan});
  core::ActionFilter filter;
  filter.regions = {"eu"};
  EXPECT_THAT(ids(page(filter)), ElementsAre("s", "b", "a"));
  filter.statuses = {"pending"};
  EXPECT_THAT(ids(page(filter)), ElementsAre("s", "a"));
  filter.types = {"isolate"};
  EXPECT_THAT(ids(page(filter)), ElementsAre("a"));
  filter.open_only = true;
  EXPECT_THAT(ids(page(filter)), ElementsAre("a"));
  filter.regions = {"us"};
  EXPECT_THAT(ids(page(filter)), ElementsAre("c"));
}

TEST_F(Reading, FiltersByAnyOfAListAndByVanished) {
  auto scan = row("s", Status::Pending, 4);
  scan.action.type = ActionType::Known::RunAntiVirusScan;
  commit_actions({row("a", Status::Pending, 1), row("b", Status::Failed, 2),
                  row("c", Status::TimeOut, 3, "us"), scan});
  core::Batch gone;
  gone.vanished = {{"eu", ActionId{"a"}}};
  commit(gone);
  core::ActionFilter filter;
  filter.statuses = {"Failed", "timeout"};
  EXPECT_THAT(ids(page(filter)), ElementsAre("c", "b"));
  filter.regions = {"eu", "uk"};
  EXPECT_THAT(ids(page(filter)), ElementsAre("b"));
  filter = {};
  filter.types = {"RunAntiVirusScan", "Offboard"};
  EXPECT_THAT(ids(page(filter)), ElementsAre("s"));
  filter = {};
  filter.statuses = {"vanished"};
  EXPECT_THAT(ids(page(filter)), ElementsAre("a"));
  // No part of a word fits.
  filter.statuses = {"Fail", "ailed", "%"};
  EXPECT_THAT(ids(page(filter)), IsEmpty());
}

TEST_F(Reading, FindsIdsByTheirBeginningInAnyLetterCase) {
  commit_actions({row("abcd-1", Status::Pending, 1), row("ABCD-2", Status::Pending, 1),
                  row("abcd-1", Status::Pending, 1, "us"), row("abd", Status::Pending, 1),
                  row("abcd\xc3\xa4", Status::Pending, 1), row("abc", Status::Pending, 1)});
  const auto found = [this](const std::string& prefix) {
    std::vector<std::string> places;
    for (const auto& place : *store_.find_places(prefix)) {
      places.push_back(place.region + ' ' + place.id.value);
    }
    return places;
  };
  EXPECT_THAT(found("abCD"), ElementsAre("eu abcd-1", "us abcd-1", "eu ABCD-2", "eu abcd\xc3\xa4"));
  EXPECT_THAT(found("ABC"),
              ElementsAre("eu abc", "eu abcd-1", "us abcd-1", "eu ABCD-2", "eu abcd\xc3\xa4"));
  EXPECT_THAT(found("abcd-2"), ElementsAre("eu ABCD-2"));
  EXPECT_THAT(found("abce"), IsEmpty());
  EXPECT_THAT(found("ab_d"), IsEmpty());
}

TEST_F(Reading, KnowsWhichWordsOccur) {
  auto odd = row("a", Status::Pending, 1);
  odd.action.type = ActionType::parse("ResetBios");
  odd.action.status = ActionStatus::parse("Paused");
  commit_actions({odd});
  using Field = core::ActionField;
  EXPECT_TRUE(*store_.occurs(Field::Region, "eu"));
  EXPECT_FALSE(*store_.occurs(Field::Region, "us"));
  EXPECT_TRUE(*store_.occurs(Field::Type, "resetbios"));
  EXPECT_FALSE(*store_.occurs(Field::Type, "ResetBio"));
  EXPECT_TRUE(*store_.occurs(Field::Status, "PAUSED"));
  EXPECT_FALSE(*store_.occurs(Field::Status, "Pending"));
}

TEST_F(Reading, ContinuesWhereAPageEnded) {
  std::vector<core::ActionRow> rows;
  // All of one moment: region and id order them.
  for (int i = 0; i < 7; ++i)
    rows.push_back(row(std::string(1, static_cast<char>('a' + i)), Status::Pending, 5,
                       i % 2 == 0 ? "eu" : "us"));
  commit_actions(rows);
  for (const bool open_only : {false, true}) {
    core::ActionFilter filter;
    filter.open_only = open_only;
    filter.limit = 3;
    std::vector<std::string> all;
    for (int pages = 0; pages < 4; ++pages) {
      const auto found = page(filter);
      for (const auto& id : ids(found)) all.push_back(id);
      if (!found.next) break;
      EXPECT_EQ(found.actions.size(), 3U);
      filter.before = *found.next;
    }
    EXPECT_THAT(all, ElementsAre("f", "d", "b", "g", "e", "c", "a"));
  }
}

TEST_F(Reading, LooksAtABoundedNumberOfActions) {
  std::vector<core::ActionRow> rows = {row("oldest", Status::Failed, 0)};
  for (int i = 0; i < 5'000; ++i) rows.push_back(row(std::to_string(i), Status::Pending, 1));
  commit_actions(rows);
  core::ActionFilter filter;
  filter.statuses = {"Failed"};
  const auto first = page(filter);
  EXPECT_THAT(first.actions, IsEmpty());
  ASSERT_TRUE(first.next);
  filter.before = *first.next;
  const auto second = page(filter);
  EXPECT_THAT(ids(second), ElementsAre("oldest"));
  EXPECT_FALSE(second.next);
}

TEST_F(Reading, EndsAPageEarlyWhenDocumentsAreLarge) {
  std::vector<core::ActionRow> rows;
  for (int i = 0; i < 4; ++i) {
    rows.push_back(row(std::to_string(i), Status::Pending, i));
    rows.back().action.document = '"' + std::string(std::size_t{600} * 1024, 'x') + '"';
  }
  commit_actions(rows);
  const auto found = page({});
  EXPECT_THAT(ids(found), ElementsAre("3", "2"));
  core::ActionFilter filter;
  filter.before = found.next.value();
  EXPECT_THAT(ids(page(filter)), ElementsAre("1", "0"));
}

TEST_F(Reading, FindsAnActionInEveryRegionThatKnowsIt) {
  EXPECT_THAT(*store_.find_action("a"), IsEmpty());
  commit_actions({row("a", Status::Pending, 1), row("a", Status::Pending, 1, "us"),
                  row("b", Status::Pending, 1, "uk")});
  const auto found = store_.find_action("a");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].region, "eu");
  EXPECT_EQ((*found)[1].region, "us");
  EXPECT_THAT(*store_.find_action("A"), IsEmpty());
}

TEST_F(Reading, ShowsTheHistoryOfAnActionInOrder) {
  commit_actions({row("a", Status::Pending, 1)});
  core::Batch batch;
  batch.events = {event_of(1, "a"), event_of(2, "b"), event_of(3, "a"), event_of(4, "a")};
  batch.events[3].region = "us";
  commit(batch);
  const auto history = store_.load_history((*store_.find_action("a"))[0]);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ((*history)[0].seq, 1U);
  EXPECT_EQ((*history)[1].seq, 3U);
}

TEST_F(Reading, GivesEventsAfterASeq) {
  commit_events(5, {"a"}, {});
  const auto found = store_.find_events({2, 2});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].seq, 3U);
  EXPECT_EQ((*found)[1].seq, 4U);
  EXPECT_THAT(*store_.find_events({5, 2}), IsEmpty());
}

TEST_F(Reading, ListsDeadLettersByWebhookAndSeq) {
  commit_events(3, {"a", "b", "c"}, {"hook", "other"});
  for (const std::uint64_t seq : {3U, 1U}) end("hook", seq, true);
  end("other", 2, true);
  end("other", 1, false);

  core::DeadLetterFilter filter;
  filter.limit = 2;
  const auto first = letters(filter);
  ASSERT_EQ(first.letters.size(), 2U);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.letters[0].webhook, "hook");
  EXPECT_EQ(first.letters[0].seq, 1U);
  ASSERT_TRUE(first.letters[0].event);
  EXPECT_EQ(first.letters[0].event->action.value, "a");
  EXPECT_EQ(first.letters[0].attempts, 3);
  EXPECT_EQ(first.letters[0].reason, "gone");
  EXPECT_EQ(first.letters[0].died, at(50));
  EXPECT_EQ(first.letters[1].seq, 3U);

  filter.after_webhook = "hook";
  filter.after_seq = 3;
  const auto rest = letters(filter);
  ASSERT_EQ(rest.letters.size(), 1U);
  EXPECT_FALSE(rest.more);
  EXPECT_EQ(rest.letters[0].webhook, "other");

  core::DeadLetterFilter one;
  one.webhook = "hook";
  EXPECT_EQ(letters(one).letters.size(), 2U);
  one.after_seq = 1;
  EXPECT_EQ(letters(one).letters.size(), 1U);
}

TEST_F(Reading, PagesDeadLettersOfAWebhookWithALongName) {
  const std::string name(40, 'h');
  commit_events(3, {"a", "b", "c"}, {name, "other"});
  for (const std::uint64_t seq : {1U, 2U, 3U}) end(name, seq, true);
  core::DeadLetterFilter filter;
  filter.webhook = name;
  filter.limit = 2;
  EXPECT_EQ(letters(filter).letters.size(), 2U);
  filter.after_seq = 2;
  const auto rest = letters(filter);
  ASSERT_EQ(rest.letters.size(), 1U);
  EXPECT_EQ(rest.letters[0].seq, 3U);
}

TEST_F(Reading, FindsOneDeadLetter) {
  commit_events(2, {"a", "b"}, {"hook"});
  end("hook", 2, true);
  EXPECT_FALSE(*store_.find_dead_letter("hook", 1));
  EXPECT_FALSE(*store_.find_dead_letter("other", 2));
  const auto found = store_.find_dead_letter("hook", 2);
  ASSERT_TRUE(found && *found);
  ASSERT_TRUE((*found)->event);
  EXPECT_EQ((*found)->event->id, "ma_2");
}

}  // namespace
}  // namespace mactiond::store
