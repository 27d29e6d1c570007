/*
 * A call of the core: linear addresses of what a network is made of, and where the call ends when the core gives up.
 *
 * CALL(net, result, expression) evaluates an expression of type u32; where the core gave up, spikelet_trapped is set and the result
 * may be what it was before. LEND(out, bytes) before it opens more room for writing, until the call ends.
 */
#ifndef SPIKELET_CALL_H
#define SPIKELET_CALL_H

#include "spikelet-memory.h"
#include "spikelet.h"

#if !SPIKELET_GUARDED

typedef uint32_t result_t;

#define BLOB_ADDRESS(net) ((uint32_t)(uintptr_t)(net)->blob)
#define ARENA_ADDRESS(net) ((uint32_t)(uintptr_t)(net)->arena)
#define ROOM_ADDRESS(out) ((uint32_t)(uintptr_t)(out))

static inline void *machine_address(const spikelet_t *net, uint32_t address) {
  (void)net;
  return (void *)(uintptr_t)address;
}

#define LEND(out, bytes) ((void)(out), (void)(bytes))

#define CALL(net, result, expression) \
  do {                                \
    (void)(net);                      \
    spikelet_trapped = 0;             \
    result = (expression);            \
  } while (0)

#else

/* Lives across a longjmp. */
typedef volatile uint32_t result_t;

#define BLOB_ADDRESS(net) ((void)(net), SPIKELET_BLOB_AT)
#define ARENA_ADDRESS(net) ((void)(net), SPIKELET_ARENA_AT)
#define ROOM_ADDRESS(out) ((void)(out), SPIKELET_ROOM_AT)

static inline void *machine_address(const spikelet_t *net, uint32_t address) {
  return net->arena + (address - SPIKELET_ARENA_AT);
}

static inline void open_windows(const spikelet_t *net) {
  spikelet_windows.blob = net->blob;
  spikelet_windows.blob_bytes = net->blob_bytes;
  spikelet_windows.arena = net->arena;
  spikelet_windows.arena_bytes = net->arena_bytes;
  spikelet_trapped = 0;
}

#define LEND(out, bytes) (spikelet_windows.room = (out), spikelet_windows.room_bytes = (bytes))

#define CALL(net, result, expression)                                \
  do {                                                               \
    open_windows(net);                                               \
    if (setjmp(spikelet_windows.missed) == 0) result = (expression); \
    spikelet_windows.room_bytes = 0;                                 \
  } while (0)

#endif
#endif
