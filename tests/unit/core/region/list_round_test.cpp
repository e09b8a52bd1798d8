#include "core/region/list_round.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;
using test::open_action;
using Kind = Query::Kind;

/// A service that pages in one of the ways that are met, or feared.
struct Service {
  std::vector<MachineAction> actions;  ///< in the order in which the service has them
  int cap = 10'000;                    ///< rows of a page, whatever `$top` says
  bool sorts = true;
  bool skips = true;
  bool links = false;  ///< a nextLink on every answer

  [[nodiscard]] std::vector<MachineAction> page(const Query& query) const {
    std::vector<MachineAction> found;
    for (const MachineAction& action : actions) {
      const bool in = query.kind == Kind::ChangedSince ? *action.last_update >= query.since
                                                       : *action.created >= query.since;
      if (in) found.push_back(action);
    }
    if (sorts && query.kind == Kind::ChangedSince) {
      std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return *a.last_update < *b.last_update;
      });
    }
    const auto skip = std::min<std::ptrdiff_t>(skips ? query.skip : 0, std::ssize(found));
    found.erase(found.begin(), found.begin() + skip);
    const auto length = static_cast<std::size_t>(std::min(query.top, cap));
    if (found.size() > length) found.resize(length);
    return found;
  }
};

/// This many actions, newest creation first; their last updates are in another order.
std::vector<MachineAction> some_actions(int count) {
  std::vector<MachineAction> actions;
  for (int i = 0; i < count; ++i) {
    const WallTime created = kDay - 1s * i;
    actions.push_back(open_action("a" + std::to_string(i))
                          .created(created)
                          .updated(created + 1ms * ((i * 7919) % 100'000)));
  }
  return actions;
}

Query changed_since(WallTime since, int top) { return {Kind::ChangedSince, since, {}, top, 0}; }

struct ListRoundTest : testing::Test {
  bool advance(ListRound& round, const PageFacts& page) {
    return round.advance(page, paging, kBoot);
  }
  /// Reads the service to the end of a round, at most this many pages.
  ListRound read(Query query, const Service& service, int most = 60) {
    ListRound round(std::move(query), kDay);
    pages = 1;
    rows.clear();
    while (true) {
      const auto page = service.page(round.query());
      for (const MachineAction& action : page) rows.insert(action.id.value);
      if (!advance(round, facts_of(page, 0, service.links))) return round;
      if (++pages > most) {
        ADD_FAILURE() << "the round does not end";
        return round;
      }
    }
  }

  Paging paging;
  std::set<std::string> rows;  ///< what the last read showed
  int pages = 0;
};

TEST_F(ListRoundTest, EndsWithASmallPage) {
  ListRound round(changed_since(kDay, 10), kDay);
  EXPECT_FALSE(advance(round, {9, false, kDay + 5s}));
  EXPECT_EQ(round.newest_update(), kDay + 5s);
}

TEST_F(ListRoundTest, AFullPageMovesTheLowerBoundInsteadOfSkipping) {
  ListRound round(changed_since(kDay, 10), kDay);
  EXPECT_TRUE(advance(round, {10, false, kDay + 5s}));
  EXPECT_EQ(round.query(), changed_since(kDay + 5s, 10));
}

TEST_F(ListRoundTest, SkipsWithinAPageOfOneStamp) {
  ListRound round(changed_since(kDay, 10), kDay);
  ASSERT_TRUE(advance(round, {10, false, kDay + 5s}));
  EXPECT_TRUE(advance(round, {10, false, kDay + 5s}));
  EXPECT_EQ(round.query().skip, 10);
  EXPECT_TRUE(advance(round, {10, false, kDay + 6s}));
  EXPECT_EQ(round.query(), changed_since(kDay + 6s, 10)) << "the skip ends with the stamp";
}

TEST_F(ListRoundTest, ContinuesWhileTheAnswerSaysThereIsMore) {
  ListRound round(changed_since(kDay, 10), kDay);
  EXPECT_TRUE(advance(round, {3, true, kDay + 1s}));
  EXPECT_FALSE(advance(round, {0, true, std::nullopt})) << "an empty page ends every list";
}

TEST_F(ListRoundTest, DocumentedQueriesSkipByRows) {
  ListRound round({Kind::CreatedSince, kDay, {}, 10, 0}, kDay);
  EXPECT_TRUE(advance(round, {10, false, kDay + 5s}));
  EXPECT_TRUE(advance(round, {7, true, kDay + 4s}));
  EXPECT_EQ(round.query().skip, 17);
  EXPECT_EQ(round.query().since, kDay);
  EXPECT_EQ(round.newest_update(), kDay + 5s);
}

TEST_F(ListRoundTest, ReadsTheEdgeOfTheOpenSetAgainBecauseEndingRowsPullTheOthersUp) {
  ListRound round({Kind::OpenOrCreatedSince, kDay, {}, 1000, 0}, kDay);
  EXPECT_TRUE(advance(round, {1000, false, kDay}));
  EXPECT_EQ(round.query().skip, 995);
  EXPECT_TRUE(advance(round, {1000, false, kDay}));
  EXPECT_EQ(round.query().skip, 1990);
}

TEST_F(ListRoundTest, IsGivenUpWhenItDoesNotEnd) {
  ListRound round({Kind::CreatedSince, kDay, {}, 1, 0}, kDay);
  int count = 1;
  while (advance(round, {1, true, kDay})) ASSERT_LT(++count, 10'000);
  EXPECT_GE(count, 100);
}

/// Rows by last update, as the API would list them; each page is followed by an update.
TEST_F(ListRoundTest, ReadsEveryRowThoughRowsAreUpdatedBetweenPages) {
  constexpr int kRows = 57;
  constexpr int kTop = 10;
  std::map<int, WallTime> stamps;
  for (int i = 0; i < kRows; ++i) stamps[i] = kDay + 1s * (i / 4);
  std::map<int, WallTime> seen;
  ListRound round(changed_since(kDay, kTop), kDay);
  bool more = true;
  for (int page = 0; more; ++page) {
    ASSERT_LT(page, 100);
    std::vector<std::pair<WallTime, int>> listed;
    for (const auto& [id, stamp] : stamps) {
      if (stamp >= round.query().since) listed.emplace_back(stamp, id);
    }
    std::sort(listed.begin(), listed.end());
    listed.erase(listed.begin(),
                 listed.begin() + std::min<std::ptrdiff_t>(round.query().skip, std::ssize(listed)));
    if (listed.size() > kTop) listed.resize(kTop);
    for (const auto& [stamp, id] : listed) seen[id] = stamp;
    PageFacts facts{static_cast<int>(listed.size()), false, std::nullopt};
    if (!listed.empty()) facts.newest_update = listed.back().first;
    more = advance(round, facts);
    // A row of the page just read moves to the end, out of the order of those not read yet.
    if (page < 10) stamps[page * 3] = kDay + 1h + 1s * page;
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kRows));
}

TEST_F(ListRoundTest, AServiceThatCapsItsPagesHidesNoRow) {
  for (const int cap : {100, 101, 250, 999}) {
    for (const Kind kind : {Kind::ChangedSince, Kind::OpenOrCreatedSince, Kind::CreatedSince}) {
      for (const int count : {cap - 1, cap, cap + 1, 3 * cap, 3 * cap + 7}) {
        SCOPED_TRACE(std::to_string(cap) + " " + std::to_string(count));
        paging = {};
        const auto round = read({kind, kDay - 24h, {}, 10'000, 0}, {some_actions(count), cap});
        EXPECT_EQ(rows.size(), static_cast<std::size_t>(count));
        EXPECT_LE(pages, count / cap + 3);
        EXPECT_FALSE(round.shortfall());
      }
    }
  }
}

TEST_F(ListRoundTest, ASmallerCapIsFoundByTheSweepAndThenHidesNothingFromThePollsEither) {
  const Service service{some_actions(95), 20};
  (void)read(changed_since(kDay - 24h, 10'000), service);
  EXPECT_EQ(rows.size(), 20U) << "a poll takes a small page for the end";
  (void)read({Kind::CreatedSince, kDay - 24h, {}, 10'000, 0}, service);
  EXPECT_EQ(rows.size(), 95U);
  (void)read(changed_since(kDay - 24h, 10'000), service);
  EXPECT_EQ(rows.size(), 95U);
}

TEST_F(ListRoundTest, ASizeThatWasExceededIsTrustedForADay) {
  (void)read(changed_since(kDay - 24h, 10'000), {some_actions(500)});
  EXPECT_EQ(pages, 2);
  (void)read(changed_since(kDay - 24h, 10'000), {some_actions(400)});
  EXPECT_EQ(pages, 1);
  EXPECT_FALSE(paging.may_be_cut(499, true, kBoot + 24h - 1s));
  EXPECT_TRUE(paging.may_be_cut(499, true, kBoot + 24h));
}

TEST_F(ListRoundTest, RowsOutOfOrderAreReadInAWayThatNeedsNone) {
  for (const int cap : {10'000, 100}) {
    for (const int top : {20, 100, 150, 1000}) {
      SCOPED_TRACE(std::to_string(cap) + " " + std::to_string(top));
      paging = {};
      const Service service{some_actions(733), cap, false};
      const auto round = read(changed_since(kDay - 24h, top), service, 200);
      EXPECT_EQ(rows.size(), 733U);
      EXPECT_FALSE(round.shortfall());
      EXPECT_EQ(round.query().since, kDay - 24h);
      EXPECT_EQ(paging.take_notices().size(), 1U) << "noticed";
      (void)read(changed_since(kDay - 24h, top), service, 200);
      EXPECT_EQ(rows.size(), 733U);
      EXPECT_TRUE(paging.take_notices().empty()) << "once";
    }
  }
}

TEST_F(ListRoundTest, OrderThatIsLostAfterSomePagesBringsTheRoundBackToItsBeginning) {
  Service service{some_actions(40), 10'000, false};
  // The first rows are in order by accident, and are not the oldest.
  std::stable_sort(service.actions.begin(), service.actions.begin() + 12,
                   [](const auto& a, const auto& b) { return *a.last_update < *b.last_update; });
  (void)read(changed_since(kDay - 24h, 10), service);
  EXPECT_EQ(rows.size(), 40U);
}

TEST_F(ListRoundTest, ANextLinkOnEveryAnswerWithSkipIgnoredEndsTheRoundAndIsNotBelievedAgain) {
  for (const Kind kind : {Kind::ChangedSince, Kind::OpenOrCreatedSince}) {
    for (const int count : {1, 7, 130}) {
      paging = {};
      const Service service{some_actions(count), 10'000, true, false, true};
      const auto round = read({kind, kDay - 24h, {}, 10'000, 0}, service);
      EXPECT_EQ(rows.size(), static_cast<std::size_t>(count));
      EXPECT_LE(pages, 3);
      EXPECT_FALSE(round.shortfall());
      const auto notices = paging.take_notices();
      ASSERT_EQ(notices.size(), 1U);
      EXPECT_NE(notices[0].reason.find("repeats pages"), std::string::npos);
      (void)read({kind, kDay - 24h, {}, 10'000, 0}, service);
      EXPECT_EQ(pages, count < 100 || kind != Kind::ChangedSince ? 1 : 2);
      EXPECT_TRUE(paging.take_notices().empty());
    }
  }
}

TEST_F(ListRoundTest, ALinkThatLeadsToNothingIsNotBelievedByThePollsAgain) {
  for (const Kind kind : {Kind::ChangedSince, Kind::OpenOrCreatedSince}) {
    paging = {};
    Service service{some_actions(5), 10'000, true, true, true};
    (void)read({kind, kDay - 24h, {}, 10'000, 0}, service);
    (void)read({kind, kDay - 24h, {}, 10'000, 0}, service);
    EXPECT_EQ(pages, 1);
    EXPECT_TRUE(paging.take_notices().empty()) << "no page was repeated";
    service.cap = 3;
    (void)read({Kind::CreatedSince, kDay - 24h, {}, 10'000, 0}, service);
    EXPECT_EQ(rows.size(), 5U) << "the sweep asks on";
  }
}

TEST_F(ListRoundTest, AFullPageThatIsRepeatedMayHideRowsAndSaysSo) {
  const Service service{some_actions(50), 10'000, true, false};
  const auto round = read({Kind::OpenOrCreatedSince, kDay - 24h, {}, 20, 0}, service);
  EXPECT_EQ(pages, 2);
  EXPECT_TRUE(round.shortfall());
  const auto keyset = read(changed_since(kDay - 24h, 20), service);
  EXPECT_EQ(rows.size(), 50U) << "a bound that moves needs no skip";
  EXPECT_FALSE(keyset.shortfall());
}

TEST_F(ListRoundTest, AServiceThatSkipsAgainIsBelievedAgain) {
  Service service{some_actions(50), 10, true, false, true};
  const Query sweep{Kind::CreatedSince, kDay - 24h, {}, 10'000, 0};
  (void)read(sweep, service);
  EXPECT_EQ(rows.size(), 10U);
  EXPECT_TRUE(paging.repeats(kBoot));
  service.skips = true;
  (void)read(sweep, service);
  EXPECT_EQ(rows.size(), 50U);
  EXPECT_FALSE(paging.repeats(kBoot));
}

TEST_F(ListRoundTest, IsWholeWhereEachRowWasReadAndNoPageCameTwice) {
  const Query query{Kind::CreatedSince, kDay - 1h, {}, 10, 0};
  Service service{some_actions(25)};
  EXPECT_TRUE(read(query, service).is_whole());
  paging = Paging();
  service.cap = 7;
  EXPECT_TRUE(read(query, service).is_whole()) << "a cap hides nothing";
}

TEST_F(ListRoundTest, IsNotWholeWhereThePagesRepeat) {
  Service service{some_actions(25)};
  service.cap = 7;
  service.skips = false;
  EXPECT_FALSE(read({Kind::CreatedSince, kDay - 1h, {}, 10, 0}, service).is_whole());
}

TEST_F(ListRoundTest, IsNotWholeWhereARowCannotBeRead) {
  ListRound round({Kind::CreatedSince, kDay, {}, 10, 0}, kDay);
  const PageFacts page = facts_of(some_actions(3), 1, false);
  if (advance(round, page)) {
    EXPECT_FALSE(advance(round, facts_of({}, 0, false)));
  }
  EXPECT_FALSE(round.is_whole());
}

TEST_F(ListRoundTest, IsNotWholeWhereItDidNotEnd) {
  ListRound round({Kind::CreatedSince, kDay, {}, 1, 0}, kDay);
  int count = 0;
  while (advance(round, facts_of({open_action("a" + std::to_string(count))}, 0, true))) ++count;
  EXPECT_TRUE(round.shortfall());
  EXPECT_FALSE(round.is_whole());
}

}  // namespace
}  // namespace mactiond::core
