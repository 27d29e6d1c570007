/*
 * Spikelet for machines without WebAssembly: trained spiking networks that run, and go on learning, in plain C.
 *
 * The code behind this header is the core that the other hosts run, translated by wasm2c (spikelet.mk), so all answers and all
 * learnt weights are the same, bit for bit. No heap, no floats, no threads, no file, no clock: a network needs its blob, which
 * is only read and can stay in flash, and an arena, a piece of RAM of a size that the blob announces.
 *
 *   static spikelet_t net;
 *   static SPIKELET_ALIGNED uint8_t arena[DIGITS_ARENA_BYTES];
 *
 *   if (spikelet_open(&net, digits_blob, sizeof digits_blob, arena, sizeof arena) != SPIKELET_OK) …
 *   spikelet_put_spikes(&net, fired, count);          // once a step
 *   spikelet_run(&net, SPIKELET_FROM_REST | SPIKELET_RECORD);
 *   spikelet_decode(&net, &answer);
 *   spikelet_teach(&net, 3);                          // "that was a three"
 *
 * One call at a time: all networks share the core's few static words (some 130 bytes). Calls may come from any thread or
 * interrupt as long as none begins while another runs. None blocks, none recurses.
 */
#ifndef SPIKELET_H
#define SPIKELET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Alignment of blobs, arenas and room for snapshots, in bytes, and how an array gets it. */
#define SPIKELET_ALIGNMENT 16
#if defined(__GNUC__) || defined(__clang__) || defined(__ICCARM__)
#define SPIKELET_ALIGNED __attribute__((aligned(SPIKELET_ALIGNMENT)))
#else
#define SPIKELET_ALIGNED _Alignas(SPIKELET_ALIGNMENT)
#endif

/** What a call says. Up to SPIKELET_NO_SPACE the numbers are the core's own. */
typedef enum {
  SPIKELET_OK = 0,
  /* of a blob, by spikelet_open() */
  SPIKELET_BAD_LENGTH = 1,
  SPIKELET_BAD_MAGIC = 2,
  SPIKELET_BAD_VERSION = 3,
  SPIKELET_BAD_CRC = 4,
  SPIKELET_BAD_HEADER = 5,
  SPIKELET_BAD_SECTION = 6,
  SPIKELET_UNKNOWN_SECTION = 7,
  SPIKELET_BAD_OPERATION = 8,
  SPIKELET_BAD_SHAPE = 9,
  SPIKELET_BAD_PARAMETER = 10,
  SPIKELET_BAD_RANGE = 11,
  SPIKELET_BAD_LEARNING = 12,
  SPIKELET_BAD_ARENA = 13,
  SPIKELET_BAD_ALIGNMENT = 14,
  /* of a call */
  SPIKELET_NOT_LEARNING = 15,
  SPIKELET_BAD_TARGET = 16,
  SPIKELET_BAD_STEPS = 17,
  SPIKELET_BAD_INPUT = 18,
  SPIKELET_NOT_RECORDED = 19,
  SPIKELET_NO_SPACE = 20,
  /** The core left its memory or divided by zero: RAM was overwritten. Open the network anew. */
  SPIKELET_FAULT = 64,
  /* of spikelet-store.h */
  SPIKELET_STORE_EMPTY = 65,
  SPIKELET_STORE_FAILED = 66,
  SPIKELET_STORE_IN_USE = 67
} spikelet_status;

/** One line of English, without a full stop; never NULL. */
const char *spikelet_status_text(spikelet_status status);

/** What a blob says of itself. */
typedef struct {
  /** length of the blob, bytes */
  uint32_t blob_bytes;
  /** RAM that spikelet_open() wants for it, bytes */
  uint32_t arena_bytes;
  /** steps of the longest window, 1 … 65535 */
  uint32_t max_steps;
  uint32_t inputs;
  uint32_t outputs;
  uint32_t classes;
  /** input spikes that a window may have, all its steps together; of analogue networks the frames, 1 where one is held */
  uint32_t room;
  /** largest magnitude of an analogue input; 1 for spikes */
  uint32_t input_range;
  /** 1: inputs are numbers (spikelet_next_frame), 0: inputs are spikes (spikelet_put_spikes) */
  uint8_t analogue;
} spikelet_info_t;

/**
 * Reads a blob's header, without checking what follows.
 *
 * @param bytes how many may be read, at least 64; more than the blob is long does no harm
 * @return SPIKELET_BAD_LENGTH, SPIKELET_BAD_MAGIC or SPIKELET_BAD_VERSION for what is no blob of this version; then *info is unchanged
 */
spikelet_status spikelet_describe(const void *blob, uint32_t bytes, spikelet_info_t *info);

/** A network. Its fields are nobody else's business; it may be copied while no call runs. */
typedef struct {
  const uint8_t *blob;
  uint8_t *arena;
  uint32_t blob_bytes;
  uint32_t arena_bytes;
  /** steps of input in the arena, and whether they have been run */
  uint32_t steps;
  uint8_t ran;
} spikelet_t;

/**
 * Checks a blob wholly (checksum, every shape, every range) and lays out its arena; the network is at rest.
 *
 * @param blob multiple of 16; stays in use, must not change while the network lives
 * @param blob_bytes its length
 * @param arena multiple of 16, the network's alone
 * @param arena_bytes at least what spikelet_describe() says
 * @return a status of blobs; then nothing was written
 */
spikelet_status spikelet_open(spikelet_t *net, const void *blob, uint32_t blob_bytes, void *arena, uint32_t arena_bytes);

