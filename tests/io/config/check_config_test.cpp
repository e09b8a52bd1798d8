#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "support/fixture.hpp"
#include "unit/config/config_text.hpp"
#include "unit/config/wrong_configs.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Ended {
  int code = -1;
  std::string output;  ///< of stdout and stderr
};

/// The real program on that text; quoting is safe because the paths are this test's own.
class CheckConfig : public testing::Test {
 protected:
  CheckConfig() { (void)surroundings(); }
  Ended run(const std::string& text, const std::string& option = "--check-config") {
    file = directory.write("m.toml", text);
    const std::string command =
        std::string("'" MACTIOND_PROGRAM "' ") + option + " --config '" + file + "' 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    Ended ended;
    std::array<char, 4096> buffer{};
    for (std::size_t got = 1; got > 0;) {
      got = fread(buffer.data(), 1, buffer.size(), pipe);
      ended.output.append(buffer.data(), got);
    }
    const int status = pclose(pipe);
    if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
    return ended;
  }
  void expect_no_secret(const std::string& output) {
    for (const std::string& secret : planted_secrets()) {
      EXPECT_THAT(output, Not(HasSubstr(secret)));
    }
  }

  TempDirectory directory;
  std::string file;
};

// Every program start of the table in one case: CTest starts a process for each case.
TEST_F(CheckConfig, ReportsEveryMistakeOfTheTableAtItsPlace) {
  for (const WrongConfig& row : wrong_configs()) {
    SCOPED_TRACE(row.name);
    const Ended ended = run(row.text);
    EXPECT_EQ(ended.code, 78);
    EXPECT_THAT(ended.output, StartsWith(file + ':' + row.place + ": "));
    EXPECT_THAT(ended.output, HasSubstr(row.words));
    EXPECT_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'), 1) << ended.output;
    expect_no_secret(ended.output);
  }
}

TEST_F(CheckConfig, ReportsAllMistakesAtOnceInTheFilesOrder) {
  const std::string text =
      "[daemon]\nlog_level='loud'\n"
      "[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\nauth.client_secret='Pa55word'\n"
      "quota.per_minute=0\n[region.poll]\nmin_interval='1ms'\n"
      "[[policy]]\nname='scans'\naction='cancel'\nstale_after='6h'\n"
      "[[webhook]]\nname='soc'\nurl='http://hooks.example/'\nbearer='Pa55word'\n"
      "[webhook.filter]\nevent=['action.transitoin']\n"
      "[[webhooks]]\nname='b'\n";
  const Ended ended = run(text);
  EXPECT_EQ(ended.code, 78);
  std::string places;
  for (std::size_t at = 0; at < ended.output.size(); at = ended.output.find('\n', at) + 1) {
    ASSERT_EQ(ended.output.compare(at, file.size(), file), 0) << ended.output;
    const std::size_t from = at + file.size() + 1;
    places += ended.output.substr(from, ended.output.find(": ", from) - from) + ' ';
  }
  EXPECT_EQ(places, "2:11 7:20 8:18 10:14 11:1 17:5 18:8 20:8 21:3 ");
  expect_no_secret(ended.output);
}

TEST_F(CheckConfig, SaysHowMuchIsRightAndPrintsNoSecret) {
  const std::string text = region_text() +
                           "[[webhook]]\nname='soc'\nurl='env:MACTIOND_TEST_URL'\n"
                           "secret='env:MACTIOND_TEST_HOOK'\nbearer='env:MACTIOND_TEST_SECRET'\n"
                           "headers={X-Key='env:MACTIOND_TEST_SECRET'}\n";
  const Ended checked = run(text);
  EXPECT_EQ(checked.code, 0);
  EXPECT_EQ(checked.output, "ok: 1 region, 0 policies, 1 webhook, 0 warnings\n");
  EXPECT_EQ(run(text, "--check-config --strict").code, 0);
  const Ended printed = run(text, "--print-config");
  EXPECT_EQ(printed.code, 0);
  EXPECT_THAT(printed.output, HasSubstr("client_secret = \"env:MACTIOND_TEST_SECRET\""));
  EXPECT_THAT(printed.output, Not(HasSubstr("ok: ")));
  EXPECT_THAT(printed.output, HasSubstr("per_hour = 1500"));
  expect_no_secret(printed.output);
  const Ended changed = run(text, "--print-config --changed");
  EXPECT_EQ(changed.code, 0);
  EXPECT_THAT(changed.output, StartsWith("[[region]]\nname = \"eu\"  # " + file + ":2; "));
  EXPECT_THAT(changed.output, Not(HasSubstr("per_hour")));
  EXPECT_EQ(run(text, "--changed").code, 64);
}

