/* What the firmware prints of a test, line by line, and how it ends where something is refused. */
#ifndef REPORT_H
#define REPORT_H

#include "board.h"
#include "crc.h"

typedef struct {
  uint32_t samples;
  /** told right */
  uint32_t right;
  /** checksum of all scores */
  uint32_t hash;
  /** instructions of all windows */
  uint32_t total;
} report_t;

static inline void add_answer(report_t *report, int right, const int32_t *scores, uint32_t classes) {
  report->samples++;
  report->right += right ? 1u : 0u;
  report->hash = crc32_of(report->hash, scores, classes * sizeof *scores);
}

static inline void print_report(const char *when, const report_t *report) {
  print(when);
  print_number(".right", report->right);
  print(when);
  print_hex(".scores", report->hash);
  print(when);
  print_number(".window", report->total / report->samples);
}

static inline void print_memory(void) {
  print_number("ram.static", static_bytes());
  print_number("ram.stack", stack_bytes());
}

#ifdef SPIKELET_H
/** Ends the firmware where a call was refused. */
static inline void expect(const char *what, spikelet_status status) {
  if (status == SPIKELET_OK) return;
  print(what);
  print(": ");
  print(spikelet_status_text(status));
  print("\n");
  leave(1);
}
#endif

#endif
