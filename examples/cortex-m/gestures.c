/*
 * Six gestures on 16 kB of RAM. A net of 64-32-6 that knows nothing is tested, taught sixty recordings one at a time, and tested
 * again; it is kept in flash, opened from there, and says the same.
 */
#include "gestures-lessons.h"
#include "gestures-tests.h"
#include "gestures.h"
#include "ram-flash.h"
#include "spikelet.h"
#include "report.h"

static spikelet_t net;
static SPIKELET_ALIGNED uint8_t arena[GESTURES_ARENA_BYTES];

typedef struct {
  const uint8_t *counts;
  const uint16_t *channels;
} reader_t;

/** One recording into the arena; the reader moves on to the next. */
static void put(reader_t *reader) {
  for (uint32_t step = 0; step < GESTURES_MAX_STEPS; step++) {
    const uint32_t count = *reader->counts++;
    expect("put", spikelet_put_spikes(&net, reader->channels, count));
    reader->channels += count;
  }
}

static void test(const char *when) {
  reader_t reader = {tests_counts, tests_channels};
  report_t report = {0, 0, 0, 0};
  for (uint32_t i = 0; i < TESTS_COUNT; i++) {
    spikelet_answer_t answer;
    put(&reader);
    count_from_here();
    expect("run", spikelet_run(&net, SPIKELET_FROM_REST));
    expect("decode", spikelet_decode(&net, &answer));
    report.total += instructions();
    add_answer(&report, answer.label == tests_labels[i], answer.scores, GESTURES_CLASSES);
  }
  print_report(when, &report);
}

static void learn(void) {
  reader_t reader = {lessons_counts, lessons_channels};
  uint32_t recorded = 0, taught = 0;
  for (uint32_t i = 0; i < LESSONS_COUNT; i++) {
    put(&reader);
    count_from_here();
    expect("run", spikelet_run(&net, SPIKELET_FROM_REST | SPIKELET_RECORD));
    recorded += instructions();
    count_from_here();
    expect("teach", spikelet_teach(&net, lessons_labels[i]));
    taught += instructions();
  }
  print_number("learn.window", recorded / LESSONS_COUNT);
  print_number("learn.teach", taught / LESSONS_COUNT);
}

/** Into flash, and out of it again. What a snapshot needs of RAM while it is written is not the network's. */
static void keep(void) {
  static SPIKELET_ALIGNED uint8_t room[GESTURES_SNAPSHOT_BYTES] __attribute__((section(".slots")));
  const void *blob;
  uint32_t bytes;
  expect("snapshot", spikelet_snapshot(&net, room, sizeof room));
  print_hex("snapshot", crc32_of(0, room, sizeof room));
  expect("save", spikelet_store_save(&ram_flash, &net, room, sizeof room));
  expect("newest", spikelet_store_newest(&ram_flash, &blob, &bytes));
  expect("open", spikelet_open(&net, blob, bytes, arena, sizeof arena));
}

int main(void) {
  count_from_here();
  expect("open", spikelet_open(&net, gestures_blob, sizeof gestures_blob, arena, sizeof arena));
  print_number("open", instructions());
  test("before");
  learn();
  test("after");
  keep();
  test("kept");
  print_memory();
  return 0;
}
