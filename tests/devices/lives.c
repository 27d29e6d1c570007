/*
 * Lives of networks from a script that another machine lived before: every status, answer, output and snapshot goes into a checksum,
 * one a life. The script is a file of commands, each of 32 bytes and what it brings along, filled up to a multiple of 16.
 */
#include "board.h"
#include "crc.h"
#include "spikelet.h"

/** The machine's, so that scripts are as long as it can take. */
#ifndef SCRIPT_BYTES
#define SCRIPT_BYTES (2u << 20)
#endif
#ifndef ARENA_BYTES
#define ARENA_BYTES (512u << 10)
#endif
#define ROOM_BYTES (128u << 10)

enum { END, OPEN, SPIKES, FRAME, RUN, HELD, TEACH, TEACH_STEP, SNAPSHOT };

typedef struct {
  uint32_t what;
  /** of what follows */
  uint32_t bytes;
  uint32_t a;
  uint32_t b;
  uint32_t c;
  int32_t d;
  uint32_t spare[2];
} command_t;

static SPIKELET_ALIGNED uint8_t script[SCRIPT_BYTES];
static SPIKELET_ALIGNED uint8_t arena[ARENA_BYTES];
static SPIKELET_ALIGNED uint8_t room[ROOM_BYTES];
static spikelet_t net;
static spikelet_info_t info;
static uint32_t sum;

static void add(const void *data, uint32_t bytes) {
  sum = crc32_of(sum, data, bytes);
}

static void add_word(uint32_t word) {
  add(&word, sizeof word);
}

static void open_blob(const command_t *command, const void *blob) {
  sum = 0;
  add_word((uint32_t)spikelet_describe(blob, command->bytes, &info));
  add_word((uint32_t)spikelet_open(&net, blob, info.blob_bytes, arena, info.arena_bytes));
}

static void put_frame(const int16_t *values) {
  int16_t *frame = spikelet_next_frame(&net);
  if (!frame) leave(4);
  for (uint32_t i = 0; i < info.inputs; i++) frame[i] = values[i];
}

static void add_answer(spikelet_status status, uint32_t steps) {
  spikelet_answer_t answer;
  add_word((uint32_t)status);
  add_word((uint32_t)spikelet_decode(&net, &answer));
  add_word(answer.label);
  add_word((uint32_t)answer.margin);
  add(answer.scores, 4 * info.classes);
  add(spikelet_outputs(&net), 4 * steps * info.outputs);
}

/** Rows of targets into their room, from number `at` on. */
static void put_rows(const int16_t *rows, uint32_t bytes, uint32_t at) {
  int16_t *targets = spikelet_targets(&net);
  for (uint32_t i = 0; i < bytes / 2; i++) targets[at + i] = rows[i];
}

static void teach(const command_t *command, const int16_t *rows) {
  const spikelet_lesson_t lesson = {command->a, command->b, command->c, command->d};
  put_rows(rows, command->bytes, 0);
  add_word((uint32_t)spikelet_teach_part(&net, &lesson));
}

static void snapshot(void) {
  const uint32_t bytes = spikelet_snapshot_bytes(&net);
  if (bytes > sizeof room) leave(5);
  add_word((uint32_t)spikelet_snapshot(&net, room, sizeof room));
  add(room, bytes);
  print_hex("life", sum);
}

static void obey(const command_t *command) {
  const void *payload = command + 1;
  switch (command->what) {
    case OPEN:
      open_blob(command, payload);
      break;
    case SPIKES:
      add_word((uint32_t)spikelet_put_spikes(&net, payload, command->bytes / 2));
      break;
    case FRAME:
      put_frame(payload);
      break;
    case RUN:
      add_answer(spikelet_run(&net, command->a), command->b);
      break;
    case HELD:
      add_answer(spikelet_run_held(&net, command->b, command->a), command->b);
      break;
    case TEACH:
      teach(command, payload);
      break;
    case TEACH_STEP:
      put_rows(payload, command->bytes, command->b);
      add_word((uint32_t)spikelet_teach_step(&net, command->a));
      break;
    case SNAPSHOT:
      snapshot();
      break;
  }
}

int main(void) {
  if (!read_file("script.bin", script, sizeof script)) return 6;
  const uint8_t *p = script;
  for (const command_t *command; (command = (const void *)p)->what != END;) {
    obey(command);
    p += sizeof *command + ((command->bytes + 15) & ~15u);
  }
  return 0;
}
