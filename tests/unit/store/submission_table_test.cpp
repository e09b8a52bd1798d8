#include "store/submission_table.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "unit/store/submissions.hpp"

namespace mactiond::store {
namespace {

using core::Submission;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using State = core::SubmissionState;

class Submissions : public StoreTest {
 protected:
  void put(std::vector<Submission> rows) {
    core::Batch batch;
    batch.submissions = std::move(rows);
    commit(batch);
  }
  void prune(std::int64_t before) {
    core::Batch batch;
    batch.prune_before = at(before);
    commit(batch);
    while (!store_.is_pruned()) ASSERT_TRUE(store_.prune_some());
  }
  core::SubmissionPage page(const core::SubmissionFilter& filter) {
    auto found = store_.find_submissions(filter);
    EXPECT_TRUE(found) << found.error().message();
    return found ? *found : core::SubmissionPage{};
  }
  static std::vector<std::string> ids(const std::vector<Submission>& rows) {
    std::vector<std::string> found;
    for (const Submission& row : rows) found.push_back(row.id);
    return found;
  }
  std::optional<Submission> find(const std::string& id) {
    return store_.find_submission(id).value();
  }
};

TEST_F(Submissions, KeepEveryMember) {
  const Submission full = full_submission("sub_1");
  const Submission queued = queued_submission("sub_2");
  put({full, queued});
  EXPECT_EQ(find("sub_1"), full);
  EXPECT_EQ(find("sub_2"), queued);
  EXPECT_EQ(find("sub"), std::nullopt) << "no beginning of an id";
}

TEST_F(Submissions, KeepEveryKindOfRequest) {
  using Kind = LiveResponseCommand::Kind;
  const LiveResponse response{{{Kind::PutFile, "a.exe", {}},
                               {Kind::RunScript, "b.ps1", "-x \"quoted\" \\"},
                               {Kind::GetFile, "c:\\d", {}}}};
  const std::vector<ActionRequest> requests{
      CollectPackage{},
      Isolate{Isolate::Scope::UnManagedDevice},
      Unisolate{},
      RestrictCodeExecution{},
      UnrestrictCodeExecution{},
      RunScan{RunScan::Scope::Full},
      Offboard{},
      QuarantineFile{"87662bc3d60e4200ceaf7aae249d1c343f4b83c9"},
      response};
  ASSERT_EQ(requests.size(), std::variant_size_v<ActionRequest>);
  for (const ActionRequest& request : requests) {
    Submission row = queued_submission("sub_1");
    row.id += std::to_string(request.index());
    row.order.request = request;
    put({row});
    EXPECT_EQ(find(row.id), row);
  }
  for (const Submission& row : load().submissions) {
    EXPECT_EQ(row.order.request, requests.at(row.order.request.index()));
  }
}

TEST_F(Submissions, ChangeInTheirPlace) {
  Submission first = queued_submission("sub_1");
  put({first, queued_submission("sub_2")});
  Submission sent = first;
  sent.state = State::Sent;
  sent.posts = 1;
  sent.posted = core::SubmitStamp{std::nullopt, at(3), "boot-1", MonoTime(Duration(4))};
  Submission end = full_submission("sub_1");
  end.order = first.order;
  end.asked = first.asked;
  put({sent});
  EXPECT_EQ(find("sub_1"), sent);
  put({end});
  EXPECT_EQ(find("sub_1"), end);
  EXPECT_THAT(ids(load().submissions), ElementsAre("sub_1", "sub_2"));
}

TEST_F(Submissions, AreLoadedInTheOrderInWhichTheyWereAskedFor) {
  put({queued_submission("sub_9"), queued_submission("sub_1")});
  put({full_submission("sub_5")});
  EXPECT_THAT(ids(load().submissions), ElementsAre("sub_9", "sub_1", "sub_5"));
}

TEST_F(Submissions, ThatHaveEndedAreLoadedWithoutWhatTheyAskedFor) {
  Submission ended = full_submission("sub_1");
  ended.order.request = LiveResponse{{{LiveResponseCommand::Kind::GetFile, "c:\\d", {}}}};
  put({ended});
  EXPECT_EQ(find("sub_1"), ended);
  ended.order.request = LiveResponse{};
  EXPECT_EQ(load().submissions.at(0), ended);
}

TEST_F(Submissions, AreListedNewestFirstPageByPage) {
  for (int i = 1; i <= 5; ++i) put({queued_submission("sub_" + std::to_string(i))});
  core::SubmissionFilter filter;
  filter.limit = 2;
  std::vector<std::string> found;
  for (int pages = 1;; ++pages) {
    const core::SubmissionPage part = page(filter);
    for (const std::string& id : ids(part.submissions)) found.push_back(id);
    filter.before = part.next;
    if (!part.next) {
      EXPECT_EQ(pages, 3);
      break;
    }
  }
  EXPECT_THAT(found, ElementsAre("sub_5", "sub_4", "sub_3", "sub_2", "sub_1"));
}

TEST_F(Submissions, AFullLastPageHasNoNextOne) {
  put({queued_submission("sub_1"), queued_submission("sub_2")});
  core::SubmissionFilter filter;
  filter.limit = 2;
  EXPECT_EQ(page(filter).next, std::nullopt);
}

TEST_F(Submissions, AreFilteredByStateAndRegion) {
  put({queued_submission("sub_1"), ended_submission("sub_2", State::Lost, 3),
       queued_submission("sub_3", "us"), ended_submission("sub_4", State::Refused, 3)});
  core::SubmissionFilter filter;
  filter.states = {State::Lost, State::Refused};
  EXPECT_THAT(ids(page(filter).submissions), ElementsAre("sub_4", "sub_2"));
  filter.states.clear();
  filter.open_only = true;
  EXPECT_THAT(ids(page(filter).submissions), ElementsAre("sub_3", "sub_1"));
  filter.regions = {"us"};
  EXPECT_THAT(ids(page(filter).submissions), ElementsAre("sub_3"));
  filter.regions = {"nowhere"};
  EXPECT_THAT(page(filter).submissions, IsEmpty());
}

TEST_F(Submissions, OneAnswerLooksAtABoundedNumber) {
  std::vector<Submission> rows{queued_submission("sub_0", "us")};
  for (int i = 1; i <= 6000; ++i) rows.push_back(queued_submission("sub_" + std::to_string(i)));
  put(std::move(rows));
  core::SubmissionFilter filter;
  filter.regions = {"us"};
  const core::SubmissionPage first = page(filter);
  EXPECT_THAT(first.submissions, IsEmpty());
  ASSERT_TRUE(first.next);
  filter.before = first.next;
  EXPECT_THAT(ids(page(filter).submissions), ElementsAre("sub_0"));
}

TEST_F(Submissions, OneAnswerHoldsABoundedNumberOfBytes) {
  const std::string text(4000, 'x');
  Submission row = queued_submission("sub_1");
  LiveResponse response;
  response.commands.resize(100, {LiveResponseCommand::Kind::RunScript, "a.ps1", text});
  row.order.request = response;
  std::vector<Submission> rows;
  for (int i = 1; i <= 5; ++i) {
    row.id = "sub_" + std::to_string(i);
    rows.push_back(row);
  }
  put(std::move(rows));
  const core::SubmissionPage first = page({});
  EXPECT_THAT(ids(first.submissions), ElementsAre("sub_5", "sub_4", "sub_3"));
  core::SubmissionFilter rest;
  rest.before = first.next;
  EXPECT_THAT(ids(page(rest).submissions), ElementsAre("sub_2", "sub_1"));
}

TEST_F(Submissions, ThatEndedBeforeAreRemoved) {
  std::vector<Submission> rows{queued_submission("sub_open")};
  for (int i = 0; i < 25; ++i) {
    rows.push_back(ended_submission("sub_" + std::to_string(i), State::Expired, 10));
  }
  rows.push_back(ended_submission("sub_new", State::Lost, 20));
  put(std::move(rows));
  prune(20);
  EXPECT_THAT(ids(load().submissions), ElementsAre("sub_open", "sub_new"));
}

}  // namespace
}  // namespace mactiond::store
