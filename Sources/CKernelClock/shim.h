#pragma once

#include <sys/timex.h>

/// Whether the kernel counts its clock as synchronised: 1 or 0; -1 where that may not be asked.
/// The system's Swift module leaves <sys/timex.h> out.
static inline int signet_kernel_clock_is_synchronised(void) {
  struct timex state = {0};
  if (ntp_adjtime(&state) < 0) return -1;
  return (state.status & STA_UNSYNC) == 0;
}
