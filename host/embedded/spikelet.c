/*
 * The calls of spikelet.h over the core's exports (assembly/index.ts). One translation unit with the core: the compiler then sees
 * that there is one instance and one memory, and passes neither along.
 */
#include "spikelet.h"
#include "spikelet-layout.h"
#include "spikelet-call.h"
#include "spikelet-machine.h"

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#endif
#include "spikelet-core.c"
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/** The core's globals: what one call works out for itself. */
static spikelet_core_t core;

typedef uint32_t __attribute__((may_alias)) word_t;
typedef uint16_t __attribute__((may_alias)) half_t;

static uint32_t word(const uint8_t *base, uint32_t offset) {
  return *(const word_t *)(const void *)(base + offset);
}

static uint32_t half(const uint8_t *base, uint32_t offset) {
  return *(const half_t *)(const void *)(base + offset);
}

/** What a word of the arena points at. */
static void *pointed(const spikelet_t *net, uint32_t offset) {
  return machine_address(net, word(net->arena, offset));
}

static spikelet_status status_of(uint32_t status) {
  return spikelet_trapped ? SPIKELET_FAULT : (spikelet_status)status;
}

spikelet_status spikelet_describe(const void *blob, uint32_t bytes, spikelet_info_t *info) {
  const uint8_t *header = blob;
  if (bytes < HEADER_BYTES) return SPIKELET_BAD_LENGTH;
  if ((uintptr_t)blob % SPIKELET_ALIGNMENT) return SPIKELET_BAD_ALIGNMENT;
  if (word(header, 0) != MAGIC) return SPIKELET_BAD_MAGIC;
  if (half(header, HEADER_VERSION) != FORMAT_VERSION) return SPIKELET_BAD_VERSION;
  if (word(header, HEADER_LENGTH) > bytes) return SPIKELET_BAD_LENGTH;
  info->blob_bytes = word(header, HEADER_LENGTH);
  info->arena_bytes = word(header, HEADER_ARENA);
  info->max_steps = word(header, HEADER_STEPS);
  info->inputs = word(header, HEADER_INPUTS);
  info->outputs = word(header, HEADER_OUTPUTS);
  info->classes = half(header, HEADER_CLASSES);
  info->room = word(header, HEADER_EVENTS);
  info->input_range = word(header, HEADER_INPUT_RANGE);
  info->analogue = half(header, HEADER_INPUT_KIND) == INPUT_ANALOGUE;
  return SPIKELET_OK;
}

spikelet_status spikelet_open(spikelet_t *net, const void *blob, uint32_t blob_bytes, void *arena, uint32_t arena_bytes) {
  const spikelet_t opened = {blob, arena, blob_bytes, arena_bytes, 0, 0};
  result_t status = SPIKELET_FAULT;
  if (((uintptr_t)blob | (uintptr_t)arena) % SPIKELET_ALIGNMENT) return SPIKELET_BAD_ALIGNMENT;
  init_globals(&core);
  CALL(&opened, status, w2c_load(&core, BLOB_ADDRESS(&opened), blob_bytes, ARENA_ADDRESS(&opened), arena_bytes));
  if (status_of(status) == SPIKELET_OK) *net = opened;
  return status_of(status);
}

void spikelet_reset(spikelet_t *net) {
  result_t done = 0;
  CALL(net, done, (w2c_reset(&core, ARENA_ADDRESS(net)), 0u));
  (void)done;
}

/** The input is about to change: a run begins a new window, and nothing is on record any more. */
static void begin_input(spikelet_t *net) {
  if (net->ran) net->steps = 0;
  net->ran = 0;
  *(word_t *)(void *)(net->arena + ARENA_RECORDED) = 0;
}

static int is_analogue(const spikelet_t *net) {
  return half(net->blob, HEADER_INPUT_KIND) == INPUT_ANALOGUE;
}

spikelet_status spikelet_put_spikes(spikelet_t *net, const uint16_t *inputs, uint32_t count) {
  const uint32_t step = net->ran ? 0 : net->steps;
  if (is_analogue(net)) return SPIKELET_BAD_INPUT;
  if (step >= word(net->blob, HEADER_STEPS)) return SPIKELET_BAD_STEPS;
  word_t *offsets = pointed(net, ARENA_OFFSETS);
  const uint32_t from = step ? offsets[step] : 0;
  if (count > word(net->blob, HEADER_EVENTS) - from) return SPIKELET_NO_SPACE;
  begin_input(net);
  half_t *events = (half_t *)pointed(net, ARENA_EVENTS) + from;
  for (uint32_t i = 0; i < count; i++) events[i] = inputs[i];
  offsets[0] = 0;
  offsets[step + 1] = from + count;
  net->steps = step + 1;
  return SPIKELET_OK;
}

