/* Calls of the guarded runtime that are wrong, or on RAM that somebody overwrote: each ends with the status that says so. */
#include "board.h"
#include "gestures.h"
#include "spikelet.h"

static spikelet_t net;
static SPIKELET_ALIGNED uint8_t arena[GESTURES_ARENA_BYTES];
static SPIKELET_ALIGNED uint8_t blob[sizeof gestures_blob];
static SPIKELET_ALIGNED uint8_t room[GESTURES_SNAPSHOT_BYTES];
static uint32_t failures;

static void expect(const char *what, uint32_t found, uint32_t expected) {
  if (found == expected) return;
  failures++;
  print_number(what, found);
}

static spikelet_status open_net(void) {
  return spikelet_open(&net, gestures_blob, sizeof gestures_blob, arena, sizeof arena);
}

static void put_window(void) {
  static const uint16_t channels[] = {1, 2, 63};
  for (int t = 0; t < 5; t++) expect("put", spikelet_put_spikes(&net, channels, 3), SPIKELET_OK);
}

/** Every word of the arena, overwritten by an address that is not the core's: no call crashes, those that meet it say so. */
static void overwritten(void) {
  uint32_t faults = 0;
  for (uint32_t at = 0; at < 256; at += 4) {
    expect("open", open_net(), SPIKELET_OK);
    put_window();
    expect("run", spikelet_run(&net, SPIKELET_FROM_REST | SPIKELET_RECORD), SPIKELET_OK);
    *(uint32_t *)(void *)(arena + at) = 0xfffffff0u - 16 * at;
    const spikelet_lesson_t lesson = {1, 0, 5, SPIKELET_REWARD_ONE};
    const uint32_t run = spikelet_run(&net, SPIKELET_RECORD), teach = spikelet_teach_part(&net, &lesson);
    faults += run == SPIKELET_FAULT || teach == SPIKELET_FAULT;
  }
  expect("faults", faults > 10, 1);
  expect("open", open_net(), SPIKELET_OK);
}

static void damaged_blob(void) {
  for (uint32_t at = 0; at < sizeof blob; at += 37) {
    for (uint32_t i = 0; i < sizeof blob; i++) blob[i] = gestures_blob[i];
    blob[at] ^= 0x10;
    const uint32_t status = spikelet_open(&net, blob, sizeof blob, arena, sizeof arena);
    expect("damaged", status != SPIKELET_OK && status != SPIKELET_FAULT, 1);
  }
  expect("short", spikelet_open(&net, gestures_blob, 48, arena, sizeof arena), SPIKELET_BAD_LENGTH);
  expect("arena", spikelet_open(&net, gestures_blob, sizeof gestures_blob, arena, sizeof arena - 16), SPIKELET_BAD_ARENA);
  expect("odd", spikelet_open(&net, gestures_blob + 8, 64, arena, sizeof arena), SPIKELET_BAD_ALIGNMENT);
  spikelet_info_t info;
  expect("describe", spikelet_describe(gestures_blob, 63, &info), SPIKELET_BAD_LENGTH);
  expect("describe", spikelet_describe(arena + 16, sizeof arena - 16, &info), SPIKELET_BAD_MAGIC);
}

static void wrong_calls(void) {
  static const uint16_t channels[70] = {0}, none[] = {64};
  spikelet_answer_t answer;
  expect("open", open_net(), SPIKELET_OK);
  expect("teach", spikelet_teach(&net, 1), SPIKELET_NOT_RECORDED);
  expect("run", spikelet_run(&net, 0), SPIKELET_BAD_STEPS);
  expect("room", spikelet_put_spikes(&net, channels, 65), SPIKELET_NO_SPACE);
  expect("frame", spikelet_next_frame(&net) == NULL, 1);
  expect("held", spikelet_run_held(&net, 3, 0), SPIKELET_BAD_STEPS);
  for (int t = 0; t < 20; t++) expect("put", spikelet_put_spikes(&net, channels, t < 4 ? 16 : 0), SPIKELET_OK);
  expect("steps", spikelet_put_spikes(&net, channels, 0), SPIKELET_BAD_STEPS);
  expect("run", spikelet_run(&net, SPIKELET_RECORD), SPIKELET_OK);
  expect("again", spikelet_run(&net, SPIKELET_RECORD), SPIKELET_OK);
  expect("class", spikelet_teach(&net, 6), SPIKELET_BAD_TARGET);
  expect("rows", spikelet_teach(&net, SPIKELET_ROWS), SPIKELET_BAD_TARGET);
  expect("targets", spikelet_targets(&net) == NULL, 1);
  expect("step", spikelet_teach_step(&net, 1), SPIKELET_NOT_LEARNING);
  expect("teach", spikelet_teach(&net, 5), SPIKELET_OK);
  expect("used up", spikelet_teach(&net, 5), SPIKELET_NOT_RECORDED);
  expect("put", spikelet_put_spikes(&net, none, 1), SPIKELET_OK);
  expect("input", spikelet_run(&net, SPIKELET_FROM_REST), SPIKELET_BAD_INPUT);
  put_window();
  expect("run", spikelet_run(&net, SPIKELET_FROM_REST), SPIKELET_OK);
  expect("rate", spikelet_set_rate(&net, 0, SPIKELET_BY_WINDOW, 5, 3), SPIKELET_OK);
  expect("rate", spikelet_set_rate(&net, 9, SPIKELET_BY_WINDOW, 5, 3), SPIKELET_BAD_LEARNING);
  expect("bytes", spikelet_snapshot_bytes(&net), GESTURES_SNAPSHOT_BYTES);
  expect("room", spikelet_snapshot(&net, room, sizeof room - 16), SPIKELET_NO_SPACE);
  expect("room", spikelet_snapshot(&net, room + 4, sizeof room - 16), SPIKELET_BAD_ALIGNMENT);
  expect("snapshot", spikelet_snapshot(&net, room, sizeof room), SPIKELET_OK);
  expect("open", spikelet_open(&net, room, sizeof room, arena, sizeof arena), SPIKELET_OK);
  spikelet_reset(&net);
  expect("decode", spikelet_decode(&net, &answer), SPIKELET_OK);
  expect("label", answer.label, 0);
}

int main(void) {
  damaged_blob();
  wrong_calls();
  overwritten();
  for (uint32_t status = 0; status < 70; status++) {
    if (!spikelet_status_text((spikelet_status)status)[0]) failures++;
  }
  print_number("failures", failures);
  return 0;
}
