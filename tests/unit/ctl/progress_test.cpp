#include "ctl/progress.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::ctl {
namespace {

template <class Work>
std::string written(Progress::Form form, std::size_t width, Work work) {
  testing::internal::CaptureStderr();
  Progress progress(form, width, stderr);
  work(progress);
  return testing::internal::GetCapturedStderr();
}

TEST(Progress, RewritesOneLine) {
  EXPECT_EQ(written(Progress::Form::OneLine, 80,
                    [](Progress& progress) {
                      progress.show("queued", ", 1s");
                      progress.show("queued", ", 2s");
                      progress.message("back");
                      progress.show("sent", "");
                      progress.clear();
                      progress.clear();
                    }),
            "\r\x1b[Kqueued, 1s\r\x1b[Kqueued, 2s\r\x1b[Kmactionctl: back\n"
            "\r\x1b[Ksent\r\x1b[K");
}

TEST(Progress, NeverNeedsASecondLine) {
  EXPECT_EQ(written(Progress::Form::OneLine, 10,
                    [](Progress& progress) { progress.show("0123456789", ""); }),
            "\r\x1b[K01234567\xe2\x80\xa6");
}

TEST(Progress, WritesALineForEachStep) {
  EXPECT_EQ(written(Progress::Form::Lines, 0,
                    [](Progress& progress) {
                      progress.show("queued", ", 1s");
                      progress.show("queued", ", 2s");
                      progress.show("sent", ", 3s");
                      progress.clear();
                    }),
            "mactionctl: queued\nmactionctl: sent\n");
}

TEST(Progress, WritesMessagesAloneForAScript) {
  EXPECT_EQ(written(Progress::Form::None, 0,
                    [](Progress& progress) {
                      progress.show("queued", "");
                      progress.message("back");
                    }),
            "mactionctl: back\n");
}

TEST(Progress, IsPrintable) {
  const std::string evil = "a\x1b]0;x\x07\nb";
  EXPECT_EQ(written(Progress::Form::Lines, 0, [&](Progress& progress) { progress.show(evil, ""); }),
            "mactionctl: a ]0;x  b\n");
  EXPECT_EQ(
      written(Progress::Form::OneLine, 0, [&](Progress& progress) { progress.show(evil, evil); }),
      "\r\x1b[Ka ]0;x  ba ]0;x  b");
}

}  // namespace
}  // namespace mactiond::ctl
