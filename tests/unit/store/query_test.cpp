#include "store/query.hpp"

#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>

#include <string>

#include "store/machine_schema.hpp"
#include "store/read_query.hpp"
#include "store/schema.hpp"
#include "store/submission_query.hpp"

namespace mactiond::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Query : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(migrate(database_)); }
  std::string plan(const std::string& sql) {
    SQLite::Statement explain(database_, "EXPLAIN QUERY PLAN " + sql);
    std::string text;
    while (explain.executeStep()) text += explain.getColumn(3).getString() + '\n';
    return text;
  }

  SQLite::Database database_{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
};

const auto kNoWholeTable = AllOf(Not(HasSubstr("SCAN d")), Not(HasSubstr("SCAN e")),
                                 Not(HasSubstr("SCAN a")), Not(HasSubstr("TEMP B-TREE")));

TEST_F(Query, WalksTheHeadsInOrderOfDue) {
  EXPECT_THAT(plan(kSelectDeliveries),
              AllOf(HasSubstr("SEARCH d USING INDEX delivery_head"), kNoWholeTable));
}

TEST_F(Query, WalksWhatMayGoEarlyInOrderOfItsTime) {
  EXPECT_THAT(plan(kSelectEarly),
              AllOf(HasSubstr("SEARCH d USING INDEX delivery_early"), kNoWholeTable));
}

TEST_F(Query, FindsAnEventAmongThoseOfItsAction) {
  EXPECT_THAT(plan(kSelectEventOfAction),
              AllOf(HasSubstr("SEARCH event USING INDEX event_action"), Not(HasSubstr("SCAN"))));
}

TEST_F(Query, FindsTheOldestAndTheNextWithoutReadingTheQueue) {
  EXPECT_THAT(plan(kSelectOldest), kNoWholeTable);
  for (const char* sql : {kPromoteDelivery, kDemoteDeliveries, kInsertDelivery}) {
    EXPECT_THAT(plan(sql), AllOf(HasSubstr("delivery_action"), kNoWholeTable));
  }
}

TEST_F(Query, FindsWhatIsOldByIndex) {
  EXPECT_THAT(plan(kDeleteClosedActions), AllOf(HasSubstr("action_closed"), kNoWholeTable));
  EXPECT_THAT(plan(kSelectOldEvents), AllOf(HasSubstr("event_time"), kNoWholeTable));
}

TEST_F(Query, FindsOldFactsOfMachinesByIndex) {
  EXPECT_THAT(plan(kDeleteOldMachines),
              AllOf(HasSubstr("machine_read"), Not(HasSubstr("SCAN machine")), kNoWholeTable));
}

TEST_F(Query, StepsFromWebhookToWebhook) {
  EXPECT_THAT(plan(kSelectReferringWebhooks),
              AllOf(Not(HasSubstr("SCAN delivery\n")), HasSubstr("SEARCH delivery"),
                    HasSubstr("SEARCH dead_letter")));
}

TEST_F(Query, ListsActionsFromTheIndexAlone) {
  for (const char* sql : {kSelectActions, kSelectLastLookedAt}) {
    EXPECT_THAT(plan(sql), AllOf(HasSubstr("SEARCH action USING COVERING INDEX action_opened"),
                                 Not(HasSubstr("TEMP B-TREE"))));
  }
  for (const char* sql : {kSelectOpenActions, kSelectLastOpenLookedAt}) {
    EXPECT_THAT(plan(sql), AllOf(HasSubstr("SEARCH action USING COVERING INDEX action_open"),
                                 Not(HasSubstr("TEMP B-TREE"))));
  }
}

TEST_F(Query, FindsAnActionAndItsHistoryByIndex) {
  EXPECT_THAT(plan(kSelectAction),
              AllOf(HasSubstr("SEARCH a USING INDEX"), Not(HasSubstr("SCAN action\n")),
                    Not(HasSubstr("SCAN a\n"))));
  EXPECT_THAT(plan(kSelectHistory),
              AllOf(HasSubstr("SEARCH event USING INDEX event_action"), kNoWholeTable));
}

TEST_F(Query, FindsTheBeginningOfAnIdAsARangeOfItsIndex) {
  EXPECT_THAT(plan(kSelectIds),
              AllOf(HasSubstr("SEARCH action USING COVERING INDEX action_id (id>? AND id<?)"),
                    Not(HasSubstr("TEMP B-TREE"))));
}

TEST_F(Query, FindsWhetherAWordOccursWithoutReadingAnIndexThrough) {
  EXPECT_THAT(plan(kSelectHasRegion), HasSubstr("SEARCH action"));
  EXPECT_THAT(plan(kSelectHasType), HasSubstr("SEARCH action USING COVERING INDEX action_type"));
  EXPECT_THAT(plan(kSelectHasStatus),
              HasSubstr("SEARCH action USING COVERING INDEX action_status"));
}

TEST_F(Query, ListsDeadLettersByTheirKey) {
  EXPECT_THAT(plan(kSelectDeadLetters),
              AllOf(HasSubstr("SEARCH d USING PRIMARY KEY"), kNoWholeTable));
  EXPECT_THAT(plan(kSelectDeadLetter), kNoWholeTable);
}

TEST_F(Query, ListsSubmissionsByTheirNumber) {
  EXPECT_THAT(plan(kSelectSubmissionPage),
              AllOf(HasSubstr("SEARCH submission USING INTEGER PRIMARY KEY"),
                    Not(HasSubstr("TEMP B-TREE"))));
  EXPECT_THAT(plan(kSelectOpenSubmissionPage),
              AllOf(HasSubstr("SEARCH submission USING INDEX submission_open"),
                    Not(HasSubstr("TEMP B-TREE"))));
  EXPECT_THAT(plan(kSelectSubmission), HasSubstr("SEARCH submission USING INDEX"));
}

TEST_F(Query, FindsSubmissionsThatEndedByIndex) {
  EXPECT_THAT(plan(kDeleteEndedSubmissions),
              AllOf(HasSubstr("submission_ended (ended>? AND ended<?)"),
                    Not(HasSubstr("SCAN submission")), Not(HasSubstr("TEMP B-TREE"))));
}

TEST_F(Query, FindsMachinesOfANameFromTheIndexAlone) {
  EXPECT_THAT(plan(kSelectMachineOfName),
              AllOf(HasSubstr("COVERING INDEX action_computer (region=? AND computer_dns_name=? "
                              "AND machine_id<?)"),
                    Not(HasSubstr("TEMP B-TREE"))));
  EXPECT_THAT(plan(kSelectNameBefore),
              AllOf(HasSubstr("COVERING INDEX action_computer (region=? AND computer_dns_name>? "
                              "AND computer_dns_name<?)"),
                    Not(HasSubstr("TEMP B-TREE"))));
  EXPECT_THAT(plan(kSelectMachine),
              AllOf(HasSubstr("COVERING INDEX action_machine (region=? AND machine_id=?)"),
                    Not(HasSubstr("TEMP B-TREE"))));
}

}  // namespace
}  // namespace mactiond::store