int16_t *spikelet_next_frame(spikelet_t *net) {
  const uint32_t step = net->ran ? 0 : net->steps;
  if (!is_analogue(net) || step >= word(net->blob, HEADER_EVENTS)) return NULL;
  begin_input(net);
  net->steps = step + 1;
  return (int16_t *)pointed(net, ARENA_EVENTS) + step * word(net->blob, HEADER_INPUTS);
}

static spikelet_status run(spikelet_t *net, uint32_t steps, uint32_t flags) {
  result_t status = SPIKELET_FAULT;
  CALL(net, status, w2c_run(&core, ARENA_ADDRESS(net), steps, flags));
  net->ran = 1;
  return status_of(status);
}

spikelet_status spikelet_run(spikelet_t *net, uint32_t flags) {
  return run(net, net->steps, flags & (RUN_RESET | RUN_RECORD));
}

spikelet_status spikelet_run_held(spikelet_t *net, uint32_t steps, uint32_t flags) {
  if (net->steps != 1) return SPIKELET_BAD_STEPS;
  return run(net, steps, (flags & (RUN_RESET | RUN_RECORD)) | RUN_HOLD);
}

spikelet_status spikelet_decode(spikelet_t *net, spikelet_answer_t *answer) {
  result_t label = 0;
  CALL(net, label, w2c_decode(&core, ARENA_ADDRESS(net)));
  answer->label = label;
  answer->margin = (int32_t)word(net->arena, ARENA_MARGIN);
  answer->scores = pointed(net, ARENA_SCORES);
  return status_of(SPIKELET_OK);
}

const int32_t *spikelet_outputs(const spikelet_t *net) {
  return pointed(net, ARENA_OUTPUTS);
}

spikelet_status spikelet_teach_part(spikelet_t *net, const spikelet_lesson_t *lesson) {
  result_t status = SPIKELET_FAULT;
  CALL(net, status,
       w2c_teach(&core, ARENA_ADDRESS(net), lesson->target, lesson->from, lesson->to, (uint32_t)lesson->reward));
  return status_of(status);
}

spikelet_status spikelet_teach(spikelet_t *net, uint32_t label) {
  const spikelet_lesson_t lesson = {label, 0, word(net->arena, ARENA_RECORDED), SPIKELET_REWARD_ONE};
  return spikelet_teach_part(net, &lesson);
}

int16_t *spikelet_targets(const spikelet_t *net) {
  return word(net->arena, ARENA_TARGETS) ? pointed(net, ARENA_TARGETS) : NULL;
}

spikelet_status spikelet_teach_step(spikelet_t *net, uint32_t target) {
  result_t status = SPIKELET_FAULT;
  CALL(net, status, w2c_teachStep(&core, ARENA_ADDRESS(net), target));
  return status_of(status);
}

spikelet_status spikelet_set_rate(spikelet_t *net, uint32_t rule, uint32_t schedule, uint32_t mantissa, uint32_t shift) {
  result_t status = SPIKELET_FAULT;
  CALL(net, status, w2c_setRate(&core, ARENA_ADDRESS(net), rule, schedule, mantissa, shift));
  return status_of(status);
}

uint32_t spikelet_snapshot_bytes(const spikelet_t *net) {
  result_t bytes = 0;
  CALL(net, bytes, w2c_snapshot(&core, ARENA_ADDRESS(net), 0, 0));
  return bytes;
}

spikelet_status spikelet_snapshot(spikelet_t *net, void *out, uint32_t capacity) {
  result_t bytes = 0;
  if ((uintptr_t)out % SPIKELET_ALIGNMENT) return SPIKELET_BAD_ALIGNMENT;
  LEND(out, capacity);
  CALL(net, bytes, w2c_snapshot(&core, ARENA_ADDRESS(net), ROOM_ADDRESS(out), capacity));
  // a length, or a status negated
  return status_of((int32_t)bytes < 0 ? -bytes : SPIKELET_OK);
}