/** Every membrane and trace to rest, every counter to 0. What was learnt stays. */
void spikelet_reset(spikelet_t *net);

/**
 * Adds a step of spikes to the window. The first one after a run begins the next window: what was recorded is gone.
 *
 * @param inputs indices, any order; one that stands twice is two spikes
 * @param count how many, 0 for a silent step
 * @return SPIKELET_BAD_INPUT for an analogue network, SPIKELET_BAD_STEPS where the window is as long as it may be,
 *   SPIKELET_NO_SPACE for more spikes than there is room for; then the window is as before. An index that does not exist is
 *   found by spikelet_run().
 */
spikelet_status spikelet_put_spikes(spikelet_t *net, const uint16_t *inputs, uint32_t count);

/**
 * Adds a frame to the window, as spikelet_put_spikes() does a step, for the caller to fill.
 *
 * @return room for `inputs` numbers, with what it held before; beyond ± input_range they will be cut off.
 *   NULL for a network that takes spikes, and where there is no room for another frame
 */
int16_t *spikelet_next_frame(spikelet_t *net);

/** Flags of the runs: begin from rest; keep what a lesson needs. */
#define SPIKELET_FROM_REST 1u
#define SPIKELET_RECORD 4u

/**
 * Runs the window that was put; once more where nothing was put since.
 *
 * @param flags SPIKELET_FROM_REST, else it goes on where the last run ended; SPIKELET_RECORD, for blobs that learn
 * @return SPIKELET_BAD_STEPS where there is no window, SPIKELET_BAD_INPUT for a spike of an input that does not exist,
 *   SPIKELET_NOT_LEARNING for RECORD of a blob without learning; then nothing has run
 */
spikelet_status spikelet_run(spikelet_t *net, uint32_t flags);

/**
 * Runs one frame, held for so many steps.
 *
 * @param steps 1 … max_steps
 * @return as spikelet_run(); SPIKELET_BAD_STEPS unless the window is one frame
 */
spikelet_status spikelet_run_held(spikelet_t *net, uint32_t steps, uint32_t flags);

/** An answer over all steps since the last start from rest. */
typedef struct {
  /** the class with the highest score, the first of equals */
  uint32_t label;
  /** its score less the next best one's; its score where there is one class */
  int32_t margin;
  /** one a class, in the arena, until the next spikelet_decode() */
  const int32_t *scores;
} spikelet_answer_t;

spikelet_status spikelet_decode(spikelet_t *net, spikelet_answer_t *answer);

/** Of every step of the last run, every output: 1 for a spike, or the membrane. In the arena, row after row. */
const int32_t *spikelet_outputs(const spikelet_t *net);

/** Teaches one class for the whole of the recorded window. @return as spikelet_teach_part() */
spikelet_status spikelet_teach(spikelet_t *net, uint32_t label);

/** In the place of a class: targets for every step, in spikelet_targets(). */
#define SPIKELET_ROWS 0xffffffffu
/** A reward of one. */
#define SPIKELET_REWARD_ONE 16384

/** A lesson. */
typedef struct {
  /** a class, or SPIKELET_ROWS */
  uint32_t target;
  /** the steps that count, from … to − 1, within the recorded window */
  uint32_t from;
  uint32_t to;
  /** of rules that learn from one, within ± SPIKELET_REWARD_ONE; SPIKELET_REWARD_ONE for others */
  int32_t reward;
} spikelet_lesson_t;

/**
 * Learns from the recorded window, which is used up by it; for blobs with the schedule "window".
 *
 * @return SPIKELET_NOT_LEARNING without that schedule, SPIKELET_NOT_RECORDED, SPIKELET_BAD_STEPS, SPIKELET_BAD_TARGET for a
 *   class that does not exist or a reward out of range; then no weight has changed
 */
spikelet_status spikelet_teach_part(spikelet_t *net, const spikelet_lesson_t *lesson);

/**
 * Room for targets, steps × outputs: 16384 is a probability of 1, of other losses what the output should be.
 *
 * @return NULL for blobs without such room
 */
int16_t *spikelet_targets(const spikelet_t *net);

/**
 * Learns from the last step that was run with SPIKELET_RECORD; for blobs with the schedule "step".
 *
 * @return as spikelet_teach_part()
 */
spikelet_status spikelet_teach_step(spikelet_t *net, uint32_t target);

/** Schedules of spikelet_set_rate(). */
#define SPIKELET_BY_STEP 1u
#define SPIKELET_BY_WINDOW 2u

/**
 * Sets a rule's learning rate to mantissa · 2^−shift until the network is opened again.
 *
 * @param rule index, as `spikelet inspect` lists them
 * @param schedule SPIKELET_BY_STEP or SPIKELET_BY_WINDOW
 * @param mantissa 0 … 1023; 0 stops the rule
 * @param shift 0 … 255
 * @return SPIKELET_BAD_LEARNING for what is not there or out of range
 */
spikelet_status spikelet_set_rate(spikelet_t *net, uint32_t rule, uint32_t schedule, uint32_t mantissa, uint32_t shift);

/** Bytes of a snapshot, a multiple of 16; the same for the network's whole life. */
uint32_t spikelet_snapshot_bytes(const spikelet_t *net);

/**
 * Writes the network of now as a blob, to be opened in place of the one before: weights, biases and what rounding left over.
 *
 * @param out multiple of 16, neither blob nor arena
 * @param capacity at least spikelet_snapshot_bytes()
 * @return SPIKELET_NO_SPACE
 */
spikelet_status spikelet_snapshot(spikelet_t *net, void *out, uint32_t capacity);

#ifdef __cplusplus
}
#endif

#endif
