// Runs a command under the system-call rules of a systemd unit, where systemd itself is not at
// hand: sandboxed [--kill] CALLS FAMILIES COMMAND [ARGUMENT...]
//
// CALLS is a file of allowed call names, one a line; every other call fails with EPERM, or with
// --kill ends the process (SIGSYS), so that none can go unnoticed. FAMILIES is a list of numbers
// for RestrictAddressFamilies=. MemoryDenyWriteExecute=, RestrictNamespaces= and
// RestrictSUIDSGID= hold always, by the rules of systemd.exec(5).

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kExitSandbox = 125;
constexpr unsigned kFamilies = 64;  // more than the kernel knows

[[noreturn]] void give_up(const char* what, int error) {
  std::fprintf(stderr, "sandboxed: %s: %s\n", what, std::strerror(error));
  std::exit(kExitSandbox);
}

void require(int result, const char* what) {
  if (result < 0) give_up(what, -result);
}

class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : context_(seccomp_init(otherwise)) {
    if (context_ == nullptr) give_up("seccomp_init", ENOMEM);
  }
  ~Filter() { seccomp_release(context_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  // A call that this architecture does not have needs no rule.
  void add(const char* call, std::uint32_t verdict, const std::vector<scmp_arg_cmp>& when = {}) {
    const int number = seccomp_syscall_resolve_name(call);
    if (number < 0) return;
    require(seccomp_rule_add_array(context_, verdict, number, static_cast<unsigned>(when.size()),
                                   when.data()),
            call);
  }
  void load() { require(seccomp_load(context_), "seccomp_load"); }

 private:
  scmp_filter_ctx context_;
};

void allow_only(const char* path, bool kill) {
  std::ifstream file(path);
  Filter filter(kill ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
  int calls = 0;
  for (std::string call; std::getline(file, call); ++calls) {
    filter.add(call.c_str(), SCMP_ACT_ALLOW);
  }
  if (calls == 0) give_up(path, ENODATA);
  filter.load();
}

void restrict_families(std::string_view list) {
  std::vector<unsigned> allowed;
  for (const char* at = list.data(); at < list.data() + list.size(); ++at) {
    unsigned family = 0;
    at = std::from_chars(at, list.data() + list.size(), family).ptr;
    allowed.push_back(family);
  }
  Filter filter(SCMP_ACT_ALLOW);
  const auto refuse = SCMP_ACT_ERRNO(EAFNOSUPPORT);
  for (unsigned family = 0; family < kFamilies; ++family) {
    if (std::find(allowed.begin(), allowed.end(), family) != allowed.end()) continue;
    filter.add("socket", refuse, {SCMP_A0(SCMP_CMP_EQ, family)});
  }
  filter.add("socket", refuse, {SCMP_A0(SCMP_CMP_GE, kFamilies)});
  filter.load();
}

void restrict_memory_and_modes() {
  Filter filter(SCMP_ACT_ALLOW);
  const auto refuse = SCMP_ACT_ERRNO(EPERM);
  constexpr scmp_datum_t kWriteExecute = PROT_WRITE | PROT_EXEC;
  filter.add("mmap", refuse, {SCMP_A2(SCMP_CMP_MASKED_EQ, kWriteExecute, kWriteExecute)});
  for (const char* call : {"mprotect", "pkey_mprotect"}) {
    filter.add(call, refuse, {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)});
  }
  for (const scmp_datum_t bit : {scmp_datum_t{S_ISUID}, scmp_datum_t{S_ISGID}}) {
    for (const char* call : {"chmod", "fchmod", "mkdir"}) {
      filter.add(call, refuse, {SCMP_A1(SCMP_CMP_MASKED_EQ, bit, bit)});
    }
    filter.add("fchmodat", refuse, {SCMP_A2(SCMP_CMP_MASKED_EQ, bit, bit)});
  }
  for (const int space : {CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
                          CLONE_NEWNET, CLONE_NEWCGROUP}) {
    const auto bit = static_cast<scmp_datum_t>(static_cast<unsigned>(space));
    filter.add("clone", refuse, {SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit)});
    filter.add("unshare", refuse, {SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit)});
  }
  // Its flags are out of a filter's reach; C libraries fall back to clone.
  filter.add("clone3", SCMP_ACT_ERRNO(ENOSYS));
  filter.load();
}

}  // namespace

int main(int argc, char** argv) {
  const bool kill = argc > 1 && std::string_view(argv[1]) == "--kill";
  char** rest = argv + (kill ? 2 : 1);
  if (argv + argc - rest < 3) {
    std::fprintf(stderr, "usage: sandboxed [--kill] CALLS FAMILIES COMMAND [ARGUMENT...]\n");
    return kExitSandbox;
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("no_new_privs", errno);
  restrict_families(rest[1]);
  restrict_memory_and_modes();
  // Last: it may take away what the others need to be set up.
  allow_only(rest[0], kill);
  execvp(rest[2], rest + 2);
  give_up(rest[2], errno);
}
