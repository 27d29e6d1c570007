/*
 * Where the core's linear memory lies in this machine. All that the core touches is a blob, an arena and, while it writes a
 * snapshot, room for that; it has no data of its own and takes the addresses of all three as they come.
 *
 * Flat, the default on 32-bit machines: a linear address is a machine address. The blob stays in flash, the arena is any piece of
 * RAM, no page of 64 KiB is needed anywhere and an access costs what it costs in C. Nothing checks an access; a blob cannot bring
 * one out of bounds, for the core checks it wholly before it runs, but RAM that is overwritten by others can.
 *
 * Guarded, the default elsewhere, or with SPIKELET_GUARDED=1: three windows of linear addresses, two of them writable, and every
 * access is looked up. One that misses ends the call by longjmp. For tests on a desk, 64-bit machines and the wary; half as fast.
 */
#ifndef SPIKELET_MEMORY_H
#define SPIKELET_MEMORY_H

#include <stdint.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "found a big-endian machine, expected little-endian: blobs are read where they lie"
#endif

#ifndef SPIKELET_GUARDED
#define SPIKELET_GUARDED (UINTPTR_MAX > 0xffffffffu)
#endif

/** Why the core gave up; kept until the call returns. */
static uint8_t spikelet_trapped;

#if !SPIKELET_GUARDED

/* Without an exit in the midst of things: there is no access that could fail, and a division by zero gives 0. */
#define SPIKELET_TRAP() ((void)(spikelet_trapped = 1))

static inline const void *spikelet_readable(uint64_t address, uint32_t bytes) {
  (void)bytes;
  return (const void *)(uintptr_t)(uint32_t)address;
}

static inline void *spikelet_writable(uint64_t address, uint32_t bytes) {
  (void)bytes;
  return (void *)(uintptr_t)(uint32_t)address;
}

#else

#include <setjmp.h>

/* Multiples of 16, 1 GiB apart. The arena's crosses the middle of the address space on purpose. */
#ifndef SPIKELET_BLOB_AT
#define SPIKELET_BLOB_AT 0x40000000u
#endif
#ifndef SPIKELET_ARENA_AT
#define SPIKELET_ARENA_AT 0x7ffffff0u
#endif
#ifndef SPIKELET_ROOM_AT
#define SPIKELET_ROOM_AT 0xc0000000u
#endif

/** The windows of the call at hand, and where to go when an access misses them. */
static struct {
  const uint8_t *blob;
  uint8_t *arena;
  uint8_t *room;
  uint32_t blob_bytes;
  uint32_t arena_bytes;
  uint32_t room_bytes;
  jmp_buf missed;
} spikelet_windows;

static void spikelet_trap(void) {
  spikelet_trapped = 1;
  longjmp(spikelet_windows.missed, 1);
}

#define SPIKELET_TRAP() spikelet_trap()

static inline int spikelet_within(uint64_t offset, uint32_t bytes, uint32_t window) {
  return offset < window && bytes <= window - offset;
}

static inline void *spikelet_writable(uint64_t address, uint32_t bytes) {
  uint64_t offset = address - SPIKELET_ARENA_AT;
  if (spikelet_within(offset, bytes, spikelet_windows.arena_bytes)) return spikelet_windows.arena + offset;
  offset = address - SPIKELET_ROOM_AT;
  if (!spikelet_within(offset, bytes, spikelet_windows.room_bytes)) spikelet_trap();
  return spikelet_windows.room + offset;
}

static inline const void *spikelet_readable(uint64_t address, uint32_t bytes) {
  /* While it counts how much arena it needs the core reads a field of one that would lie at 0, and makes nothing of it (plan.ts). */
  static const uint64_t nothing = 0;
  uint64_t offset = address - SPIKELET_BLOB_AT;
  if (address < 256) return &nothing;
  if (spikelet_within(offset, bytes, spikelet_windows.blob_bytes)) return spikelet_windows.blob + offset;
  return spikelet_writable(address, bytes);
}

#endif
#endif