TEST_F(CheckConfig, CountsWarningsAndTakesThemForErrorsWhereStrict) {
  const std::string text = region_text() +
                           "[[webhook]]\nname='soc'\nurl='https://hooks.example/'\n"
                           "filter.to=['Fail']\n";
  const Ended checked = run(text);
  EXPECT_EQ(checked.code, 0);
  EXPECT_THAT(checked.output, HasSubstr(":11:12: warning: webhook.filter.to"));
  EXPECT_THAT(checked.output, HasSubstr("ok: 1 region, 0 policies, 1 webhook, 1 warning\n"));
  const Ended strict = run(text, "--check-config --strict");
  EXPECT_EQ(strict.code, 78);
  EXPECT_THAT(strict.output, HasSubstr(":11:12: warning: webhook.filter.to"));
  EXPECT_THAT(strict.output, Not(HasSubstr("ok: ")));
}

TEST_F(CheckConfig, TakesACredentialOutOfReachForAWarning) {
  const std::string text =
      "[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\n"
      "auth.client_secret='credential:mactiond-test-that-is-not-there'\n";
  const Ended checked = run(text);
  EXPECT_EQ(checked.code, 0) << checked.output;
  EXPECT_THAT(checked.output, HasSubstr(":5:20: warning: region.auth.client_secret: "));
  EXPECT_THAT(checked.output, HasSubstr("not checked"));
  EXPECT_THAT(checked.output, HasSubstr("/etc/credstore"));
  EXPECT_EQ(run(text, "--check-config --strict").code, 78);
  EXPECT_EQ(run(text, "--print-config").code, 0);
  const Ended started = run(text, "");
  EXPECT_EQ(started.code, 78);
  EXPECT_THAT(started.output, HasSubstr("LoadCredential="));
}

TEST_F(CheckConfig, ShowsNothingOfTheFileThatATerminalObeysOrHides) {
  const Ended ended = run(region_text() +
                          "[daemon]\nlog_level='\xe2\x80\xae\xc2\x9b"
                          "31m\xe2\x80\x8b'\n");
  EXPECT_EQ(ended.code, 78);
  EXPECT_THAT(ended.output, HasSubstr("\xef\xbf\xbd 31m\xef\xbf\xbd"));
}

/// What the check must say of a file, and a start too, before it touches anything.
class CheckAndStart : public CheckConfig {
 protected:
  void expect_both(const std::string& lines, const std::string& place, const std::string& words) {
    SCOPED_TRACE(lines);
    const std::string text = "daemon.state_dir='" + directory.path() +
                             "/state'\ntransition_log.path='" + directory.path() +
                             "/log/t.jsonl'\nadmin={socket='" + directory.path() +
                             "/s.sock', listen=''}\n" + region_text() + lines;
    const Ended checked = run(text);
    EXPECT_EQ(checked.code, 78) << checked.output;
    EXPECT_THAT(checked.output, HasSubstr(file + ':' + place + ": "));
    EXPECT_THAT(checked.output, HasSubstr(words));
    const Ended started = run(text, "");
    EXPECT_EQ(started.code, 78) << started.output;
    EXPECT_EQ(started.output, checked.output);
    EXPECT_FALSE(std::filesystem::exists(directory.path() + "/state"));
  }
  // One that begins as a certificate does and is none.
  std::string cut_certificate() {
    return directory.write("cut.pem", "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUF\n");
  }
};

TEST_F(CheckAndStart, RefuseACutCertificateAtItsKey) {
  const std::string cut = cut_certificate();
  const std::string webhook = "[[webhook]]\nname='a'\nurl='https://hooks.example/'\n";
  const std::string key = directory.write(
      "key.pem", "-----BEGIN PRIVATE KEY-----\nMIIBszCCAVm\n-----END PRIVATE KEY-----\n");
  const std::string good = MACTIOND_FIXTURES "/client_certificate.pem";
  expect_both("[region.quota]\n[[webhook]]\nname='a'\nurl='https://hooks.example/'\nca_file='" +
                  cut + "'\n",
              "15:9", "webhook.ca_file: " + cut);
  expect_both(webhook + "client_cert='" + cut + "'\nclient_key='" + key + "'\n", "14:13",
              "webhook.client_cert: " + cut);
  expect_both(webhook + "client_cert='" + good + "'\nclient_key='" + key + "'\n", "15:12",
              "webhook.client_key: " + key);
  expect_both("[[syslog]]\nname='a'\naddress='siem.example:6514'\nca_file='" + cut + "'\n", "14:9",
              "syslog.ca_file: " + cut);
}

/// A region that logs in by the files of tests/fixtures/keys.
class CheckCertificate : public CheckConfig {
 protected:
  std::string reference(const std::string& name) {
    return "file:" + directory.write(name, test::read_fixture("keys/" + name) + '\n');
  }
  std::string text(const std::string& certificate, const std::string& key) {
    return "[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\n[region.auth]\n"
           "kind='certificate'\ncertificate='" +
           reference(certificate) + "'\nkey='" + reference(key) + "'\n";
  }
};

