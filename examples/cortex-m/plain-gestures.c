/* The gestures net by hand: for each spike, a row of weights. */
#include "gestures-plain.h"
#include "gestures-tests.h"
#include "plain-net.h"
#include "report.h"

static uint32_t classify(const uint8_t *counts, const uint16_t *channels) {
  to_rest();
  for (int t = 0; t < STEPS; t++) {
    memset(drive, 0, sizeof drive);
    for (int n = counts[t]; n > 0; n--) {
      const int8_t *weights = hidden_weights[*channels++];
      for (int j = 0; j < HIDDEN; j++) drive[j] += weights[j];
    }
    step();
  }
  return best();
}

int main(void) {
  report_t report = {0, 0, 0, 0};
  const uint8_t *counts = tests_counts;
  const uint16_t *channels = tests_channels;
  for (uint32_t i = 0; i < TESTS_COUNT; i++) {
    count_from_here();
    const uint32_t label = classify(counts, channels);
    report.total += instructions();
    add_answer(&report, label == tests_labels[i], scores, CLASSES);
    for (int t = 0; t < STEPS; t++) channels += *counts++;
  }
  print_report("before", &report);
  print_memory();
  return 0;
}
