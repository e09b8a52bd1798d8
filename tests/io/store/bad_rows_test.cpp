#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "io/store/stored_in_file.hpp"
#include "unit/store/submissions.hpp"

namespace mactiond::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using BadRows = StoredInFile;

TEST_F(BadRows, ABadEventBecomesADeadLetterAndTheNextFollows) {
  fill(10);
  sql("UPDATE event SET document = '{' WHERE seq = 1");
  Store store = open();
  EXPECT_FALSE(store.found()->damaged);
  (void)store.load_deliveries({{1}, "soc", at(100), 100});
  EXPECT_THAT(store.take_complaints().at(0), HasSubstr("no JSON"));
  const auto due = store.load_deliveries({{1}, "soc", at(100), 100});
  ASSERT_TRUE(due);
  EXPECT_EQ(due->due.size(), 5U);
  EXPECT_EQ(store.load()->webhooks[0].dead, 2);
  EXPECT_EQ(store.find_events({0, 100})->size(), 9U);
}

TEST_F(BadRows, ADeliveryWithoutItsEventIsLeftOut) {
  fill(10);
  sql("DELETE FROM event WHERE seq = 1");
  Store store = open();
  EXPECT_THAT(store.take_complaints().at(0), HasSubstr("event 1 is missing"));
  EXPECT_EQ(queued(store), 8);
  EXPECT_EQ(store.load_deliveries({{1}, "soc", at(100), 100})->due.size(), 5U);
}

TEST_F(BadRows, ASubmissionOfAnUnknownStateTypeOrEndIsLeftOut) {
  {
    Store store = open();
    core::Batch rows;
    for (const char* id : {"sub_1", "sub_2", "sub_3", "sub_4", "sub_5"}) {
      rows.submissions.push_back(queued_submission(id));
    }
    ASSERT_TRUE(store.commit(rows));
  }
  sql("UPDATE submission SET state = 'x' WHERE id = 'sub_1';"
      "UPDATE submission SET type = 'ResetBios' WHERE id = 'sub_2';"
      "UPDATE submission SET request = '{' WHERE id = 'sub_3';"
      "UPDATE submission SET ended = 1 WHERE id = 'sub_4'");
  Store store = open();
  EXPECT_FALSE(store.found()->damaged);
  EXPECT_THAT(store.take_complaints(), ElementsAre(HasSubstr("4 submissions")));
  ASSERT_EQ(store.load()->submissions.size(), 1U);
  EXPECT_EQ(store.load()->submissions[0].id, "sub_5");
  EXPECT_EQ(store.find_submissions({})->submissions.size(), 1U);
  EXPECT_EQ(store.find_submission("sub_1").value(), std::nullopt);
}

TEST_F(BadRows, ListsDeadLettersWhoseEventsCannotBeReadPageByPage) {
  fill(6);
  {
    Store store = open();
    core::Batch given_up;
    for (std::uint64_t seq = 1; seq <= 6; ++seq) {
      given_up.ends.push_back({"soc", seq, 3, true, "gone", at(9)});
    }
    ASSERT_TRUE(store.commit(given_up));
  }
  sql("UPDATE event SET document = '{' WHERE seq IN (2, 3); UPDATE event SET type = 'x' WHERE seq "
      "= 4");
  Store store = open();
  core::DeadLetterFilter filter;
  filter.webhook = "soc";
  filter.limit = 2;
  std::vector<std::uint64_t> listed;
  std::vector<std::uint64_t> readable;
  for (bool more = true; more; filter.after_seq = listed.back()) {
    const auto page = store.find_dead_letters(filter);
    ASSERT_TRUE(page);
    ASSERT_FALSE(page->letters.empty());
    for (const auto& letter : page->letters) {
      listed.push_back(letter.seq);
      if (letter.event) readable.push_back(letter.event->seq);
    }
    more = page->more;
  }
  EXPECT_THAT(listed, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(readable, ElementsAre(1, 5, 6));
  const auto one = store.find_dead_letter("soc", 4);
  ASSERT_TRUE(one && *one);
  EXPECT_FALSE((*one)->event);
}

TEST_F(BadRows, ListsADeadLetterWhoseEventIsGone) {
  fill(6);
  Store store = open();
  sql("DELETE FROM event WHERE seq = 2");
  const auto page =
      store.find_dead_letters(core::DeadLetterFilter{.webhook = "soc", .after_webhook = {}});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->letters.size(), 1U);
  EXPECT_EQ(page->letters[0].seq, 2U);
  EXPECT_FALSE(page->letters[0].event);
}

TEST_F(BadRows, ReportsABadRowOnce) {
  fill(6);
  sql("UPDATE event SET document = '{' WHERE seq = 2");
  Store store = open();
  EXPECT_EQ(store.find_dead_letters(core::DeadLetterFilter{.webhook = "soc", .after_webhook = {}})
                ->letters.size(),
            1U);
  EXPECT_THAT(store.take_complaints(), ElementsAre(HasSubstr("event 2: the stored event")));
  EXPECT_EQ(store.find_dead_letters(core::DeadLetterFilter{.webhook = "soc", .after_webhook = {}})
                ->letters.size(),
            1U);
  EXPECT_EQ(store.find_events({0, 100})->size(), 5U);
  EXPECT_THAT(store.take_complaints(), IsEmpty());
}

TEST_F(BadRows, ReportsABadDeliveryOnceItIsADeadLetter) {
  fill(6);
  sql("UPDATE event SET document = '{' WHERE seq = 1");
  Store store = open();
  SQLite::Database other(path_, SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  EXPECT_FALSE(store.load_deliveries({{1}, "soc", at(100), 100}));
  EXPECT_TRUE(store.locked_out());
  EXPECT_THAT(store.take_complaints(), IsEmpty());
  other.exec("ROLLBACK");
  EXPECT_TRUE(store.load_deliveries({{1}, "soc", at(100), 100}));
  EXPECT_THAT(store.take_complaints(), ElementsAre(HasSubstr("event 1 for webhook soc")));
}

}  // namespace
}  // namespace mactiond::store
