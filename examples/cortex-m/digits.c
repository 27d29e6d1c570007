/* Handwritten digits, 784-128-10: classifies and, with -DLEARN, learns from each. */
#include "digits-shown.h"
#include "spikelet.h"
#include "report.h"

#ifdef LEARN
#include "digits-learn.h"
#define BLOB digits_learn_blob
#define ARENA_BYTES DIGITS_LEARN_ARENA_BYTES
#define SNAPSHOT_BYTES DIGITS_LEARN_SNAPSHOT_BYTES
#else
#include "digits.h"
#define BLOB digits_blob
#define ARENA_BYTES DIGITS_ARENA_BYTES
#endif

#define STEPS 12u
#define PIXELS 784u
#define CLASSES 10u

static spikelet_t net;
static SPIKELET_ALIGNED uint8_t arena[ARENA_BYTES];

static void put(const uint8_t *pixels) {
  int16_t *frame = spikelet_next_frame(&net);
  for (uint32_t i = 0; i < PIXELS; i++) frame[i] = pixels[i];
}

static void test(const char *when) {
  report_t report = {0, 0, 0, 0};
  for (uint32_t i = 0; i < DIGITS_COUNT; i++) {
    spikelet_answer_t answer;
    put(digit_pixels[i]);
    count_from_here();
    expect("run", spikelet_run_held(&net, STEPS, SPIKELET_FROM_REST));
    expect("decode", spikelet_decode(&net, &answer));
    report.total += instructions();
    add_answer(&report, answer.label == digit_labels[i], answer.scores, CLASSES);
  }
  print_report(when, &report);
}

#ifdef LEARN
static void learn(void) {
  static SPIKELET_ALIGNED uint8_t room[SNAPSHOT_BYTES];
  uint32_t recorded = 0, taught = 0;
  for (uint32_t i = 0; i < DIGITS_COUNT; i++) {
    put(digit_pixels[i]);
    count_from_here();
    expect("run", spikelet_run_held(&net, STEPS, SPIKELET_FROM_REST | SPIKELET_RECORD));
    recorded += instructions();
    count_from_here();
    expect("teach", spikelet_teach(&net, digit_labels[i]));
    taught += instructions();
  }
  print_number("learn.window", recorded / DIGITS_COUNT);
  print_number("learn.teach", taught / DIGITS_COUNT);
  expect("snapshot", spikelet_snapshot(&net, room, sizeof room));
  print_hex("snapshot", crc32_of(0, room, sizeof room));
}
#endif

int main(void) {
  count_from_here();
  expect("open", spikelet_open(&net, BLOB, sizeof BLOB, arena, sizeof arena));
  print_number("open", instructions());
  test("before");
#ifdef LEARN
  learn();
  test("after");
#endif
  print_memory();
  return 0;
}
