// kill_before NUMBER FILE PROGRAM [ARGUMENT...]: runs the program and kills it by SIGKILL right
// before its NUMBERth system call, whichever thread makes it. 0: never. Writes to FILE how many
// calls there were. Ends as the program did.

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

namespace {

constexpr int kSyscallStop = SIGTRAP | 0x80;
pid_t g_child = 0;

void pass_on(int signal) { ::kill(g_child, signal); }

/// Counts the calls until the program ends. Its wait status.
int follow(pid_t child, unsigned long number, unsigned long& calls) {
  std::map<pid_t, bool> inside;  // per thread: between the entry of a call and its return
  while (true) {
    int status = 0;
    const pid_t thread = ::waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0) return 1 << 8;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (thread == child) return status;
      continue;
    }
    int signal = WSTOPSIG(status);
    if (signal == kSyscallStop) {
      signal = 0;
      bool& within = inside[thread];
      within = !within;
      // The call at whose entry the kill arrives is not made.
      if (within && ++calls == number) ::kill(child, SIGKILL);
    } else if (signal == SIGTRAP || signal == SIGSTOP) {
      signal = 0;
    }
    ::ptrace(PTRACE_SYSCALL, thread, nullptr, signal);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 64;
  const unsigned long number = std::strtoul(argv[1], nullptr, 10);
  g_child = ::fork();
  if (g_child < 0) return 71;
  if (g_child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    ::execv(argv[3], argv + 3);
    ::_exit(127);
  }
  std::signal(SIGTERM, pass_on);
  int status = 0;
  ::waitpid(g_child, &status, 0);
  constexpr long kOptions =
      PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  ::ptrace(PTRACE_SETOPTIONS, g_child, nullptr, kOptions);
  ::ptrace(PTRACE_SYSCALL, g_child, nullptr, nullptr);
  unsigned long calls = 0;
  status = follow(g_child, number, calls);
  std::ofstream(argv[2]) << calls << '\n';
  if (WIFSIGNALED(status)) {
    ::signal(WTERMSIG(status), SIG_DFL);
    ::raise(WTERMSIG(status));
  }
  return WEXITSTATUS(status);
}
