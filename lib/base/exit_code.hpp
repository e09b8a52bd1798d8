#pragma once

namespace mactiond {

/// How our programs end; from 64 on as sysexits.h has it.
enum ExitCode : int {
  kExitDone = 0,
  kExitRefused = 1,       ///< mactionctl: the daemon said no, or what was waited for failed
  kExitCancelled = 3,     ///< mactionctl: cancelled; of a cancel: overtaken
  kExitStillOpen = 4,     ///< mactionctl: it had not ended when the time was up
  kExitLost = 5,          ///< mactionctl: its outcome is unknown
  kExitUsage = 64,        ///< not restarted by systemd
  kExitDataError = 65,    ///< a newer version wrote the store; not restarted by systemd
  kExitUnavailable = 69,  ///< something is in use, or there is no daemon
  kExitSoftware = 70,     ///< a defect
  kExitCantCreate = 73,   ///< a path cannot be opened or created
  kExitIo = 74,           ///< what was open cannot be written, or is damaged
  kExitConfig = 78,       ///< not restarted by systemd
};

}  // namespace mactiond