TEST_F(CheckCertificate, RefusesWhatCannotLogInAtItsKey) {
  const std::string password =
      "key_password='file:" + directory.write("password", "wrong\n") + "'\n";
  const auto expect = [&](const std::string& lines, const std::string& words) {
    const Ended ended = run(lines);
    EXPECT_EQ(ended.code, 78);
    EXPECT_THAT(ended.output, StartsWith(file + words));
    EXPECT_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'), 1) << ended.output;
  };
  expect(text("other.crt", "rsa2048.key"), ":8:5: region.auth.key: " + reference("rsa2048.key") +
                                               ": key does not belong to certificate (SHA-1 ");
  expect(text("ec.crt", "ec.key"),
         ":8:5: region.auth.key: " + reference("ec.key") + ": key holds an EC key");
  expect(text("rsa2048.crt", "rsa2048.pkcs8.key"),
         ":8:5: region.auth.key: " + reference("rsa2048.pkcs8.key") +
             ": key is encrypted: set key_password\n");
  expect(text("rsa2048.crt", "rsa2048.pkcs8.key") + password,
         ":9:14: region.auth.key_password: file:" + directory.path() +
             "/password: key_password does not open key\n");
  expect(text("rsa2048.key", "rsa2048.key"),
         ":7:13: region.auth.certificate: " + reference("rsa2048.key") +
             ": certificate holds none; a PEM file has a block CERTIFICATE\n");
}

TEST_F(CheckCertificate, WarnsOfACertificateThatHasEnded) {
  EXPECT_EQ(run(text("rsa2048.crt", "rsa2048.key")).output,
            "ok: 1 region, 0 policies, 0 webhooks, 0 warnings\n");
  const Ended ended = run(text("ended.crt", "ended.key"));
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.output,
              StartsWith(file + ":7:13: warning: region.auth.certificate: the certificate has "
                                "ended (SHA-1 "));
  EXPECT_THAT(ended.output, HasSubstr("valid from 2020-01-01 to 2021-01-01)\n"));
}

TEST_F(CheckAndStart, RefuseEveryMistakeAtOnce) {
  const std::string cut = cut_certificate();
  const std::string webhook =
      "[[webhook]]\nname='a'\nurl='https://hooks.example/'\nca_file='" + cut + "'\n";
  expect_both(
      webhook + "[[syslog]]\nname='a'\naddress='siem.example:6514'\nca_file='" + cut + "'\n",
      "14:9", "18:9: syslog.ca_file");
}

TEST_F(CheckAndStart, RefuseAProxyVariableThatCannotBeUsedByTheNameThatWasRead) {
  for (const std::string name : {"HTTPS_PROXY", "https_proxy"}) {
    for (const char* proxy : {"socks5://127.0.0.1:1080", "https://proxy.example:3128", "http://"}) {
      ASSERT_EQ(setenv(name.c_str(), proxy, 1), 0);
      expect_both("", "4:1", "region: " + name + ": ");
    }
    ASSERT_EQ(unsetenv(name.c_str()), 0);
  }
}

TEST_F(CheckConfig, AUserForAProxyThatThereIsNotIsAWarning) {
  const std::string secret = directory.write("proxy", "alice:s3cret\n");
  const std::string lines =
      "[[webhook]]\nname='tls'\nurl='https://hooks.example/'\nproxy_auth='file:" + secret +
      "'\n[[webhook]]\nname='plain'\nurl='http://hooks.example/'\n" +
      "allow_http=true\nproxy_auth='file:" + secret + "'\n";
  const std::string region = "[[region]]\nproxy_auth='file:" + secret + "'\n" +
                             region_text().substr(std::string("[[region]]\n").size());
  const std::string text = region + lines;
  const Ended without = run(text);
  EXPECT_EQ(without.code, 0) << without.output;
  EXPECT_THAT(without.output, HasSubstr("2:12: warning: region.proxy_auth: is not used"));
  EXPECT_THAT(without.output, HasSubstr("12:12: warning: webhook.proxy_auth: is not used"));
  EXPECT_THAT(without.output, HasSubstr("17:12: warning: webhook.proxy_auth: is not used"));
  EXPECT_THAT(without.output, HasSubstr("3 warnings"));
  ASSERT_EQ(setenv("https_proxy", "http://proxy.example:3128", 1), 0);
  const Ended with = run(text);
  ASSERT_EQ(unsetenv("https_proxy"), 0);
  EXPECT_THAT(with.output, HasSubstr("17:12: warning: webhook.proxy_auth: is not used"));
  EXPECT_THAT(with.output, HasSubstr("1 warning"));
}

}  // namespace
}  // namespace mactiond::config
