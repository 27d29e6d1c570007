/* The digits net by hand: the frame is multiplied once, pixels that are 0 passed over. */
#include "digits-plain.h"
#include "digits-shown.h"
#include "plain-net.h"
#include "report.h"

static uint32_t classify(const uint8_t *pixels) {
  to_rest();
  memset(drive, 0, sizeof drive);
  for (int i = 0; i < INPUTS; i++) {
    const int32_t x = pixels[i];
    if (!x) continue;
    for (int j = 0; j < HIDDEN; j++) drive[j] += x * hidden_weights[i][j];
  }
  for (int t = 0; t < STEPS; t++) step();
  return best();
}

int main(void) {
  report_t report = {0, 0, 0, 0};
  for (uint32_t i = 0; i < DIGITS_COUNT; i++) {
    count_from_here();
    const uint32_t label = classify(digit_pixels[i]);
    report.total += instructions();
    add_answer(&report, label == digit_labels[i], scores, CLASSES);
  }
  print_report("before", &report);
  print_memory();
  return 0;
}
